"""Which tables are moved, of a great many."""

from __future__ import annotations

from time import perf_counter

from noormme_py.postgres.model import PgColumn, PgTable, PgType
from noormme_py.postgres.plan.planned import MoveOptions
from noormme_py.postgres.plan.selection import selected


def test_thousands_of_tables_are_parted_at_once() -> None:
    columns = tuple(PgColumn(f"c{number}", PgType("int4"), "integer") for number in range(10))
    tables = [PgTable("public", f"t{number}", columns) for number in range(4_000)]
    began = perf_counter()
    moved, left = selected(tables, MoveOptions(exclude=("t*9",)))
    # Comparing each with each took a quarter of a minute.
    assert perf_counter() - began < 3
    assert (len(moved), len(left)) == (3_600, 400)
    assert left[0].name == "t9"
