"""How many rows the tables have, and what the planner believes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from noormme_py.names import fold
from noormme_py.optimize.plans.table_rows import count_rows
from noormme_py.optimize.survey import Survey
from noormme_py.schema.model import Schema


@dataclass(frozen=True, slots=True)
class Census:
    """Figures by the folded names of tables. `rows` are counted up to a limit.

    `believed` has the rows that each table had for ANALYZE; of a table that is missing in it the planner knows
    nothing. `analyzed` are the folded names of indexes that it knows the selectivity of.
    """

    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    believed: Mapping[str, int] = field(default_factory=dict[str, int])
    analyzed: frozenset[str] = frozenset()

    def rows_of(self, table: str) -> int:
        """Return how many rows a table has; 0 for one that was not counted."""
        return self.rows.get(fold(table), 0)


def take_census(survey: Survey, schema: Schema, *, most: int = 10_000_000) -> Census:
    """Count the rows of every table, up to `most` of each, and read `sqlite_stat1`."""
    rows = {fold(table.name): count_rows(survey, table.name, most=most) for table in schema if table.kind == "table"}
    believed: dict[str, int] = {}
    analyzed: set[str] = set()
    if survey("select 1 from main.sqlite_schema where name = 'sqlite_stat1'"):
        for table, index, stat in survey("select tbl, idx, stat from main.sqlite_stat1"):
            count = _first_number(str(stat or ""))
            if count is None:
                continue
            # A partial index has fewer entries than its table has rows.
            name = fold(str(table))
            believed[name] = max(count, believed.get(name, 0))
            if index is not None:
                analyzed.add(fold(str(index)))
    return Census(rows, believed, frozenset(analyzed))


def _first_number(stat: str) -> int | None:
    word = stat.partition(" ")[0]
    return int(word) if word.isdigit() else None
