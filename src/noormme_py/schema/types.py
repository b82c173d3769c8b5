"""What a declared column type means: SQLite's affinity, and the Python kind of its values."""

from __future__ import annotations

import re
from typing import Literal

from noormme_py.names import fold

Affinity = Literal["integer", "text", "blob", "real", "numeric"]
Kind = Literal[
    "any",
    "bool",
    "bytes",
    "date",
    "datetime",
    "decimal",
    "float",
    "int",
    "json",
    "str",
    "time",
    "timedelta",
    "uuid",
]

# The first word of a declared type that tells more than its affinity does.
_KIND_OF_WORD: dict[str, Kind] = {
    "BOOL": "bool",
    "BOOLEAN": "bool",
    "DATE": "date",
    "TIME": "time",
    "DATETIME": "datetime",
    "TIMESTAMP": "datetime",
    "TIMESTAMPTZ": "datetime",
    "DECIMAL": "decimal",
    "DEC": "decimal",
    "NUMERIC": "decimal",
    "NUMBER": "decimal",
    "MONEY": "decimal",
    "INTERVAL": "timedelta",
    "DURATION": "timedelta",
    "TIMEDELTA": "timedelta",
    "UUID": "uuid",
    "GUID": "uuid",
    "JSON": "json",
    "JSONB": "json",
    "ANY": "any",
}
_KIND_OF_AFFINITY: dict[Affinity, Kind] = {
    "integer": "int",
    "text": "str",
    "blob": "bytes",
    "real": "float",
    "numeric": "any",
}
_WORD = re.compile(r"[A-Za-z_]+")


def affinity_of(declared: str, *, strict: bool = False) -> Affinity:
    """Return the affinity of a declared type, by the rules of sqlite.org/datatype3.html §3.1."""
    folded = fold(declared)
    if strict and folded == "any":
        return "blob"
    if "int" in folded:
        return "integer"
    if "char" in folded or "clob" in folded or "text" in folded:
        return "text"
    if not folded or "blob" in folded:
        return "blob"
    if "real" in folded or "floa" in folded or "doub" in folded:
        return "real"
    return "numeric"


def kind_of(declared: str) -> Kind:
    """Return the kind of Python value that a declared type stands for."""
    word = _WORD.match(declared.strip())
    if word is None:
        return "any"
    named = _KIND_OF_WORD.get(word[0].upper())
    return named if named is not None else _KIND_OF_AFFINITY[affinity_of(declared)]
