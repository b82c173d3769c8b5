"""Dates and times. They are kept as texts of fixed places, so that a part of one is a part of the text.

Years before 1 and after 9999 have other places; a note says so wherever that matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions import clock
from noormme_py.postgres.expressions.casts import INFINITY, ZONE, cast, retyped
from noormme_py.postgres.expressions.term import INTEGERS, Refused, Term, null, text_literal, value
from noormme_py.postgres.expressions.translation import Call, Function, Rule, Translation
from noormme_py.postgres.expressions.type_names import TypeName

MONTHS: Final = "a month after the 31st is the 1st or later of the month that follows, where PostgreSQL takes the 30th"
_ISO = re.compile(
    r"P(?:(-?\d{1,6})Y)?(?:(-?\d{1,6})M)?(?:(-?\d{1,6})W)?(?:(-?\d{1,6})D)?"
    r"(?:T(?:(-?\d{1,6})H)?(?:(-?\d{1,6})M)?(?:(-?\d{1,9})S)?)?\Z",
    re.ASCII,
)
_WORDY = re.compile(r"\s*([+-]?\d{1,9})\s*(year|mon|month|week|day|hour|hr|minute|min|second|sec)s?\b", re.ASCII)
_TIME = re.compile(r"\s*(-?)(\d{1,4}):(\d{2})(?::(\d{2}))?\s*\Z", re.ASCII)
_UNITS: Final = {"mon": "month", "hr": "hour", "min": "minute", "sec": "second"}
# Where a part of a moment begins in its text, and how long it is.
_PLACES: Final = {"year": (1, 4), "month": (6, 2), "day": (9, 2), "hour": (12, 2), "minute": (15, 2)}
_TRUNCATED: Final = {
    "year": (4, "-01-01 00:00:00"),
    "month": (7, "-01 00:00:00"),
    "day": (10, " 00:00:00"),
    "hour": (13, ":00:00"),
    "minute": (16, ":00"),
    "second": (19, ""),
}
_TEMPLATE = re.compile(r"YYYY|MM|DD|HH24|MI|SS|[^A-Za-z\"\\]+")
_FORMATTED: Final = {"YYYY": (1, 4), "MM": (6, 2), "DD": (9, 2), "HH24": (12, 2), "MI": (15, 2), "SS": (18, 2)}
_DAYS: Final = ("date", "timestamp", "timestamptz")


@frozen
class _Span:
    """An interval as steps of SQLite's: `("day", 7)`."""

    steps: tuple[tuple[str, int], ...]

    def modifiers(self, sign: int) -> tuple[str, ...]:
        return tuple(f"{sign * count:+d} {unit}" for unit, count in self.steps if count)

    @property
    def has_months(self) -> bool:
        return any(unit in ("year", "month") and count for unit, count in self.steps)


def span_of(text: str) -> _Span:
    """Return what PostgreSQL's text of an interval says; raises Refused for fractions, and for what is not known."""
    iso = _ISO.match(text.strip())
    if iso is not None:
        units = ("year", "month", "week", "day", "hour", "minute", "second")
        return _in_days([(unit, int(count)) for unit, count in zip(units, iso.groups(), strict=True) if count])
    at, steps = 0, list[tuple[str, int]]()
    while (found := _WORDY.match(text, at)) is not None:
        steps.append((_UNITS.get(found[2], found[2]), int(found[1])))
        at = found.end()
    rest = _TIME.match(text, at)
    if rest is not None:
        sign = -1 if rest[1] else 1
        parts = ("hour", "minute", "second")
        steps += [(unit, sign * int(count or 0)) for unit, count in zip(parts, rest.groups()[1:], strict=True)]
        at = rest.end()
    if not steps or text[at:].strip():
        raise Refused("an interval is not written in whole seconds, or in a way that is not known")
    return _in_days(steps)


def _in_days(steps: list[tuple[str, int]]) -> _Span:
    return _Span(tuple(("day", 7 * count) if unit == "week" else (unit, count) for unit, count in steps))


def interval(_: Translation, node: Any) -> Term:
    """Translate `INTERVAL '7 days'`, whose number and unit may have been taken apart."""
    unit = node.args.get("unit")
    if not isinstance(node.this, exp.Literal) or not (unit is None or isinstance(unit, exp.Var)):
        raise Refused("an interval that is not a literal")
    said = str(node.this.this) if unit is None else f"{node.this.this} {str(unit.this).lower()}"
    return Term(text_literal(said), "interval", "interval", constant=said)


def moved(translation: Translation, operator: str, left: Term, right: Term) -> Term:
    """Return a moment some time before or after another, or the days between two dates."""
    if left.is_null or right.is_null:
        return null(left.type if right.is_null else right.type)
    if operator == "+" and left.type not in _DAYS:
        left, right = right, left
    if operator not in "+-" or left.type not in _DAYS:
        raise Refused(f"{left.type} {operator} {right.type} has no counterpart in SQLite")
    right = retyped(translation, right, TypeName("date" if left.type == "date" and operator == "-" else "interval"))
    sign = 1 if operator == "+" else -1
    if left.type == "date" and right.type in INTEGERS:
        return _days_later(translation, left, right, operator)
    if left.type == right.type == "date" and operator == "-":
        translation.note(INFINITY)
        return value(f"CAST(julianday({left.sql}) - julianday({right.sql}) AS INTEGER)", "int4")
    if right.type == "interval" and right.constant is not None:
        return _span_later(translation, left, span_of(right.constant), sign)
    raise Refused(f"{left.type} {operator} {right.type} has no counterpart in SQLite")


def _days_later(translation: Translation, day: Term, count: Term, operator: str) -> Term:
    if count.constant is not None and day.sql == "date('now')":
        return clock.now(translation, "date", f"{int(operator + count.constant):+d} day")
    translation.note(INFINITY)
    if count.constant is not None:
        sign = 1 if operator == "+" else -1
        return value(f"date({day.sql}, '{sign * int(count.constant):+d} day')", "date")
    said = f"{count.operand} || ' day'" if operator == "+" else f"(-{count.operand}) || ' day'"
    return value(f"date({day.sql}, {said})", "date")


def _span_later(translation: Translation, moment: Term, span: _Span, sign: int) -> Term:
    modifiers = span.modifiers(sign)
    if span.has_months:
        translation.note(MONTHS)
    if clock.is_now(moment):
        return clock.now(translation, "timestamptz", *modifiers)
    if moment.type == "date":
        moment = cast(translation, moment, TypeName("timestamp"))
    translation.note(INFINITY)
    if moment.type == "timestamptz":
        translation.note(ZONE)
    if not modifiers:
        return moment
    moves = ", ".join(text_literal(modifier) for modifier in modifiers)
    # SQLite knows milliseconds only: what is behind the seconds stays as it is.
    whole = f"strftime('%Y-%m-%d %H:%M:%S', substr({moment.sql}, 1, 19), {moves})"
    return value(f"{whole} || substr({moment.sql}, 20)", moment.type, is_compound=True)


def extract(translation: Translation, node: Any) -> Term:
    """Translate EXTRACT(year FROM …)."""
    return _part(translation, node.this.name, translation.term(node.expression), "numeric")


def _date_part(translation: Translation, arguments: list[exp.Expr]) -> Term:
    unit, moment = (translation.term(node) for node in arguments)
    if unit.constant is None:
        raise Refused("a part of a moment is not named by a literal")
    return _part(translation, unit.constant, moment, "float8")


def _part(translation: Translation, unit: str, moment: Term, type: str) -> Term:
    name = unit.lower()
    if moment.type not in _DAYS:
        raise Refused(f"parts of {moment.type} have no counterpart in SQLite")
    if name == "epoch" and clock.is_now(moment):
        translation.need_clock("the current time")
        return value("(julianday('now') - 2440587.5) * 86400.0", type, is_compound=True)
    if name in ("hour", "minute") and moment.type == "date":
        raise Refused("a date has no hours")
    _look_at_zone(translation, moment)
    translation.note(INFINITY)
    if name in _PLACES:
        start, length = _PLACES[name]
        return value(f"CAST(substr({moment.sql}, {start}, {length}) AS INTEGER)", type)
    day = f"substr({moment.sql}, 1, 10)"
    derived = _DERIVED.get(name)
    if derived is None or (name == "epoch" and moment.type != "date"):
        raise Refused(f"the {name} of {moment.type} has no counterpart in SQLite")
    return value(derived.format(day), type, is_compound=True)


_DERIVED: Final = {
    "dow": "CAST(strftime('%w', {}) AS INTEGER)",
    "isodow": "CAST(strftime('%w', {}, '-1 day') AS INTEGER) + 1",
    "doy": "CAST(strftime('%j', {}) AS INTEGER)",
    "quarter": "(CAST(strftime('%m', {}) AS INTEGER) + 2) / 3",
    "epoch": "CAST(strftime('%s', {}) AS INTEGER)",
}


def _look_at_zone(translation: Translation, moment: Term) -> None:
    if moment.type == "timestamptz":
        translation.note(ZONE)


def _truncated(translation: Translation, arguments: list[exp.Expr]) -> Term:
    unit, moment = (translation.term(node) for node in arguments)
    if moment.type == "date":
        moment = cast(translation, moment, TypeName("timestamptz"))
    if moment.type not in _DAYS or unit.constant is None:
        raise Refused(f"date_trunc() of {moment.type} has no counterpart in SQLite")
    name = unit.constant.lower()
    _look_at_zone(translation, moment)
    translation.note(INFINITY)
    zone = "+00:00" if moment.type == "timestamptz" else ""
    if name == "week":
        start = f"date(substr({moment.sql}, 1, 10), '-6 day', 'weekday 1')"
        return value(f"{start} || ' 00:00:00{zone}'", moment.type, is_compound=True)
    if name not in _TRUNCATED:
        raise Refused(f"date_trunc() to the {name} has no counterpart in SQLite")
    length, rest = _TRUNCATED[name]
    end = f" || '{rest}{zone}'" if rest or zone else ""
    return value(f"substr({moment.sql}, 1, {length}){end}", moment.type, is_compound=bool(end))


def _formatted(translation: Translation, arguments: list[exp.Expr]) -> Term:
    moment, template = (translation.term(node) for node in arguments)
    if moment.type not in _DAYS or template.constant is None:
        raise Refused(f"to_char() of {moment.type} has no counterpart in SQLite")
    said = template.constant
    parts = _TEMPLATE.findall(said)
    if not parts or "".join(parts) != said:
        raise Refused("to_char() has a template that is not translated")
    _look_at_zone(translation, moment)
    translation.note(INFINITY)
    if moment.type == "date":
        moment = value(f"({moment.operand} || ' 00:00:00')", "timestamp")
    return value(
        " || ".join(
            "substr({}, {}, {})".format(moment.sql, *_FORMATTED[part]) if part in _FORMATTED else text_literal(part)
            for part in parts
        ),
        "text",
        is_compound=True,
    )


def at_time_zone(translation: Translation, node: Any) -> Term:
    """Translate AT TIME ZONE, for UTC."""
    return _in_zone(translation, translation.term(node.args.get("zone")), translation.term(node.this))


def _timezone(translation: Translation, arguments: list[exp.Expr]) -> Term:
    zone, moment = (translation.term(node) for node in arguments)
    return _in_zone(translation, zone, moment)


def _in_zone(translation: Translation, zone: Term, moment: Term) -> Term:
    if zone.constant is None or zone.constant.upper() not in ("UTC", "GMT", "Z", "ZULU", "ETC/UTC"):
        raise Refused("SQLite knows no time zone but UTC")
    if clock.is_now(moment):
        return clock.now(translation, "timestamp", is_in_utc=True)
    translation.note(INFINITY)
    if moment.type == "timestamp":
        return value(f"{moment.operand} || '+00:00'", "timestamptz", is_compound=True)
    if moment.type == "timestamptz":
        return value(f"substr({moment.sql}, 1, length({moment.sql}) - 6)", "timestamp")
    raise Refused(f"{moment.type} AT TIME ZONE has no counterpart in SQLite")


def _current(type: str) -> Rule:
    return lambda translation, node: clock.now(translation, type)


def _called(type: str) -> Call:
    def rule(translation: Translation, arguments: list[exp.Expr]) -> Term:
        if not arguments:
            return clock.now(translation, type)
        digits = translation.term(arguments[0]).constant
        if digits not in ("0", "6"):
            raise Refused("the current time to some digits has no counterpart in SQLite")
        return clock.now(translation, type, is_whole=digits == "0")

    return rule


NODES: Final[dict[type[exp.Expr], Callable[[Translation, Any], Term]]] = {
    exp.CurrentTimestamp: _current("timestamptz"),
    exp.CurrentDate: _current("date"),
    exp.CurrentTime: _current("timetz"),
    exp.Localtimestamp: _current("timestamp"),
    exp.Localtime: _current("time"),
    exp.Extract: extract,
    exp.Interval: interval,
    exp.AtTimeZone: at_time_zone,
}
FUNCTIONS: Final[dict[str, Function]] = {
    **dict.fromkeys(
        ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"),
        Function(0, 0, _called("timestamptz")),
    ),
    "current_timestamp": Function(1, 1, _called("timestamptz")),
    "localtimestamp": Function(1, 1, _called("timestamp")),
    "localtime": Function(1, 1, _called("time")),
    "date_part": Function(2, 2, _date_part),
    "date_trunc": Function(2, 2, _truncated),
    "to_char": Function(2, 2, _formatted),
    "timezone": Function(2, 2, _timezone),
}
