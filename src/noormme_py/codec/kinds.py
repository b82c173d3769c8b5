"""How each kind of value is written to SQLite and read back.

Encoders raise ValueError or TypeError for what cannot be read back equal. Their messages never hold
the value.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from math import isfinite
from operator import index
from typing import Any
from uuid import UUID

from noormme_py.frozen import frozen
from noormme_py.query.statement import Raw
from noormme_py.schema.types import Affinity, Kind

_MIN, _MAX = -(2**63), 2**63 - 1
# What PostgreSQL's numeric has at most (postgresql.org/docs/current/datatype-numeric.html).
_LONGEST_FRACTION = 16_383
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class Codec:
    """How one type crosses the border. None is never passed in: NULL is None, both ways.

    `python` is the annotation of a row model's field. `decode` is None where the stored value is
    handed on as it is. `comparable` are further types that a query may compare it with.
    """

    name: str
    python: Any
    encode: Callable[[Any], Raw]
    decode: Callable[[Any], Any] | None = None
    comparable: tuple[type, ...] = ()


def encode_int(value: Any) -> int:
    if isinstance(value, bool):
        raise _expected("an int", value)
    # Not isinstance(value, SupportsIndex): looking at a protocol takes a hundred times as long.
    try:
        number = index(value)
    except TypeError:
        raise _expected("an int", value) from None
    if not _MIN <= number <= _MAX:
        raise ValueError("the integer does not fit SQLite's 64 bits")
    return number


def encode_float(value: object) -> float:
    if isinstance(value, float):
        if value != value:
            raise ValueError("NaN has no place in SQLite, which would make it NULL")
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool) and _MIN <= value <= _MAX and float(value) == value:
        return float(value)
    raise _expected("a float", value)


def encode_str(value: object) -> str:
    if not isinstance(value, str):
        raise _expected("a str", value)
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError("the text holds a lone surrogate, which UTF-8 cannot") from None
    return text


def encode_bytes(value: object) -> bytes:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise _expected("bytes", value)
    return bytes(value)


def encode_bool(value: object) -> int:
    if not isinstance(value, bool):
        raise _expected("a bool", value)
    return int(value)


def encode_any(value: object) -> Raw:
    """Encode what SQLite stores as it is."""
    if isinstance(value, float):
        return encode_float(value)
    if isinstance(value, int):
        return encode_int(int(value))
    if isinstance(value, str):
        return encode_str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise _expected("an int, float, str or bytes", value)


def encode_date(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _expected("a date", value)
    return value.isoformat()


def encode_time(value: object) -> str:
    if not isinstance(value, time):
        raise _expected("a time", value)
    return value.isoformat()


def encode_datetime(value: object) -> str:
    """Write `YYYY-MM-DD HH:MM:SS[.ffffff]`, and `+00:00` behind it when the datetime is aware.

    The form sorts with CURRENT_TIMESTAMP: a space, not `T`, and a fraction only where there is one.
    """
    if not isinstance(value, datetime):
        raise _expected("a datetime", value)
    if value.tzinfo is not None and value.utcoffset() is not None:
        try:
            value = value.astimezone(UTC)
        except OverflowError:
            raise ValueError("the datetime lies outside the years 1 to 9999 in UTC") from None
    return value.isoformat(" ")


def encode_timedelta(value: object) -> int:
    """Write whole microseconds."""
    if not isinstance(value, timedelta):
        raise _expected("a timedelta", value)
    return encode_int(value // _MICROSECOND)


def encode_uuid(value: object) -> str:
    if not isinstance(value, UUID):
        raise _expected("a UUID", value)
    return str(value)


def encode_json(value: object) -> str:
    """Write compact JSON text that reads back equal: no NaN, no tuple, no key that is not a str."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        is_same = json.loads(text) == value
    except (TypeError, ValueError, RecursionError):
        is_same = False
        text = ""
    if not is_same:
        raise ValueError("this is not JSON: dict with str keys, list, str, finite number, bool or None")
    return encode_str(text)


def encode_decimal_text(value: object) -> str:
    """Write small fractions without an exponent, as PostgreSQL does: a number that is looked for has one text."""
    number = _finite_decimal(value)
    exponent = number.as_tuple().exponent
    return format(number, "f") if -_LONGEST_FRACTION <= int(exponent) <= 0 else str(number)


def encode_decimal_number(value: object) -> Raw:
    """Write a number, where the column's affinity would turn text into one anyway."""
    number = _finite_decimal(value)
    if number == number.to_integral_value() and _MIN <= number <= _MAX:
        return int(number)
    try:
        near = float(number)
    except OverflowError:
        near = 0.0
    if Decimal(repr(near)) != number:
        raise ValueError("the column's affinity is numeric, which keeps about 15 digits of a decimal; TEXT keeps all")
    return near


def decode_decimal(stored: Raw) -> Decimal:
    if isinstance(stored, float):
        return Decimal(repr(stored))
    if isinstance(stored, bytes):
        raise TypeError("a BLOB is not a decimal")
    if stored is None:
        raise TypeError("NULL is not a decimal")
    try:
        return Decimal(stored)
    except InvalidOperation:
        raise ValueError("not a decimal") from None


def decode_float(stored: Any) -> Any:
    """Give a float where SQLite gives an integer: RETURNING does for a whole number in a REAL column."""
    return float(stored) if stored.__class__ is int else stored


def decode_bool(stored: Raw) -> bool:
    return _BOOLS[stored]


_BOOLS: dict[object, bool] = {0: False, 1: True}


def decode_uuid(stored: Raw) -> UUID:
    return UUID(bytes=stored) if isinstance(stored, bytes) else UUID(str(stored))


def decode_timedelta(stored: Raw) -> timedelta:
    if not isinstance(stored, int):
        raise TypeError("an interval is stored as an integer of microseconds")
    return timedelta(microseconds=stored)


def decode_json(stored: Raw) -> Any:
    return stored if isinstance(stored, int | float) else json.loads(stored or "")


def _unix(name: str, unit: timedelta) -> Codec:
    def encode(value: object) -> int:
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise TypeError("an aware datetime is expected")
        count, rest = divmod(value - _EPOCH, unit)
        if rest:
            raise ValueError(f"the datetime is finer than the column's unit ({unit.total_seconds():g} s)")
        return count

    def decode(stored: Raw) -> datetime:
        if not isinstance(stored, int):
            raise TypeError("an integer is expected")
        return _EPOCH + stored * unit

    return Codec(name, datetime, encode, decode)


def _json_number(value: object) -> Raw:
    # A column of numeric affinity turns the text of a number into a number, not always the same one.
    if isinstance(value, float) and isfinite(value):
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return encode_int(value)
    return encode_json(value)


def _expected(what: str, value: object) -> TypeError:
    hint = "; give the column this enum as its codec" if isinstance(value, Enum) else ""
    return TypeError(f"{what} is expected, not {type(value).__name__}{hint}")


def _finite_decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise _expected("a Decimal", value)
    if not value.is_finite():
        raise ValueError("NaN and infinity are not decimals that SQLite can hold")
    return value


_NUMBERS = (int, float, Decimal)
_PLAIN: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        Codec("any", Any, encode_any, None, (object,)),
        Codec("bool", bool, encode_bool, decode_bool, (int,)),
        Codec("bytes", bytes, encode_bytes),
        Codec("date", date, encode_date, date.fromisoformat),
        Codec("datetime", datetime, encode_datetime, datetime.fromisoformat),
        Codec("decimal", Decimal, encode_decimal_text, decode_decimal, _NUMBERS),
        Codec("float", float, encode_float, decode_float, _NUMBERS),
        Codec("int", int, encode_int, None, _NUMBERS),
        Codec("json", Any, encode_json, decode_json),
        Codec("str", str, encode_str),
        Codec("time", time, encode_time, time.fromisoformat),
        Codec("timedelta", timedelta, encode_timedelta, decode_timedelta),
        Codec("uuid", UUID, encode_uuid, decode_uuid),
        _unix("unixepoch", timedelta(seconds=1)),
        _unix("unixepoch_ms", timedelta(milliseconds=1)),
    )
}
_NUMERIC: dict[str, Codec] = {
    "decimal": Codec("decimal", Decimal, encode_decimal_number, decode_decimal, _NUMBERS),
    "json": Codec("json", Any, _json_number, decode_json),
}
_BLOB: dict[str, Codec] = {"uuid": Codec("uuid", UUID, lambda value: _uuid(value).bytes, decode_uuid)}


def _uuid(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise _expected("a UUID", value)
    return value


def codec_names() -> tuple[str, ...]:
    """Return the names that a codec can be asked for by."""
    return tuple(_PLAIN)


def codec_for(name: Kind | str, affinity: Affinity | None = None, declared_type: str = "") -> Codec:
    """Return the codec of a name, as a column of this affinity needs it; raises KeyError."""
    if affinity in ("numeric", "integer", "real") and name in _NUMERIC:
        return _NUMERIC[name]
    if affinity == "blob" and declared_type and name in _BLOB:
        return _BLOB[name]
    return _PLAIN[name]


def enum_codec(kind: type[Enum]) -> Codec:
    """Return a codec that stores an enum's values and gives its members."""
    by_value = {member.value: member for member in kind}

    def encode(value: object) -> Raw:
        if not isinstance(value, kind):
            raise TypeError(f"a {kind.__name__} is expected, not {type(value).__name__}")
        return encode_any(value.value)

    return Codec(kind.__name__, kind, encode, by_value.__getitem__)


def encode_untyped(value: object) -> Raw:
    """Encode data that meets no column, by its own type."""
    match value:
        case None:
            return None
        case Enum() if not isinstance(value, int | str):
            return encode_untyped(value.value)
        case bool() | int() | float() | str() | bytes() | bytearray() | memoryview():
            return encode_any(value)
        case datetime():
            return encode_datetime(value)
        case date():
            return encode_date(value)
        case time():
            return encode_time(value)
        case timedelta():
            return encode_timedelta(value)
        case Decimal():
            return encode_decimal_number(value)
        case UUID():
            return encode_uuid(value)
        case dict() | list():
            return encode_json(value)
        case _:
            raise TypeError(f"a {type(value).__name__} has no form in SQLite")
