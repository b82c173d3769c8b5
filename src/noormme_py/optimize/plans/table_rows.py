"""How many rows tables have, and what views say: what a plan alone does not tell."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.errors import DatabaseError
from noormme_py.names import fold, quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.survey import Survey

MOST_COUNTED = 1_000_000
"""Counting ends here: more is no different to anybody who asks."""


def count_rows(survey: Survey, table: str, *, most: int | None = None) -> int:
    """Return how many rows a table has, counted up to `most` of them; 0 for one that cannot be counted."""
    # The limit is the planner's to see, so that no index hides it.
    rows = f"main.{quote(table)}" if most is None else f"(select 1 from main.{quote(table)} limit {most})"
    try:
        ((count,),) = survey(f"select count(*) from {rows}")
    except DatabaseError:
        return 0
    return int(count or 0)


def rows_of_tables(lab: Laboratory, tables: Iterable[str]) -> dict[str, int]:
    """Return the number of rows of those of the tables that there are, by the name folded."""
    wanted = {fold(table) for table in tables}
    named = lab.query("select name from sqlite_schema where type = 'table' and sql not like 'create virtual %'")
    return {
        fold(name): count_rows(lab.survey, name, most=MOST_COUNTED)
        for (name,) in named
        if isinstance(name, str) and fold(name) in wanted
    }


def texts_of_views(lab: Laboratory) -> dict[str, str]:
    """Return the text of each view by its name."""
    rows = lab.query("select name, sql from sqlite_schema where type = 'view'")
    return {name: text for name, text in rows if isinstance(name, str) and isinstance(text, str)}


def names_of_indexes(lab: Laboratory) -> list[str]:
    """Return the names of all indexes, those included that SQLite makes for keys."""
    rows = lab.query("select name from sqlite_schema where type = 'index'")
    return [name for (name,) in rows if isinstance(name, str)]
