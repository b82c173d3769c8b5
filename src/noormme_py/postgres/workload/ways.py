"""The ways to say a query in SQLite: as it is written, with one thing added, or translated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.scope import Translated, Untranslated
from noormme_py.postgres.workload.clauses import clauses_of, with_collation, with_names, with_nulls, without

Translate: TypeAlias = Callable[[str], Translated | Untranslated]


@frozen
class Way:
    """A way to say a query. `make` gives SQLite's text of a text of PostgreSQL's, None where there is none."""

    make: Callable[[str], str | None]
    notes: tuple[str, ...] = ()


def _same(sql: str) -> str:
    return sql


AS_WRITTEN = Way(_same)
WITH_NULLS = Way(
    lambda sql: with_nulls(clauses_of(sql)),
    ("NULLs come last in PostgreSQL and first in SQLite, where nothing is said",),
)


def without_case(places: Sequence[int]) -> Way:
    """Return the way that sorts some keys without regard to the case of ASCII letters."""

    def make(sql: str) -> str | None:
        collated = with_collation(clauses_of(sql), places, "NOCASE")
        return None if collated is None else with_nulls(clauses_of(collated)) or collated

    return Way(make)


def translated(translate: Translate, sql: str) -> Way | Untranslated:
    """Return the way of a translation, or why there is none for a text."""
    first = translate(sql)
    if isinstance(first, Untranslated):
        return first

    def make(text: str) -> str | None:
        found = translate(text)
        return found.sql if isinstance(found, Translated) else None

    return Way(make, first.notes)


def named(way: Way, names: Sequence[str], wrong: Sequence[int]) -> Way:
    """Return the way with names for columns that SQLite names in another way."""

    def make(sql: str) -> str | None:
        made = way.make(sql)
        return None if made is None else with_names(clauses_of(made), names, wrong)

    return Way(make, way.notes)


def unlocked(sql: str) -> str | None:
    """Return the text without FOR UPDATE and its like, None where it has none."""
    return without(sql, clauses_of(sql).lock)
