"""A database whose columns hold every kind of value, and the ways a value goes in and comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from noormme_py import Noormme
from noormme_py.codec.registry import CodecChoice

TABLE = "held"


class Holder:
    """A table with one column for each thing to hold, driven from plain functions, as hypothesis needs it."""

    def __init__(self, runner: asyncio.Runner, db: Noormme) -> None:
        self._runner = runner
        self.db = db

    def back(self, column: str, value: object) -> list[Any]:
        """Write the value in every way there is, and return what each way of reading it gives."""
        return self._runner.run(self._back(column, value))

    def rows(self) -> int:
        """Count the rows that are there."""
        return self._runner.run(self.db.get_repository(TABLE).count())

    def stored(self, column: str, value: object) -> Any:
        """Write the value and return what SQLite then holds."""
        return self._runner.run(self._stored(column, value))

    async def _back(self, column: str, value: object) -> list[Any]:
        rows = self.db.get_repository(TABLE)
        created = await rows.create({column: value})
        key = created.id
        found: list[Any] = [getattr(created, column), getattr(await rows.get_by_id(key), column)]
        query = self.db.select_from(TABLE).select(column)
        found.append((await query.where("id", "=", key).execute())[0][column])
        await rows.update_many({"id": key}, {column: None})
        updated = self.db.update_table(TABLE).set({column: value}).where("id", "=", key)
        found.append((await updated.returning(column).execute())[0][column])
        found.append(await query.where("id", "=", key).scalar())
        await rows.delete(key)
        return found

    async def _stored(self, column: str, value: object) -> Any:
        rows = self.db.get_repository(TABLE)
        created = await rows.create({column: value})
        result = await self.db.execute(f'select "{column}" as v, typeof("{column}") as t from {TABLE}')
        await rows.delete(created.id)
        return result.rows[0]["t"], result.rows[0]["v"]


@contextmanager
def holder(path: Path, columns: Mapping[str, str], codecs: Mapping[str, CodecChoice]) -> Generator[Holder]:
    """Open a database with such a table; `columns` gives declared types, `codecs` overrides, by column name."""
    definitions = ", ".join(f'"{name}" {declared}' for name, declared in columns.items())

    async def make() -> None:
        async with Noormme(path) as db:
            await db.execute(f"create table {TABLE} (id integer primary key, {definitions})")

    with asyncio.Runner() as runner:
        runner.run(make())
        overrides = {f"{TABLE}.{name}": choice for name, choice in codecs.items()}
        db = Noormme(path, codecs=overrides, optimization={"synchronous": "OFF"})
        runner.run(db.initialize())
        try:
            yield Holder(runner, db)
        finally:
            runner.run(db.close())


def is_same(found: object, value: object) -> bool:
    """Equal and of the same type; an aware datetime is the instant it means."""
    if isinstance(value, datetime) and isinstance(found, datetime) and value.utcoffset() is not None:
        # Python calls times in the hour that a clock goes back unequal to every other zone's.
        return found.utcoffset() is not None and found.astimezone(UTC) == value.astimezone(UTC)
    return type(found) is type(value) and found == value
