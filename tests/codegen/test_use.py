"""What was generated is used: every class of every table, whatever it is called."""

from __future__ import annotations

import datetime
import decimal
import inspect
import uuid
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from noormme_py import Noormme, RowModel, Table, TableOf
from noormme_py.codec.shapes import column_of
from noormme_py.errors import ForeignKeyViolation, TableNotFound
from noormme_py.query import nodes
from tests.codegen.modules import database, imported, text_of
from tests.codegen.schemas import NASTY, SHOP

VALUES: dict[Any, object] = {
    int: 1,
    str: "x",
    bool: True,
    float: 1.5,
    bytes: b"x",
    Any: 1,
    datetime.date: datetime.date(2026, 1, 5),
    datetime.datetime: datetime.datetime(2026, 1, 5, 9, 30, tzinfo=datetime.UTC),
    decimal.Decimal: decimal.Decimal("1.10"),
    uuid.UUID: uuid.UUID(int=7),
}


def columns_of(row: type[RowModel]) -> dict[str, tuple[str, Any]]:
    """Return each column's field and the type of its values."""
    return {column_of(name, field): (name, field.annotation) for name, field in row.model_fields.items()}


def values_of(table: Table, row: type[RowModel]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, (_, annotation) in columns_of(row).items():
        if table.column(name).is_writable:
            found[name] = VALUES[annotation if annotation in VALUES else get_args(annotation)[0]]
    return found


async def create_all(db: Any, module: ModuleType) -> dict[str, Any]:
    """Create a row in every table, parents before their children, and return the rows."""
    waiting = [table for table in db.schema if table.kind in ("table", "virtual")]
    made: dict[str, Any] = {}
    while waiting:
        table = waiting.pop(0)
        try:
            repository = db.get_repository(table.name)
            made[table.name] = await repository.create(values_of(table, module.Database.row_types[table.name]))
        except ForeignKeyViolation:
            waiting.append(table)
    return made


async def check_finders(repository: Any, row: Any) -> None:
    """Find the row by every finder that its repository has."""
    fields = {name: getattr(row, name) for name in type(row).model_fields}
    for name, method in inspect.getmembers(repository, inspect.ismethod):
        if not name.startswith(("find_by_", "find_many_by_")) or name == "find_by_id":
            continue
        parameters = [p if p in fields else p.removesuffix("_") for p in inspect.signature(method).parameters]
        found = await method(*(fields[parameter] for parameter in parameters))
        assert found == ([row] if name.startswith("find_many_by_") else row), name


@pytest.mark.parametrize(("script", "name"), [(SHOP, "shop_used"), (NASTY, "nasty_used")], ids=["shop", "nasty"])
async def test_every_table_is_used(tmp_path: Path, script: str, name: str) -> None:
    path = database(tmp_path / "used.db", script)
    with imported(text_of(script), tmp_path, name) as module:
        async with module.Database(path) as db:
            rows = await create_all(db, module)
            assert len(rows) >= 7
            for table_name, row in rows.items():
                table, repository = db.schema.table(table_name), db.get_repository(table_name)
                assert type(row) is module.Database.row_types[table_name]
                assert type(repository).__module__ == name
                await check_finders(repository, row)
                fields = columns_of(type(row))
                if table.primary_key:
                    key = tuple(getattr(row, fields[part][0]) for part in table.primary_key)
                    assert await repository.get_by_id(key[0] if len(key) == 1 else key) == row
                    assert await repository.update(key[0] if len(key) == 1 else key, values_of(table, type(row))) == row
                assert await repository.count() == 1


@pytest.mark.parametrize(("script", "name"), [(SHOP, "shop_seen"), (NASTY, "nasty_seen")], ids=["shop", "nasty"])
async def test_every_name_leads_where_it_says(tmp_path: Path, script: str, name: str) -> None:
    path = database(tmp_path / "seen.db", script)
    with imported(text_of(script), tmp_path, name) as module:
        async with module.Database(path) as db, db.transaction() as tx, tx.transaction() as inner:
            attributes = [key for key, found in vars(module._Tables).items() if isinstance(found, property)]
            tables = [getattr(db, attribute).table.name for attribute in attributes]
            assert sorted(tables) == sorted(module.Database.row_types)
            for attribute, table_name in zip(attributes, tables, strict=True):
                repository = type(getattr(db, attribute))
                assert type(db.get_repository(table_name)) is repository
                assert type(getattr(inner, attribute)) is type(tx.get_repository(table_name)) is repository
            with pytest.raises(TableNotFound):
                db.get_repository("nowhere")
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, TableOf) and found is not TableOf:
                fields = columns_of(module.Database.row_types[found.__table__])
                columns = {vars(found)[key].node for key in vars(found) if hasattr(vars(found)[key], "node")}
                assert columns == {nodes.Ref(column, found.__table__) for column in fields}


@pytest.mark.parametrize(("script", "name"), [(SHOP, "shop_told"), (NASTY, "nasty_told")], ids=["shop", "nasty"])
async def test_rows_have_the_fields_and_relations_of_a_plain_database(tmp_path: Path, script: str, name: str) -> None:
    path = database(tmp_path / "told.db", script)
    with imported(text_of(script), tmp_path, name) as module:
        async with Noormme(path) as plain, module.Database(path) as db:
            for table_name, row in module.Database.row_types.items():
                assert columns_of(row) == columns_of(plain.get_repository(table_name).row_type)
                for relation in db.catalog.relations.of(table_name):
                    assert hasattr(row, relation)
                    await db.get_repository(table_name).find_many(include=[relation])


async def test_the_demo_has_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "examples"))
    async with Noormme(tmp_path / "flights.db") as db:
        await import_module("nycflights_load").create_tables(db)
        script = ";".join(table.sql for table in db.schema)
    with imported(text_of(script), tmp_path, "flights_used") as module:
        async with module.Database(tmp_path / "flights.db") as db:
            carrier = await db.airlines.create({"carrier": "AA", "name": "American Airlines Inc."})
            assert await db.airlines.get_by_id("AA", include=["flights"]) == carrier
