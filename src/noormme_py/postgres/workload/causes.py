"""Why the rows of a query differ: each cause is proven on the rows, by asking again with one thing changed."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.postgres.workload.answers import Answer, NoAnswer
from noormme_py.postgres.workload.clauses import has_word, with_escapes, with_real_division
from noormme_py.postgres.workload.differences import DIGITS, SideBySide
from noormme_py.postgres.workload.findings import Cause
from noormme_py.postgres.workload.one_query import OneQuery, Outcome
from noormme_py.postgres.workload.ordering import SortedBy, Why
from noormme_py.postgres.workload.rows import is_number, rows_of
from noormme_py.postgres.workload.value_causes import value_causes
from noormme_py.postgres.workload.ways import WITH_NULLS

_ORDER: dict[Why, tuple[str, str]] = {
    "nulls": (
        "NULLs come last in PostgreSQL and first in SQLite, where nothing is said",
        "NULLS LAST, and NULLS FIRST behind DESC",
    ),
    "collation": (
        "SQLite sorts text by code points: A Z a z Ä, and PostgreSQL by the rules of a language",
        "COLLATE NOCASE where that is enough, else sort in the application",
    ),
    "enum": (
        "an enum sorts by its labels' places in PostgreSQL, and by their letters in SQLite",
        "order by case status when 'new' then 1 … end",
    ),
    "numbers as text": (
        "these decimals are kept as text, which sorts by its digits: 10 before 9",
        "order by cast(x as real)",
    ),
    "kept as text": ("the type is kept as text, and sorts as text", "sort by a part of it that is a number or a time"),
}
_TIES = Cause(
    "ties", "rows that are equal in what they are sorted by are cut off by LIMIT", "add the primary key to ORDER BY"
)
_NO_ORDER = Cause("no order", "LIMIT without ORDER BY takes any rows", "add an ORDER BY")
_NULLS = Cause("nulls", *_ORDER["nulls"])


def causes_of(query: OneQuery, outcome: Outcome) -> list[Cause]:
    """Return why the rows or their order differ, nothing where no cause could be proven."""
    if outcome.both is None or outcome.sql is None:
        return []
    if outcome.what == "order":
        return order_causes(outcome.sorted_by)
    if outcome.what != "rows":
        return []
    for found in (_of_limit(query, outcome), _of_text(query, outcome, outcome.sql), _of_time_zone(query, outcome.both)):
        if found:
            return found
    return value_causes(query.sql, outcome.both) or _of_groups(query, outcome.both)


def order_causes(sorted_by: SortedBy | None) -> list[Cause]:
    """Return why rows come in another order."""
    why = sorted_by.why() if sorted_by is not None else None
    return [Cause(kind, *_ORDER[kind]) for kind in why or ()]


def _of_limit(query: OneQuery, outcome: Outcome) -> list[Cause]:
    found = query.unlimited(outcome.way)
    if found is None or not found[0].are_rows_same:
        return []
    if not query.clauses.order:
        return [_NO_ORDER]
    sorted_by = found[1]
    return [_TIES] if sorted_by is not None and sorted_by.is_same else order_causes(sorted_by)


def _of_text(query: OneQuery, outcome: Outcome, sql: str) -> list[Cause]:
    """Ask SQLite again, each time with one thing as it is in PostgreSQL."""
    if has_word(sql, "LIKE", "like", "Like"):
        told = query.target.ask_with_like_by_case(sql)
        if _agrees(query, told):
            return [Cause("like", "SQLite's LIKE does not tell a from A", "GLOB 'a*', which does")]
        escaped = with_escapes(sql)
        if escaped != sql and _agrees(query, query.target.ask_with_like_by_case(escaped)):
            return [
                Cause("escape", "a backslash escapes in PostgreSQL's LIKE, and not in SQLite's", "like … escape '\\'")
            ]
    divided = with_real_division(sql)
    if divided is not None and _agrees(query, query.target.ask(divided)):
        return [
            Cause(
                "division",
                "SQLite divides whole numbers without a fraction, also those that are numeric in PostgreSQL",
                "cast(x as real) / y, or x * 1.0 / y",
            )
        ]
    nulls = query.tried(WITH_NULLS)
    if nulls is not None and nulls.both is not None and nulls.both.are_rows_same:
        return [_NULLS]
    return []


def _of_time_zone(query: OneQuery, both: SideBySide) -> list[Cause]:
    zone = query.source.time_zone
    if zone.upper() in ("UTC", "ETC/UTC", "GMT"):
        return []
    there = query.source.ask(query.sql, "UTC")
    if isinstance(there, NoAnswer):
        return []
    again = SideBySide(query.forms.of(there.types), there, both.target)
    if not again.are_rows_same:
        return []
    return [
        Cause(
            "time zone",
            f"PostgreSQL takes days and hours in {zone}, SQLite in UTC",
            f"timestamptz AT TIME ZONE 'UTC' in PostgreSQL, or give SQLite the hours between UTC and {zone}",
        )
    ]


def _of_groups(query: OneQuery, both: SideBySide) -> list[Cause]:
    """Whether one side has one row where the other has several that differ in the case of letters alone."""
    if not has_word(query.sql.upper(), "GROUP", "DISTINCT"):
        return []
    texts = [place for place, form in enumerate(both.forms) if not is_number(form) and _has_text(both.there[place])]
    if not texts:
        return []
    there = [tuple(str(row[place]).casefold() for place in texts) for row in rows_of(both.there)]
    here = [tuple(str(row[place]).casefold() for place in texts) for row in rows_of(both.here)]
    if set(there) != set(here) or len(there) == len(here):
        return []
    fewer = min(there, here, key=len)
    if len(set(fewer)) != len(fewer):
        return []
    return [
        Cause(
            "case",
            "texts that differ in case alone are one on one side, and several on the other",
            "group by lower(x), where the letters are ASCII",
        )
    ]


def _has_text(column: Iterable[object]) -> bool:
    return any(isinstance(value, str) and value.lower() != value.upper() for value in column)


def _agrees(query: OneQuery, here: Answer | NoAnswer) -> bool:
    if isinstance(here, NoAnswer):
        return False
    return SideBySide(query.forms.of(query.there.types), query.there, here, DIGITS).are_rows_same
