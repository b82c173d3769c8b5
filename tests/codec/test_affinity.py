"""What the library thinks an affinity does to a value is what SQLite does to it."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings

from noormme_py.codec.affinity import is_changed
from noormme_py.query.statement import Raw
from noormme_py.schema.types import Affinity
from tests.codec.values import ANY, NUMERALS

EDGES: list[Raw] = [
    "1.",
    ".5",
    ".",
    "+",
    "1e",
    "1e5",
    "-0",
    "+7",
    "1 2",
    "5\0",
    "\v5\f",
    "٣",
    "1_0",
    "inf",
    "nan",
    "",
    " ",
]


def stored(connection: sqlite3.Connection, raw: Raw) -> Raw:
    connection.execute("delete from t")
    connection.execute("insert into t values (?)", [raw])
    found: Raw = connection.execute("select c from t").fetchone()[0]
    return found


@pytest.mark.parametrize("affinity", ["integer", "text", "blob", "real", "numeric"])
def test_what_is_said_to_be_changed_is_changed(affinity: Affinity) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"create table t (c {affinity})")

    @settings(max_examples=150)
    @given(ANY | NUMERALS)
    def check(raw: Raw) -> None:
        assert is_changed(raw, affinity) == (stored(connection, raw) != raw)

    check()
    for raw in EDGES:
        assert is_changed(raw, affinity) == (stored(connection, raw) != raw), raw
    connection.close()
