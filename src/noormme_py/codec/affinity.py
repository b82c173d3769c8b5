"""What a column's affinity makes of a value: a codec is held to what comes back equal.

The rules are those of sqlite.org/datatype3.html §3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from noormme_py.codec.kinds import Codec
from noormme_py.frozen import replaced
from noormme_py.query.statement import Raw
from noormme_py.schema.types import Affinity

_ALL: frozenset[Affinity] = frozenset({"integer", "text", "blob", "real", "numeric"})
_WHOLE: frozenset[Affinity] = frozenset({"integer", "numeric", "blob"})
# The affinities that can change nothing of what a codec writes; the text of a date is no number to SQLite.
_KEPT: dict[str, frozenset[Affinity]] = {
    "bool": _ALL - {"text"},
    "bytes": _ALL,
    "date": _ALL,
    "datetime": _ALL,
    "decimal": _ALL - {"real"},
    "float": frozenset({"real", "blob"}),
    "int": _WHOLE,
    "json": _ALL - {"real"},
    "str": frozenset({"text", "blob"}),
    "time": _ALL,
    "timedelta": _WHOLE,
    "unixepoch": _WHOLE,
    "unixepoch_ms": _WHOLE,
    "uuid": _ALL,
}
_NONE: frozenset[Affinity] = frozenset({"blob"})
_COUNTS = frozenset({"int", "timedelta", "unixepoch", "unixepoch_ms"})
_SPACE = "[ \t\n\v\f\r]*"
_NUMBER = re.compile(rf"{_SPACE}[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?{_SPACE}")


def is_changed(raw: Raw, affinity: Affinity) -> bool:
    """Return whether a column of the affinity would hold something that is not equal to the value."""
    match affinity:
        case "text":
            return isinstance(raw, int | float)
        case "integer" | "numeric":
            return isinstance(raw, str) and _NUMBER.fullmatch(raw) is not None
        case "real":
            if isinstance(raw, int):
                return float(raw) != raw
            return isinstance(raw, str) and _NUMBER.fullmatch(raw) is not None
        case "blob":
            return False


def held_to(codec: Codec, kind: str, affinity: Affinity) -> Codec:
    """Return the codec of a kind as a column of the affinity can use it: what SQLite would change is refused."""
    return codec if affinity in _KEPT.get(kind, _NONE) else _held(codec, kind, affinity)


@lru_cache(maxsize=1024)
def _held(codec: Codec, kind: str, affinity: Affinity) -> Codec:
    def encode(value: Any) -> Raw:
        raw = codec.encode(value)
        if is_changed(raw, affinity):
            made = "a number" if isinstance(raw, str) else "a text" if affinity == "text" else "another number"
            raise ValueError(f"the column's affinity is {affinity}, which would make {made} of it")
        return raw

    return replaced(codec, encode=encode, decode=_decode(codec, kind, affinity))


def _decode(codec: Codec, kind: str, affinity: Affinity) -> Callable[[Any], Any] | None:
    """Return the decoder for a column that makes floats of integers."""
    if kind in _COUNTS and affinity == "real":
        decode = codec.decode
        return _whole if decode is None else lambda stored: decode(_whole(stored))
    return codec.decode


def _whole(stored: Raw) -> Raw:
    return int(stored) if isinstance(stored, float) and stored.is_integer() else stored
