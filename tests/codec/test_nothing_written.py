"""A refused value leaves the file as it is: another connection sees no commit, and may write itself meanwhile."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Noormme
from noormme_py.errors import EncodeError

UNFIT: list[tuple[str, Any]] = [
    ("f", float("nan")),
    ("i", 2**63),
    ("i", -(2**63) - 1),
    ("s", "\ud800"),
    ("j", (1, 2)),
    ("j", {1: 2}),
    ("i", "1"),
    ("a", "1.10"),
]


@pytest.mark.parametrize(("column", "value"), UNFIT, ids=range(len(UNFIT)))
async def test_another_connection_sees_no_change(tmp_path: Path, column: str, value: Any) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script("create table t (id integer primary key, i int, f real, s text, j json, a any)")
        rows = db.get_repository("t")
        await rows.create({"id": 1})
        async with db.raw_connection() as other:

            async def version() -> Any:
                cursor = await other.execute("pragma data_version")
                (found,) = await cursor.fetchone() or (None,)
                await cursor.close()
                return found

            before = await version()
            # The write lock is held elsewhere: a statement that came to SQLite would wait for it, and fail as busy.
            await other.execute("begin immediate")
            attempts: list[Coroutine[Any, Any, Any]] = [
                rows.create({column: value}),
                rows.create_many([{"id": 2}, {column: value}]),
                rows.update(1, {column: value}),
                rows.update_many({"id": 1}, {column: value}),
                rows.upsert({"id": 1, column: value}),
                db.insert_into("t").values([{"id": 3, column: None}, {"id": 4, column: value}]).execute(),
                db.update_table("t").set({column: value}).execute(),
            ]
            for attempt in attempts:
                with pytest.raises(EncodeError, match=rf"t\.{column}"):
                    await attempt
            await other.execute("rollback")
            assert await version() == before
            # And the version does tell of a write.
            await rows.create({"id": 9})
            assert await version() != before
