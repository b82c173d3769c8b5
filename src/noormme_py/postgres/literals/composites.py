"""Rows of a composite type as `record_out` writes them: `(1,,"a b")`, where the second field is NULL.

What a value must be to stand without quotes is in `record_out` of PostgreSQL's src/backend/utils/adt/rowtypes.c.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from noormme_py.postgres.literals.doubled import QUOTED, quoted, unquoted

_FLAT = re.compile(r'\([^"\\()]*\)')
_FIELD = re.compile(rf'({QUOTED}|[^"\\(),]*+)([,)])', re.DOTALL)
# White space by the C locale; a server may know more of it, and then writes quotes that nobody needs.
_SPECIAL = re.compile(r'["\\(),\t\n\v\f\r ]')


def parse_composite(text: str) -> list[str | None]:
    """Return the values of the fields; raises ValueError. `()` has one field, which is NULL, or none at all."""
    if _FLAT.fullmatch(text):
        return [word or None for word in text[1:-1].split(",")]
    if not text.startswith("("):
        raise _malformed()
    values: list[str | None] = []
    at = 1
    while found := _FIELD.match(text, at):
        word, end = found.groups()
        values.append(unquoted(word) if word.startswith('"') else word or None)
        at = found.end()
        if end == ")":
            break
    if at != len(text) or not text.endswith(")"):
        raise _malformed()
    return values


def composite_text(values: Sequence[str | None]) -> str:
    """Return the row as PostgreSQL writes it."""
    words = [
        "" if value is None else quoted(value) if not value or _SPECIAL.search(value) else value for value in values
    ]
    return "(" + ",".join(words) + ")"


def _malformed() -> ValueError:
    return ValueError("the text is no row of a composite type")
