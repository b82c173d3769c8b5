"""Values without parts inside of JSON: numbers and booleans as such where they come back exactly, else strings."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from noormme_py.frozen import replaced
from noormme_py.postgres.literals.shape import Number, Shape, string, written
from noormme_py.postgres.model import PgType

Same = Callable[[str], str]

_WHOLE = r"(?:-?[1-9][0-9]*+|0)"
# Not all readers of JSON tell -0 from 0.
_REAL = r"(?!-0(?![0-9.eE]))-?(?:[1-9][0-9]*+|0)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"
_INTEGER = re.compile(_WHOLE)
_FLOAT = re.compile(_REAL)
_INTEGER_RUN = re.compile(f"{_WHOLE}(?:,{_WHOLE})*+")
_FLOAT_RUN = re.compile(f"{_REAL}(?:,{_REAL})*+")
_LONGEST_INTEGER = 20
_BOOLEANS = {"t": "true", "f": "false"}
_BOOLEAN_TEXTS: dict[Any, str] = {"1": "t", "0": "f", True: "t", False: "f"}
# What `boolin` takes beside t and f (postgresql.org/docs/current/datatype-boolean.html).
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def leaf(kind: PgType, same: Same | None = None) -> Shape:
    """Return the shape of a type without parts; `same` takes the place of its own."""
    made = _LEAVES.get(kind.name, TEXT) if kind.kind == "base" else TEXT
    if same is None:
        return made
    return replaced(made, same=same)


def _integer(text: str) -> str:
    if _INTEGER.fullmatch(text):
        return text
    raise ValueError("the text is no integer")


def _integer_text(value: Any) -> str:
    if value.__class__ is bool:
        return str(int(value))
    text = _text(value)
    if _INTEGER.fullmatch(text):
        return text
    # 3.0 and 3e2 are integers to whoever wrote them, and no text of one to PostgreSQL.
    number = Decimal(text)
    if not number.is_finite() or number.adjusted() >= _LONGEST_INTEGER or number != number.to_integral_value():
        raise ValueError("an integer is needed")
    return str(int(number))


def _same_integer(text: str) -> str:
    return str(int(text))


def _float(text: str) -> str:
    return text if _FLOAT.fullmatch(text) else string(text)


def _float_text(value: Any) -> str:
    if value.__class__ is bool:
        raise ValueError("a number is needed")
    return _text(value)


def _same_double(text: str) -> str:
    return repr(float(text))


def _same_single(text: str) -> str:
    try:
        return repr(struct.unpack("f", struct.pack("f", float(text)))[0])
    except OverflowError:
        return text


def _boolean(text: str) -> str:
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    raise ValueError("the text is no boolean")


def _boolean_text(value: Any) -> str:
    if value.__class__ in (bool, Number) and value in _BOOLEAN_TEXTS:
        return _BOOLEAN_TEXTS[value]
    raise ValueError("a boolean is needed")


def _same_boolean(text: str) -> str:
    word = text.strip().lower()
    return "t" if word in _TRUE else "f" if word in _FALSE else text


def _text(value: Any) -> str:
    if value.__class__ is bool:
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    raise ValueError("a string is needed")


def _as_it_is(text: str) -> str:
    return text


TEXT = Shape(string, _text, _as_it_is)
# A document is kept as a string: in JSON it would lose the white space and the doubled keys of `json`.
# An application may have put the document itself there.
_JSON = Shape(string, written, _as_it_is, is_list=True)
_INTEGERS = Shape(_integer, _integer_text, _same_integer, run=_INTEGER_RUN)
_LEAVES = {
    "int2": _INTEGERS,
    "int4": _INTEGERS,
    "int8": _INTEGERS,
    "oid": _INTEGERS,
    "float4": Shape(_float, _float_text, _same_single, run=_FLOAT_RUN),
    "float8": Shape(_float, _float_text, _same_double, run=_FLOAT_RUN),
    "bool": Shape(_boolean, _boolean_text, _same_boolean),
    "json": _JSON,
    "jsonb": _JSON,
}
