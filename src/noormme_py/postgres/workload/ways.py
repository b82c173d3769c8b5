"""The ways to say a query in SQLite: as it is written, with one thing added, or translated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.scope import Translated, Untranslated
from noormme_py.postgres.expressions.term import text_literal
from noormme_py.postgres.workload.clauses import clauses_of, with_keys, with_names, with_nulls, without
from noormme_py.postgres.workload.ordering import Why

Translate: TypeAlias = Callable[[str], Translated | Untranslated]


@frozen
class Way:
    """A way to say a query. `make` gives SQLite's text of a text of PostgreSQL's, None where there is none."""

    make: Callable[[str], str | None]
    notes: tuple[str, ...] = ()


def _by_label(key: str, labels: Sequence[str]) -> str:
    whens = " ".join(f"WHEN {text_literal(label)} THEN {place}" for place, label in enumerate(labels, 1))
    return f"CASE {key} {whens} END"


_KEYS: dict[Why, Callable[[str, Sequence[str]], str]] = {
    "collation": lambda key, _: f"{key} COLLATE NOCASE",
    "enum": _by_label,
    "numbers as text": lambda key, _: f"CAST({key} AS REAL)",
}


def _same(sql: str) -> str:
    return sql


AS_WRITTEN = Way(_same)
WITH_NULLS = Way(lambda sql: with_nulls(clauses_of(sql)))


def sorted_alike(why: Mapping[Why, Sequence[int]], labels: Sequence[Sequence[str]]) -> Way:
    """Return the way that sorts as nearly alike as SQLite can; `labels` are those of keys that are enums."""

    def make(sql: str) -> str | None:
        clauses = clauses_of(sql)
        keys: dict[int, str] = {}
        for reason, write in _KEYS.items():
            for place in why.get(reason, ()):
                keys[place] = write(clauses.order[place].text, labels[place])
        mended = with_keys(clauses, keys)
        return None if mended is None else with_nulls(clauses_of(mended)) or mended

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
