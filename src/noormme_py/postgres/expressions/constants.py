"""Literals: PostgreSQL's text of a value of a type, as the value is kept in SQLite.

PostgreSQL writes the literals of its own texts in the way that it writes values. Of other ways to write them, which
people use in queries, those are known that have one meaning.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Final

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions.term import DIGITS, Refused, Term, form_of, raw_literal, real_literal, text_literal
from noormme_py.postgres.expressions.type_names import TypeName

_INTEGER = re.compile(r"\s*([+-]?[0-9]{1,19})\s*\Z")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\s*\Z")
_DAY = re.compile(r"[0-9]{4,}-[0-9]{2}-[0-9]{2}( BC)?\Z")
_TIME = re.compile(r"([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.([0-9]{1,6}))?\Z")
_OFFSET = re.compile(r".*:[0-9.]+\s*([+-][0-9]{2}(?::?[0-9]{2})?|Z|z)\Z")
_AMOUNT = re.compile(r"(-?)\$([0-9]{1,3}(?:,[0-9]{3})*\.[0-9]{2})\Z")
_CENTS = 2
_LIMITS: Final = {"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63, "oid": 1 << 32}
_WIDE = Context(prec=1000)
_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_SPECIAL_FLOATS = {"nan": "NaN", "infinity": "Infinity", "inf": "Infinity", "-infinity": "-Infinity"}
_INFINITE = ("infinity", "-infinity")
_LONGEST_NAME = 63

IN_UTC: Final = "a time without an offset is taken as one in UTC"


def constant(text: str, wanted: TypeName, note: Callable[[str], None]) -> Term:
    """Return the literal of a type; raises Refused for a text that is not one for certain."""
    if wanted.name == "timestamptz" and text.strip() not in _INFINITE and _offset(text) is None:
        note(IN_UTC)
    return _MAKERS.get(wanted.name, _as_text)(text, wanted)


def boolean(is_true: bool) -> Term:
    """Return true or false."""
    return Term("1" if is_true else "0", "bool", "boolean", constant="t" if is_true else "f")


def number(text: str) -> Term:
    """Return the number that stands without quotes: an integer of the smallest type that holds it, or a numeric."""
    if text.isascii() and text.isdigit():
        for name in ("int4", "int8"):
            if int(text[:30]) < _LIMITS[name]:
                return _integer(text, TypeName(name))
    return _numeric(text, TypeName("numeric"))


def stored(term: Term, like: Term) -> Term:
    """Return a literal as the values of a column are kept, where the type has a form that is not known here."""
    if term.constant is None or like.store is None:
        return term
    try:
        return replaced(term, sql=raw_literal(like.store(term.constant)), form=like.form)
    except (ValueError, TypeError, IndexError, KeyError):
        raise Refused(f"a literal of the type {like.type} cannot be kept") from None


def _made(text: str, sql: str, wanted: TypeName) -> Term:
    return Term(sql, wanted.name, form_of(wanted.name), constant=text)


def _as_text(text: str, wanted: TypeName) -> Term:
    return _made(text, text_literal(text), wanted)


def _limited_text(text: str, wanted: TypeName) -> Term:
    return _as_text(text if wanted.length is None else text[: wanted.length], wanted)


def _padded_text(text: str, wanted: TypeName) -> Term:
    return _as_text(text if wanted.length is None else text[: wanted.length].ljust(wanted.length), wanted)


def _name(text: str, wanted: TypeName) -> Term:
    if len(text.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise Refused("a name is too long")
    return _as_text(text, wanted)


def _integer(text: str, wanted: TypeName) -> Term:
    found = _INTEGER.match(text)
    limit = _LIMITS[wanted.name]
    if found is None or not (0 if wanted.name == "oid" else -limit) <= int(found[1]) < limit:
        raise Refused(f"a literal is no {wanted.name}")
    plain = str(int(found[1]))
    return replaced(_made(plain, plain, wanted), digits=len(plain.lstrip("-")), scale=0)


def _numeric(text: str, wanted: TypeName) -> Term:
    if text.strip().lower() == "nan":
        return _made("NaN", "'NaN'", wanted)
    if not _NUMBER.match(text):
        raise Refused("a literal is no finite number")
    try:
        exact = _WIDE.create_decimal(text.strip())
        if wanted.scale is not None:
            exact = exact.quantize(Decimal(1).scaleb(-wanted.scale), ROUND_HALF_UP, _WIDE)
    except InvalidOperation:
        raise Refused("a literal is a number out of all bounds") from None
    exponent = int(exact.as_tuple().exponent)
    plain = format(exact, "f") if abs(exponent) < 400 else str(exact)
    scale = max(0, -exponent)
    digits = max(len(exact.as_tuple().digits) + max(0, exponent), scale)
    term = _made(plain, _number_literal(exact), wanted)
    return replaced(term, digits=digits, scale=scale)


def _money(text: str, wanted: TypeName) -> Term:
    # How PostgreSQL writes an amount depends on the locale: what has two digits behind a point is plain.
    found = _AMOUNT.match(text.strip())
    plain = found[1] + found[2].replace(",", "") if found else text
    return replaced(_numeric(plain, TypeName("numeric", None, _CENTS)), type=wanted.name)


def _number_literal(exact: Decimal) -> str:
    if exact == exact.to_integral_value() and abs(exact) < _LIMITS["int8"]:
        return str(int(exact))
    if len(exact.normalize(_WIDE).as_tuple().digits) > DIGITS:
        raise Refused(f"a number has more than {DIGITS} digits, which SQLite would round")
    return real_literal(float(exact))


def _float(text: str, wanted: TypeName) -> Term:
    special = _SPECIAL_FLOATS.get(text.strip().lower())
    if special is None and not _NUMBER.match(text):
        raise Refused(f"a literal is no {wanted.name}")
    kept = float(special or text)
    if special is None and abs(kept) == float("inf"):
        raise Refused(f"a literal is too large for {wanted.name}")
    return _made(special or repr(kept), real_literal(kept + 0.0), wanted)


def _bool(text: str, wanted: TypeName) -> Term:
    plain = text.strip().lower()
    if plain not in _TRUE and plain not in _FALSE:
        raise Refused("a literal is no boolean")
    return boolean(plain in _TRUE)


def _date(text: str, wanted: TypeName) -> Term:
    plain = text.strip()
    if plain not in _INFINITE and not (_DAY.match(plain) and _is_day(plain)):
        raise Refused("a literal is no date, or one that is not written as 2026-01-05")
    return _as_text(plain, wanted)


def _is_day(text: str) -> bool:
    if len(text) != len("2026-01-05"):
        # Before Christ, or after 9999: PostgreSQL has looked at it if it wrote it.
        return True
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _time(text: str, wanted: TypeName) -> Term:
    plain = text.strip()
    return _made(plain, text_literal(_clock(plain)), wanted)


def _clock(text: str) -> str:
    """Return the time of a day as it is kept: with seconds, and six digits or none behind them."""
    found = _TIME.match(text)
    if found is None or found[1] > "24:00" or found[1][3:] > "59" or (found[2] or ":00") > ":59":
        raise Refused("a literal is no time, or one that is not written as 09:30:00")
    minutes, seconds, fraction = found.groups()
    kept = f"{fraction:0<6}" if fraction and fraction.strip("0") else ""
    return f"{minutes}{seconds or ':00'}" + (f".{kept}" if kept else "")


def _timestamp(text: str, wanted: TypeName) -> Term:
    plain = text.strip()
    return _made(plain, text_literal(_moment(plain)), wanted)


def _moment(text: str) -> str:
    if text in _INFINITE:
        return text
    era = " BC" if text.endswith(" BC") else ""
    day, _, clock = text.removesuffix(era).replace("T", " ", 1).partition(" ")
    if not (_DAY.match(day + era) and _is_day(day + era)):
        raise Refused("a literal is no timestamp, or one that is not written as 2026-01-05 09:30:00")
    return f"{day} {_clock(clock) if clock else '00:00:00'}{era}"


def _timestamptz(text: str, wanted: TypeName) -> Term:
    plain = text.strip()
    if plain in _INFINITE:
        return _as_text(plain, wanted)
    era = " BC" if plain.endswith(" BC") else ""
    offset = _offset(plain) or ""
    moment = _moment(plain.removesuffix(era).removesuffix(offset).rstrip() + era)
    if offset.strip("+-0:Zz"):
        # Another offset than that of UTC: within the years that Python knows.
        moment = _in_utc(f"{moment}{offset}")
    return _made(plain, text_literal(f"{moment.removesuffix(era)}+00:00{era}"), wanted)


def _offset(text: str) -> str | None:
    plain = text.strip().removesuffix(" BC")
    found = _OFFSET.match(plain) if ":" in plain else None
    return found[1] if found else None


def _in_utc(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("a literal is no timestamp whose time in UTC is known") from None
    return moment.replace(tzinfo=None).isoformat(" ")


def _uuid(text: str, wanted: TypeName) -> Term:
    try:
        return _as_text(str(uuid.UUID(text.strip())), wanted)
    except ValueError:
        raise Refused("a literal is no uuid") from None


def _bytea(text: str, wanted: TypeName) -> Term:
    try:
        kept = bytes.fromhex(text.removeprefix("\\x"))
    except ValueError:
        kept = None
    if kept is None or not text.startswith("\\x"):
        raise Refused("a literal is no bytea that is written as hexadecimal digits")
    return _made(text, raw_literal(kept), wanted)


_MAKERS: Final[dict[str, Callable[[str, TypeName], Term]]] = {
    **dict.fromkeys(_LIMITS, _integer),
    "numeric": _numeric,
    "money": _money,
    "float4": _float,
    "float8": _float,
    "bool": _bool,
    "varchar": _limited_text,
    "bpchar": _padded_text,
    "name": _name,
    "date": _date,
    "time": _time,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "uuid": _uuid,
    "bytea": _bytea,
}
KNOWN: Final = frozenset(_MAKERS)
"""Types of which it is known here how a value is kept."""
