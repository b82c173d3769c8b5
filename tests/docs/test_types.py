"""Each row of the table of types is tried: the kind, the Python type, and what SQLite then holds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from noormme_py import Noormme
from noormme_py.codec.kinds import codec_for
from noormme_py.schema import types
from tests.docs.pages import code, page

ROWS = page("docs/types.md").table("declared")
NAMES = {
    "date": date,
    "time": time,
    "datetime": datetime,
    "timedelta": timedelta,
    "Decimal": Decimal,
    "UUID": UUID,
    "UTC": UTC,
}


def declared(row: dict[str, str]) -> str:
    named = code(row["declared"])
    return named[0] if named else ""


def test_every_word_that_has_a_kind_is_in_the_table() -> None:
    words = {declared(row) for row in ROWS}
    assert words >= set(types._KIND_OF_WORD)
    assert {types.affinity_of(word) for word in words} == {"integer", "text", "blob", "real", "numeric"}


@pytest.mark.parametrize("row", ROWS, ids=declared)
async def test_a_row_of_the_table_is_true(row: dict[str, str]) -> None:
    (kind,), (python,), (example,), (stored,) = (code(row[name]) for name in ("kind", "Python", "example", "stored"))
    value: Any = eval(example, dict(NAMES))
    async with Noormme(":memory:") as db:
        await db.execute_script(f"create table t (id integer primary key, c {declared(row)})")
        column = db.schema.table("t").column("c")
        assert column.kind == kind
        codec = codec_for(column.kind, column.affinity, column.declared_type)
        assert getattr(codec.python, "__name__", str(codec.python)) == python

        written = await db.get_repository("t").create({"c": value})
        assert written.c == value
        assert type(written.c) is type(value)
        raw = await db.execute("select typeof(c) as type, quote(c) as text from t")
        assert raw.rows == [{"type": row["stored as"], "text": stored}]


@pytest.mark.parametrize("row", [row for row in ROWS if "holds" in row["declared"]], ids=declared)
def test_the_words_that_give_an_affinity_are_true(row: dict[str, str]) -> None:
    (kind,) = code(row["kind"])
    named, _, holds = row["declared"].partition("holds")
    for word in [*code(named), *(f"my{word}type" for word in code(holds))]:
        assert types.kind_of(word) == kind, word
        assert re.match(r"\w", word)
