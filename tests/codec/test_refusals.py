"""What a column cannot hold is refused before the statement is run, and no message tells a value."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from noormme_py import Noormme, col, param, sql
from noormme_py.errors import DecodeError, EncodeError, NoormmeError
from tests.engine.neighbour import run_python

SCHEMA = """
create table held (
    id integer primary key,
    b boolean, i integer, f real, s text, y blob, a,
    d decimal, da date, ti time, dt datetime, td interval, u uuid, j json,
    unique (s), check (i <> 7)
);
create virtual table notes using fts5 (body);
"""


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(tmp_path / "app.db") as database:
        await database.execute_script(SCHEMA)
        yield database


class Opaque:
    pass


class Text(str):
    __slots__ = ()


REFUSED: list[tuple[str, object]] = [
    ("b", 1), ("b", 0), ("b", "true"), ("b", 1.0),
    ("i", 2**63), ("i", -(2**63) - 1), ("i", 1.0), ("i", "1"), ("i", True), ("i", Decimal(1)),
    ("f", float("nan")), ("f", "1.5"), ("f", 2**53 + 1), ("f", True), ("f", 10**400),
    ("s", 1), ("s", b"x"), ("s", "\ud800"), ("s", "x\udfffy"), ("s", Text("\udc00")), ("s", date(2024, 1, 1)),
    ("y", "text"), ("y", 5), ("y", [1]),
    ("a", Opaque()), ("a", float("nan")), ("a", 2**64), ("a", "\ud800"), ("a", [1]), ("a", {"a": 1}),
    ("d", 1.5), ("d", "1.5"), ("d", Decimal("NaN")), ("d", Decimal("sNaN")), ("d", Decimal("Infinity")),
    ("d", Decimal("0.12345678901234567891")), ("d", True),
    ("da", datetime(2024, 1, 1)), ("da", "2024-01-01"), ("da", 20240101),
    ("ti", "12:00"), ("ti", datetime(2024, 1, 1)), ("ti", timedelta(hours=1)),
    ("dt", date(2024, 1, 1)), ("dt", "2024-01-01 00:00:00"), ("dt", 1704067200),
    ("td", 5), ("td", timedelta.max), ("td", timedelta.min), ("td", time(1)),
    ("u", "9b2f4a5e-0000-4000-8000-000000000000"), ("u", b"0" * 16), ("u", 5),
    ("j", (1, 2)), ("j", [(1,)]), ("j", {1: 2}), ("j", {"a": {None: 1}}), ("j", float("nan")), ("j", [float("inf")]),
    ("j", {"a": Opaque()}), ("j", {1, 2}), ("j", b"{}"), ("j", "\ud800"), ("j", {"\ud800": 1}), ("j", date(2024, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=lambda n: f"{REFUSED[n][0]}-{n}")
async def test_an_unfit_value_is_refused_before_the_statement_is_run(db: Noormme, number: int) -> None:
    column, value = REFUSED[number]
    held = db.get_repository("held")
    kept = await held.create({})
    seen: list[str] = []
    engine = db._engine
    assert engine._writers is not None
    (writer,) = engine._writers.connections
    writer._raw.set_trace_callback(seen.append)
    before = writer._raw.total_changes
    attempts: list[Coroutine[Any, Any, Any]] = [
        held.create({column: value}),
        held.create_many([{}, {column: value}]),
        held.insert_many([{}, {column: value}]),
        held.update(kept.id, {column: value}),
        held.update_many({"id": kept.id}, {column: value}),
        held.upsert({"id": kept.id, column: value}),
        held.upsert_many([{"id": kept.id}, {"id": kept.id, column: value}]),
        db.insert_into("held").values([{column: None}, {column: value}]).execute(),
        db.update_table("held").set({column: value}).execute(),
        db.insert_into("held").values({column: param("x")}).prepare().execute(x=value),
    ]
    for attempt in attempts:
        with pytest.raises(EncodeError, match=rf"held\.{column}\b") as caught:
            await attempt
        assert isinstance(caught.value, ValueError)
    assert [statement for statement in seen if "schema_version" not in statement] == []
    assert writer._raw.total_changes == before
    assert await held.find_all() == [kept]


@pytest.mark.parametrize("value", [float("nan"), 2**63, "\ud800", Opaque(), (1, 2), {1, 2}, Decimal("NaN"), {1: 2}])
async def test_raw_sql_refuses_what_no_column_could_hold(db: Noormme, value: object) -> None:
    for attempt in (
        db.execute("insert into held (a) values (?)", [value]),
        db.execute("insert into held (a) values (:x)", {"x": value}),
        db.execute(sql("insert into held (a) values ({})", value)),
        db.execute_many("insert into held (a) values (?)", [[1], [value]]),
    ):
        with pytest.raises(EncodeError):
            await attempt
    assert await db.get_repository("held").count() == 0


SECRET = "MARKER7f3a"


def tells(error: BaseException) -> bool:
    told = [str(error), repr(error), str(error.args), "".join(traceback.format_exception(error))]
    # The source lines of a trace are ours; the values are not in them.
    return any(SECRET in text for text in told)


def wrapped(left: str, right: str) -> str:
    return left + SECRET + right


class Strict(BaseModel):
    id: int
    s: int | None
    j: dict[str, int] | None


ATTEMPTS: dict[str, Callable[[Noormme, str], Coroutine[Any, Any, Any]]] = {
    "int": lambda db, x: db.get_repository("held").create({"i": x}),
    "bool": lambda db, x: db.get_repository("held").create({"b": x}),
    "float": lambda db, x: db.get_repository("held").create({"f": x}),
    "bytes": lambda db, x: db.get_repository("held").create({"y": x}),
    "decimal": lambda db, x: db.get_repository("held").create({"d": x}),
    "date": lambda db, x: db.get_repository("held").update_many({"id": 1}, {"da": x}),
    "time": lambda db, x: db.insert_into("held").values({"ti": x}).execute(),
    "datetime": lambda db, x: db.get_repository("held").upsert({"id": 1, "dt": x}),
    "interval": lambda db, x: db.get_repository("held").find_many({"td": x}),
    "uuid": lambda db, x: db.get_repository("held").find_one({"u": x}),
    "json": lambda db, x: db.get_repository("held").create({"j": {"a": (x,)}}),
    "surrogate": lambda db, x: db.get_repository("held").create({"s": x + "\ud800"}),
    "key": lambda db, x: db.get_repository("held").find_by_id(x),
    "list": lambda db, x: db.get_repository("held").find_many({"i__in": [1, x]}),
    "long list": lambda db, x: db.get_repository("held").find_many({"i__in": [x] * 2000}),
    "between": lambda db, x: db.get_repository("held").find_many({"dt__between": (x, x)}),
    "like": lambda db, x: db.get_repository("held").find_many({"s__contains": (x,)}),
    "builder": lambda db, x: db.select_from("held").select_all().where("da", ">", x).execute(),
    "raw": lambda db, x: db.execute("select ?", [(x,)]),
    "raw name": lambda db, x: db.execute("select :a", {"a": (x,)}),
    "raw missing": lambda db, x: db.execute("select ?, ?", [x]),
    "unique": lambda db, x: _twice(db, {"s": x}),
    "unique upsert": lambda db, x: db.execute("insert into held (s, i) values (?, 1), (?, 2)", [x, x]),
    "check": lambda db, x: db.get_repository("held").create({"s": x, "i": 7}),
    "full text": lambda db, x: db.execute("select * from notes where notes match ?", [x + '"']),
    "full text column": lambda db, x: db.execute("select * from notes where notes match ?", [f"{SECRET}: {x}"]),
    "full text builder": lambda db, x: db.select_from("notes").select_all().where("notes", "match", x + "(").execute(),
    "json path": lambda db, x: db.execute("select json_extract('{}', ?)", [x]),
    "json text": lambda db, x: db.execute("select json(?)", [x]),
    "json function": lambda db, x: db.execute("select json_set('{}', '$.a', json(?))", ["{" + x]),
    "attach": lambda db, x: db.execute("attach ? as other", ["no/such/folder/" + x.replace("\0", "")]),
    "detach": lambda db, x: db.execute("detach ?", [x]),
    "schema": lambda db, x: db.execute("select * from pragma_table_info('held', ?)", [x]),
    "printf": lambda db, x: db.execute("select abs(?), load_extension(?)", [x, x]),
    "decode int": lambda db, x: _decoded(db, "da", x),
    "decode bool": lambda db, x: _decoded(db, "b", x),
    "decode json": lambda db, x: _decoded(db, "j", x),
    "decode uuid": lambda db, x: _decoded(db, "u", x),
    "decode datetime": lambda db, x: _decoded(db, "dt", x),
    "validate": lambda db, x: _validated(db, "s", x),
    "validate json": lambda db, x: _validated(db, "j", f'{{"{SECRET}": "x"}}'),
    "bad text": lambda db, x: _bad_text(db, x),
}


async def _twice(db: Noormme, values: dict[str, object]) -> None:
    await db.get_repository("held").create(values)
    await db.get_repository("held").create(values)


async def _decoded(db: Noormme, column: str, value: str) -> None:
    await db.execute(f"insert into held ({column}) values (?)", ["x" + value])
    await db.get_repository("held").find_all()


async def _validated(db: Noormme, column: str, value: str) -> None:
    await db.execute(f"insert into held ({column}) values (?)", [value])
    await db.get_repository("held", Strict).find_all()


async def _bad_text(db: Noormme, value: str) -> None:
    await db.execute("insert into held (s) values (cast(? as text))", [b"\xff'" + value.encode()])
    await db.get_repository("held").find_all()


async def _attempted(name: str, value: str) -> BaseException | None:
    async with Noormme(":memory:") as db:
        await db.execute_script(SCHEMA)
        try:
            await ATTEMPTS[name](db, value)
        except NoormmeError as error:
            return error
    return None


AROUND = st.text("'\"[]{}()$.:*-^ ,;\n\\%é\0x", max_size=5)


@pytest.mark.parametrize("attempt", sorted(ATTEMPTS))
@settings(max_examples=12)
@given(left=AROUND, right=AROUND)
def test_no_message_tells_a_value(attempt: str, left: str, right: str) -> None:
    error = asyncio.run(_attempted(attempt, wrapped(left, right)))
    assert error is None or not tells(error), error


@pytest.mark.parametrize("attempt", sorted(set(ATTEMPTS) - {"printf", "raw missing"}))
async def test_these_attempts_do_fail(attempt: str) -> None:
    """Or the property above would say nothing."""
    assert await _attempted(attempt, wrapped("", "")) is not None


STORED: list[tuple[str, object, str]] = [
    ("b", 2, "held.b: the stored INTEGER is not a bool"),
    ("b", "yes", "held.b: the stored TEXT is not a bool"),
    ("d", "many", "held.d: the stored TEXT is not a decimal"),
    ("d", b"1", "held.d: the stored BLOB is not a decimal"),
    ("da", "2024-13-01", "held.da: the stored TEXT is not a date"),
    ("da", 20240131, "held.da: the stored INTEGER is not a date"),
    ("ti", "25:00", "held.ti: the stored TEXT is not a time"),
    ("dt", "today", "held.dt: the stored TEXT is not a datetime"),
    ("dt", 1.5, "held.dt: the stored REAL is not a datetime"),
    ("td", "long", "held.td: the stored TEXT is not a timedelta"),
    ("u", "12-34", "held.u: the stored TEXT is not a uuid"),
    ("u", b"12", "held.u: the stored BLOB is not a uuid"),
    ("j", "{", "held.j: the stored TEXT is not a json"),
]


@pytest.mark.parametrize(("column", "stored", "told"), STORED)
async def test_a_stored_value_that_does_not_fit_is_told_with_its_column(
    db: Noormme, column: str, stored: object, told: str
) -> None:
    await db.execute(f"insert into held ({column}) values (?)", [stored])
    held = db.get_repository("held")
    query = db.select_from("held as h").select(f"h.{column} as renamed")
    for attempt in (held.find_all(), held.find_by_id(1), query.execute(), query.scalar(), anext(query.stream())):
        with pytest.raises(DecodeError, match=told):
            await attempt
    # Raw SQL gives what is stored.
    assert (await db.execute(f"select {column} as x from held")).rows == [{"x": stored}]


async def test_a_row_that_does_not_decode_does_not_spoil_the_others(db: Noormme) -> None:
    await db.execute("insert into held (id, da) values (1, '2024-01-31'), (2, 'soon')")
    held = db.get_repository("held")
    assert (await held.get_by_id(1)).da == date(2024, 1, 31)
    with pytest.raises(DecodeError):
        await held.find_all()
    assert await held.count() == 2


async def test_a_write_whose_answer_does_not_decode_is_undone(db: Noormme) -> None:
    await db.execute("create trigger spoil after insert on held begin update held set da = 'soon'; end")
    with pytest.raises(DecodeError):
        await db.get_repository("held").create({"s": "x"})
    assert (await db.execute("select count(*) as n from held")).rows == [{"n": 0}]


async def test_null_is_none_for_every_kind(db: Noormme) -> None:
    held = db.get_repository("held")
    row = await held.create(dict.fromkeys("b i f s y a d da ti dt td u j".split()))
    assert [value for name, value in row if name != "id"] == [None] * 13
    assert await held.find_many({"da": None, "j": None, "b": None}) == [row]


async def test_comparing_takes_other_numbers_too(db: Noormme) -> None:
    held = db.get_repository("held")
    row = await held.create({"i": 5, "f": 0.5, "d": Decimal("1.10"), "b": True})
    for where in ({"i__lt": 5.5}, {"i": Decimal(5)}, {"f__gt": 0}, {"d": 1.1}, {"d__lt": 2}, {"b": True}, {"b": 1}):
        assert await held.find_many(where) == [row]
    assert await held.find_many(col("i") + 0.5 > 5) == [row]
    for unfit in ({"i": "5"}, {"f": "0.5"}, {"d": "1.1"}, {"da": "2024-01-01"}, {"u": str(UUID(int=1))}):
        with pytest.raises(EncodeError):
            await held.find_many(unfit)


ADAPTERS = """
import asyncio, sqlite3, sys
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from uuid import UUID
from noormme_py import Noormme

class Number(int): pass
class Text(str): pass
class Level(IntEnum):
    LOW = 1

VALUES = {"b": True, "i": Number(5), "s": Text("x"), "d": Decimal("1.10"), "da": date(2024, 1, 31),
          "dt": datetime(2024, 1, 31, 12), "u": UUID(int=7), "j": {"a": [1]}, "y": bytearray(b"z")}
# For int, float, str and bytes themselves nobody can help: sqlite3 then asks for every value of every library.
KINDS = [bool, Number, Text, Decimal, date, datetime, UUID, dict, list, Level]

async def stored():
    async with Noormme(":memory:") as db:
        await db.execute_script(sys.argv[1])
        await db.get_repository("held").create(VALUES)
        await db.execute("insert into held (a) values (?)", [Level.LOW])
        rows = (await db.execute("select * from held")).rows
        models = await db.get_repository("held").find_all()
        return repr((rows, models))

before = asyncio.run(stored())
for kind in KINDS:
    sqlite3.register_adapter(kind, lambda value: "adapted")
for name in ("boolean", "integer", "text", "decimal", "date", "datetime", "uuid", "json", "timestamp"):
    sqlite3.register_converter(name, lambda value: "converted")
after = asyncio.run(stored())
assert before == after, (before, after)
print("same")
"""


def test_adapters_and_converters_of_the_application_change_nothing() -> None:
    outcome = run_python(ADAPTERS, SCHEMA)
    assert outcome.stdout == "same\n", outcome.stderr
