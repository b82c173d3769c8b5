"""Why values differ, told from the values themselves: a cause holds for every pair of a column, or is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from noormme_py.frozen import frozen
from noormme_py.postgres.form import Form
from noormme_py.postgres.workload.clauses import has_word
from noormme_py.postgres.workload.differences import DIGITS, SideBySide
from noormme_py.postgres.workload.findings import Cause
from noormme_py.postgres.workload.lexing import tokens
from noormme_py.postgres.workload.rows import is_number, rendered, rounded

_QUARTER = timedelta(minutes=15)
_FARTHEST = timedelta(hours=14)
_SOON = timedelta(minutes=10)
_TIMES = frozenset({"timestamp", "timestamptz", "date", "unixepoch", "unixepoch_ms"})
_CLOCKS = ("NOW", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "CLOCK_TIMESTAMP")
_GATHERING = ("STRING_AGG", "ARRAY_AGG", "JSON_AGG", "JSONB_AGG", "XMLAGG", "GROUP_CONCAT", "JSON_GROUP_ARRAY")


@frozen
class Values:
    """A column that differs: pairs of PostgreSQL's text and SQLite's value, none of them NULL."""

    sql: str
    name: str
    form: Form
    pairs: tuple[tuple[str, Any], ...]


def value_causes(sql: str, both: SideBySide) -> list[Cause] | None:
    """Return a cause for each column that differs, or None where one of them has none that holds for all its values."""
    found = both.pairs()
    if found is None:
        return None
    causes: dict[str, tuple[Cause, list[str]]] = {}
    for place in both.differing():
        values = _values(sql, both, place, found)
        if values is None:
            return None
        cause = next((cause for test in _TESTS for cause in test(values)), None)
        if cause is None:
            return None
        causes.setdefault(cause.kind, (cause, []))[1].append(values.name)
    return [Cause(cause.kind, f"{', '.join(names)}: {cause.text}", cause.mend) for cause, names in causes.values()]


def _values(sql: str, both: SideBySide, place: int, found: Sequence[tuple[int, int]]) -> Values | None:
    there, here = both.source.columns[place], both.target.columns[place]
    differing = [(a, b) for a, b in found if both.there[place][a] != both.here[place][b]]
    if any(there[a] is None or here[b] is None for a, b in differing):
        return None
    pairs = tuple((str(there[a]), here[b]) for a, b in differing)
    return Values(sql, both.source.names[place], both.forms[place], pairs)


def _rounding(values: Values) -> Iterator[Cause]:
    if is_number(values.form) and all(rounded([a], DIGITS) == rounded([b], DIGITS) for a, b in values.pairs):
        yield Cause(
            "rounding",
            f"the numbers agree to {DIGITS} digits: SQLite computes with doubles, PostgreSQL with decimals",
            "round(…, 2), or keep amounts as integers of cents",
        )


def _truncated(values: Values) -> Iterator[Cause]:
    if not is_number(values.form) or values.form.name == "integer" or not _has(values.sql, "/"):
        return
    if all(b.__class__ is int and _whole(a) == b for a, b in values.pairs):
        yield Cause(
            "division",
            "SQLite divides whole numbers without a fraction, also those that are numeric in PostgreSQL",
            "cast(x as real) / y, or x * 1.0 / y",
        )


def _cast(values: Values) -> Iterator[Cause]:
    if values.form.name != "integer" or not (has_word(values.sql.upper(), "CAST") or _has(values.sql, "::")):
        return
    if all(_is_rounded_up(a, b) for a, b in values.pairs):
        yield Cause(
            "cast",
            "casts to integers round in PostgreSQL, and cut off the fraction in SQLite",
            "cast(round(x) as integer)",
        )


def _time_zone(values: Values) -> Iterator[Cause]:
    apart = [_apart(a, b) for a, b in values.pairs]
    if values.form.name in _TIMES and all(
        one is not None and one and not one % _QUARTER and abs(one) <= _FARTHEST for one in apart
    ):
        yield Cause(
            "time zone",
            "the times differ by whole quarters of an hour, as those of two time zones do",
            "compute in UTC on both sides, and turn times into local ones in the application",
        )


def _clock(values: Values) -> Iterator[Cause]:
    if values.form.name not in _TIMES or not has_word(values.sql.upper(), *_CLOCKS):
        return
    apart = [_apart(a, b) for a, b in values.pairs]
    if all(one is not None and abs(one) <= _SOON for one in apart):
        yield Cause("clock", "it tells the time, and that went on", "give the time as a parameter")


def _truth(values: Values) -> Iterator[Cause]:
    if all((a, str(b)) in {("true", "1"), ("false", "0"), ("t", "1"), ("f", "0")} for a, b in values.pairs):
        yield Cause(
            "boolean",
            "true and false come as 1 and 0",
            "case when x then 'true' else 'false' end, or read them as numbers",
        )


def _letters(values: Values) -> Iterator[Cause]:
    if is_number(values.form) or not all(isinstance(b, str) for _, b in values.pairs):
        return
    if all(a.casefold() == b.casefold() for a, b in values.pairs):
        yield Cause(
            "case",
            "SQLite knows upper and lower case of ASCII letters alone",
            "lower() and upper() in the application, or a column that holds the text in lower case",
        )


def _spaces(values: Values) -> Iterator[Cause]:
    if all(isinstance(b, str) and a.rstrip(" ") == b.rstrip(" ") for a, b in values.pairs):
        yield Cause("padding", "char(n) is padded with spaces on one side", "rtrim(x)")


def _aggregate_order(values: Values) -> Iterator[Cause]:
    if not has_word(values.sql.upper(), *_GATHERING):
        return
    separators = [token.text[1:-1] for token in tokens(values.sql) if token.kind == "string"] + [","]
    ways: list[Callable[[str], list[str]]] = [_split(separator) for separator in separators if separator]
    ways += [_elements, lambda text: text.strip("{}").split(",")]
    texts = [(a, str(rendered(values.form, [b])[0])) for a, b in values.pairs]
    for parts in ways:
        if all(len(parts(a)) > 1 and sorted(parts(a)) == sorted(parts(b)) for a, b in texts):
            yield Cause(
                "order within an aggregate",
                "the parts are the same, in another order",
                "from (select … order by …), so that the rows come in order",
            )
            return


_TESTS: tuple[Callable[[Values], Iterator[Cause]], ...] = (
    _rounding,
    _truncated,
    _cast,
    _clock,
    _time_zone,
    _truth,
    _letters,
    _spaces,
    _aggregate_order,
)


def _has(sql: str, text: str) -> bool:
    return any(token.text == text for token in tokens(sql))


def _whole(text: str) -> int | None:
    try:
        number = Decimal(text)
        return int(number) if number.is_finite() else None
    except InvalidOperation:
        return None


def _is_rounded_up(there: str, here: object) -> bool:
    """Whether the one is the other's next integer, away from zero."""
    if here.__class__ is not int:
        return False
    one, other = int(there), int(str(here))
    return abs(one) - abs(other) == 1 and one * other >= 0


def _apart(there: str, here: object) -> timedelta | None:
    try:
        one, other = datetime.fromisoformat(there), datetime.fromisoformat(str(here))
    except ValueError:
        return None
    if one.tzinfo is None or other.tzinfo is None:
        one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return one - other


def _split(separator: str) -> Callable[[str], list[str]]:
    return lambda text: text.split(separator)


def _elements(text: str) -> list[str]:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [json.dumps(one, sort_keys=True) for one in found] if isinstance(found, list) else []
