"""What somebody should decide or do before a database is moved, what would stop the move first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from noormme_py.amounts import number, plural, size
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.plan.facts import Facts
from noormme_py.postgres.survey.survey import Advice, Survey

_LARGE_ROW = 64 * 1024**2
_LARGEST_ROW = 1_000_000_000
"""SQLITE_MAX_LENGTH as it is compiled by default (sqlite.org/limits.html)."""
_MANY_WRITES_PER_S = 500.0
_BYTES_ENCODING = "SQL_ASCII"
_DECIMAL_TEXT = "DECIMAL TEXT"
_OF_THE_SERVER = ("pg_stat_statements ", "pg_buffercache ", "pgstattuple ", "pageinspect ", "amcheck ")
"""Extensions for whoever looks after the server: no application misses them."""


def advice_for(survey: Survey, facts: Facts, free_bytes: int | None) -> Iterable[Advice]:
    """Yield what is to be decided, the gravest first."""
    yield from _what_stops_it(survey, free_bytes)
    yield from _values(survey, facts)
    yield from _what_is_left_out(survey.fates)
    yield from _what_differs(survey)


def _what_stops_it(survey: Survey, free_bytes: int | None) -> Iterable[Advice]:
    unread = [f"{table.source} ({table.unread})" for table in survey.tables if table.unread is not None]
    if unread:
        yield Advice(
            f"{plural(len(unread), 'table')} cannot be read, and would stop the move",
            "Move as a user who may read them, or leave them out with --exclude.",
            tuple(unread),
        )
    if free_bytes is not None and survey.moved_bytes > free_bytes:
        yield Advice(
            f"The file would not fit here: {size(free_bytes)} are free",
            f"The tables take {size(survey.moved_bytes)} in PostgreSQL, and about as much in SQLite. Write the file"
            " to another disk, or move a part with --include and --where.",
        )
    if survey.encoding == _BYTES_ENCODING:
        yield Advice(
            "The database has no encoding (SQL_ASCII)",
            "Its texts may be any bytes; rows whose texts are no UTF-8 stop a move, or are put aside with"
            " --on-error report.",
        )
    large = [table for table in survey.tables if (table.largest_row_bytes or 0) >= _LARGE_ROW]
    if large:
        is_too_large = any((table.largest_row_bytes or 0) >= _LARGEST_ROW for table in large)
        yield Advice(
            f"{plural(len(large), 'table')} with very large rows",
            "SQLite takes no value of more than 1,000,000,000 bytes: keep such values in files."
            if is_too_large
            else "A move keeps a few such rows in memory at once. Think of keeping such values in files.",
            tuple(f"{table.source}: a row of {size(table.largest_row_bytes or 0)}" for table in large),
        )


def _values(survey: Survey, facts: Facts) -> Iterable[Advice]:
    beyond = _columns(facts, lambda at: facts[at].beyond)
    if beyond:
        yield Advice(
            f"{plural(len(beyond), 'column')} with dates or times that Python cannot hold",
            "Infinity, years before 1 or after 9999, 24:00: all are kept, but then the library reads the whole column"
            " as text. Correct the values in PostgreSQL if they mean nothing.",
            beyond,
        )
    nans = _columns(facts, lambda at: facts[at].nans)
    if nans:
        yield Advice(
            f"{plural(len(nans), 'column')} with NaN",
            "SQLite has no NaN: it is kept as that text. Make it NULL in PostgreSQL if it means nothing.",
            nans,
        )
    decimals = tuple(
        f"{table.source}.{column.name} {column.type}"
        for table in survey.tables
        for column in table.columns
        if column.declared == _DECIMAL_TEXT
    )
    if decimals:
        yield Advice(
            f"{plural(len(decimals), 'column')} of decimals would be kept as text",
            "Every digit is kept, but texts do not sort and compare as numbers. Where 15 digits are enough, give the"
            " column a precision in PostgreSQL, such as numeric(12,2); or take --map numeric=real; or cast in queries.",
            decimals,
        )


def _what_is_left_out(fates: Iterable[Fate]) -> Iterable[Advice]:
    left = [fate for fate in fates if fate.outcome == "left out"]
    for kinds, one, many, title, detail in _LEFT_OUT:
        found = [fate for fate in left if fate.kind in kinds and not fate.source.startswith(_OF_THE_SERVER)]
        if found:
            is_one_kind = len({fate.kind for fate in found}) == 1
            names = tuple(fate.source if is_one_kind else f"{fate.kind} {fate.source}" for fate in found)
            count = f"{len(found):,} {one if len(found) == 1 else many}"
            yield Advice(f"{count} {title}", detail, names, tuple(sorted(kinds)))


_LEFT_OUT: tuple[tuple[frozenset[str], str, str, str, str], ...] = (
    (
        frozenset({"trigger", "rule"}),
        "trigger",
        "triggers",
        "will not be there",
        "What is done there is for the application to do, or for triggers that are written for SQLite.",
    ),
    (
        frozenset({"function", "procedure", "aggregate"}),
        "function",
        "functions",
        "will not be there",
        "Whatever calls one needs another way.",
    ),
    (
        frozenset({"policy", "row security"}),
        "security policy",
        "security policies",
        "will not be there",
        "Whoever has the file sees all rows: the application has to see to who may see what.",
    ),
    (
        frozenset({"check", "unique", "exclusion", "foreign key"}),
        "constraint",
        "constraints",
        "will not be there",
        "From then on only the application sees to it.",
    ),
    (
        frozenset({"default", "sequence"}),
        "default or sequence",
        "defaults and sequences",
        "will not be there",
        "Give the value with each new row.",
    ),
    (
        frozenset({"view", "materialized view"}),
        "view",
        "views",
        "cannot be translated",
        "Write anew for SQLite, or ask the tables.",
    ),
    (
        frozenset({"index"}),
        "index",
        "indexes",
        "will not be there",
        "For words in texts SQLite has FTS5. What else is slow afterwards, `noormme analyze` finds.",
    ),
    (
        frozenset({"extension"}),
        "extension",
        "extensions",
        "will not be there",
        "See what of it the application uses.",
    ),
)


def _what_differs(survey: Survey) -> Iterable[Advice]:
    if any(fate.kind == "collation" for fate in survey.fates):
        yield Advice(
            "Texts will sort in another order",
            f"By code points: Z before a, and ä behind z; now they sort by {survey.collation!r}."
            " See which queries order by texts.",
        )
    without_key = tuple(table.source for table in survey.tables if not table.has_primary_key)
    if without_key:
        yield Advice(
            f"{plural(len(without_key), 'table')} without a primary key",
            "Rows that differ later cannot be named, and the way back replaces the whole table.",
            without_key,
        )
    writes = survey.workload.writes_per_s
    if writes is not None and writes >= _MANY_WRITES_PER_S:
        yield Advice(
            f"About {number(writes)} rows are written per second",
            "SQLite has one writer at a time. Measure the application's writes before it is switched over.",
        )


def _columns(facts: Facts, count: Callable[[tuple[str, str, str]], int]) -> tuple[str, ...]:
    return tuple(f"{schema}.{table}.{column}" for schema, table, column in facts if count((schema, table, column)))
