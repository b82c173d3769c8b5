"""The parameters of a text get the values that SQLite gives them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from noormme_py.optimize.reading.bound_values import bound_values, parameters_of
from noormme_py.query.statement import Parameters


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        ("select ?, ?, '?'", [1, 2]),
        ("select ?3, ?, ?1, ?", [1, 2, 3, 4, 5]),
        ("select ?2, ?, ?2 -- ?", [1, 2, 3]),
        ("select :a, @b, :a, $c", {"a": 1, "b": 2, "c": 3}),
        ("select 1", []),
    ],
)
def test_values_are_those_of_sqlite(sql: str, parameters: Parameters) -> None:
    bound = bound_values(sql, parameters)
    with closing(sqlite3.connect(":memory:")) as raw:
        row = raw.execute(sql, parameters).fetchone()
        assert bound == list(row)[: len(bound)]
        raw.execute(sql, parameters_of(sql, None)).close()


def test_names_may_be_bound_by_position() -> None:
    assert bound_values("select :a, :b, :a, ?", [1, 2, 3]) == [1, 2, 1, 3]
    assert bound_values("select ?, ?", [1]) == [1, None]
