"""Ranges as `range_out` writes them: `[1,5)`, `(,"2024-01-01 00:00:00"]`, `empty`; and multiranges: `{[1,3),[5,7)}`.

What a bound must be to stand without quotes is in `range_bound_escape` of PostgreSQL's
src/backend/utils/adt/rangetypes.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from noormme_py.frozen import frozen
from noormme_py.postgres.literals.doubled import QUOTED, quoted, unquoted

EMPTY = "empty"

_BOUND = rf'{QUOTED}|[^"\\(),\[\]]*+'
_RANGE = re.compile(rf"([\[(])({_BOUND}),({_BOUND})([\])])", re.DOTALL)
# White space by the C locale; a server may know more of it, and then writes quotes that nobody needs.
_SPECIAL = re.compile(r'["\\(),\[\]\t\n\v\f\r ]')


@frozen
class RangeParts:
    """A range that is not empty: the texts of its bounds, None for none, and how it opens and closes: `[)`."""

    lower: str | None
    upper: str | None
    bounds: str = "[)"


def parse_range(text: str) -> RangeParts | None:
    """Return the parts of a range, None for the empty one; raises ValueError."""
    if text == EMPTY:
        return None
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ValueError("the text is no range")
    opens, lower, upper, closes = found.groups()
    return RangeParts(_value(lower), _value(upper), opens + closes)


def range_text(parts: RangeParts | None) -> str:
    """Return the range as PostgreSQL writes it. A side without a bound is an open one, whatever `bounds` says."""
    if parts is None:
        return EMPTY
    opens = "(" if parts.lower is None else parts.bounds[0]
    closes = ")" if parts.upper is None else parts.bounds[1]
    return f"{opens}{_word(parts.lower)},{_word(parts.upper)}{closes}"


def parse_multirange(text: str) -> list[str]:
    """Return the texts of the ranges of a multirange; raises ValueError."""
    if text == "{}":
        return []
    ranges: list[str] = []
    at = 0
    while text.startswith("," if ranges else "{", at) and (found := _RANGE.match(text, at + 1)):
        ranges.append(found[0])
        at = found.end()
    if not ranges or at != len(text) - 1 or not text.endswith("}"):
        raise ValueError("the text is no multirange")
    return ranges


def multirange_text(ranges: Iterable[str]) -> str:
    """Return the multirange of some ranges, as PostgreSQL writes it where they stand in order."""
    return "{" + ",".join(ranges) + "}"


def _value(word: str) -> str | None:
    return unquoted(word) if word.startswith('"') else word or None


def _word(value: str | None) -> str:
    if value is None:
        return ""
    return quoted(value) if not value or _SPECIAL.search(value) else value
