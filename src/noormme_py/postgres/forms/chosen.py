"""Forms that a type does not take of itself: those that `--map type=form` can name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from noormme_py.errors import ConfigError
from noormme_py.frozen import replaced
from noormme_py.names import suggest
from noormme_py.postgres.form import Form, Unfit, each
from noormme_py.postgres.forms.numbers import real, same_decimal
from noormme_py.postgres.model import PgType
from noormme_py.query.statement import Raw

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIN, _MAX = -(2**63), 2**63 - 1
# intervalstyle is iso_8601. Months and years have no length of their own.
_INTERVAL = re.compile(r"P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?\Z")


def form(word: str, kind: PgType, own: Form) -> Form:
    """Return the form of this name for a type; raises ConfigError."""
    known = _FORMS.get(word)
    if known is None:
        raise ConfigError(f"there is no form {word[:100]!r}", hint=suggest(word, _FORMS))
    types, made = known
    base = kind
    while base.kind == "domain" and base.element is not None:
        base = base.element
    if types and base.name not in types:
        raise ConfigError(
            f"{kind.name!r} cannot be kept as {word!r}", hint=f"{word!r} is for {', '.join(sorted(types))}"
        )
    return made(own)


def forms() -> tuple[str, ...]:
    """Return the names of all forms that can be asked for."""
    return tuple(_FORMS)


def _whole(text: str) -> Raw:
    number = Decimal(text)
    if not number.is_finite() or number != number.to_integral_value() or not _MIN <= number <= _MAX:
        raise Unfit("it is no integer of 64 bits")
    return int(number)


def _canonical_whole(text: str) -> str:
    return str(int(Decimal(text)))


def _count(stored: Any) -> int:
    if not isinstance(stored, int):
        raise ValueError("it is no integer")
    return stored


def _uuid_text(stored: Any) -> str:
    return str(UUID(bytes=stored)) if isinstance(stored, bytes) else str(stored)


def _unix(unit: timedelta) -> tuple[Callable[[str], Raw], Callable[[Any], str]]:
    def store(text: str) -> Raw:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unfit("it lies outside of the years 1 to 9999") from None
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        count, rest = divmod(moment - _EPOCH, unit)
        if rest:
            raise Unfit("it is finer than the unit")
        return count

    def render(stored: Any) -> str:
        return (_EPOCH + _count(stored) * unit).replace(tzinfo=None).isoformat(" ")

    return store, render


def _moment(name: str, unit: timedelta) -> Callable[[Form], Form]:
    store, render = _unix(unit)

    def made(own: Form) -> Form:
        back = each(render)
        if own.name == "timestamptz":
            back = each(lambda stored: render(stored) + "+00")
        # PostgreSQL writes no zeros at the end of a fraction.
        return Form(
            name,
            "INTEGER",
            "INTEGER",
            each(store),
            each(lambda stored: _trim(str(back([stored])[0]))),
            same=own.same,
            codec=name,
            carried="changed",
            note=f"kept as a count since 1970, in units of {unit.total_seconds():g} s",
        )

    return made


def _trim(text: str) -> str:
    seconds, dot, rest = text.partition(".")
    if not dot:
        return text
    fraction, plus, zone = rest.partition("+")
    return f"{seconds}.{fraction.rstrip('0')}{plus}{zone}"


def _microseconds(text: str) -> Raw:
    found = _INTERVAL.match(text)
    if found is None:
        raise Unfit("it has months or years, which have no length")
    days, hours, minutes, sign, seconds, fraction = found.groups()
    small = int(seconds or 0) * 1_000_000 + int((fraction or "").ljust(6, "0")[:6])
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60_000_000
    return whole + (-small if sign else small)


def _interval_text(stored: Any) -> str:
    """Return the interval in hours, minutes and seconds, as PostgreSQL writes one that has no days."""
    count = _count(stored)
    if not count:
        return "PT0S"
    sign = "-" if count < 0 else ""
    rest, small = divmod(abs(count), 1_000_000)
    hours, minutes, seconds = rest // 3600, rest // 60 % 60, rest % 60
    fraction = f".{small:06d}".rstrip("0") if small else ""
    parts = [f"{sign}{hours}H" if hours else "", f"{sign}{minutes}M" if minutes else ""]
    parts.append(f"{sign}{seconds}{fraction}S" if seconds or small else "")
    return "PT" + "".join(parts)


def _canonical_interval(text: str) -> str:
    return _interval_text(_microseconds(text))


_NUMBERS = frozenset({"numeric", "money", "float4", "float8"})
_FORMS: dict[str, tuple[frozenset[str], Callable[[Form], Form]]] = {
    "text": (frozenset(), lambda own: Form("text", "TEXT", "TEXT", same=own.same, select=own.select)),
    "real": (
        _NUMBERS,
        lambda own: replaced(
            real("REAL"), same=None, select=own.select, carried="changed", note="kept as the nearest double"
        ),
    ),
    "integer": (
        _NUMBERS,
        lambda own: Form(
            "integer",
            "INTEGER",
            "INTEGER",
            each(_whole),
            canonical=each(_canonical_whole),
            same=same_decimal,
            select=own.select,
            read="cast({} as text)",
            carried="changed",
            note="kept as an integer; a fraction is refused",
        ),
    ),
    "decimal text": (
        frozenset({"numeric", "money"}),
        lambda own: Form("decimal text", "DECIMAL TEXT", "TEXT", same=same_decimal, select=own.select, codec="decimal"),
    ),
    "blob": (
        frozenset({"uuid"}),
        lambda own: Form(
            "uuid blob", "UUID BLOB", "BLOB", each(lambda text: UUID(text).bytes), each(_uuid_text), codec="uuid"
        ),
    ),
    "unixepoch": (frozenset({"timestamp", "timestamptz"}), _moment("unixepoch", timedelta(seconds=1))),
    "unixepoch_ms": (frozenset({"timestamp", "timestamptz"}), _moment("unixepoch_ms", timedelta(milliseconds=1))),
    "timedelta": (
        frozenset({"interval"}),
        lambda own: Form(
            "timedelta",
            "INTERVAL",
            "INTEGER",
            each(_microseconds),
            each(_interval_text),
            each(_canonical_interval),
            codec="timedelta",
            carried="changed",
            note="kept as microseconds; a day is 24 hours, and months are refused",
        ),
    ),
}
