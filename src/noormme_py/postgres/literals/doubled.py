"""Quotes as `record_out` and `range_out` write them: a quote or a backslash inside of them stands twice."""

from __future__ import annotations

import re

QUOTED = r'"[^"\\]*+(?:(?:""|\\.)[^"\\]*+)*+"'
"""A pattern for what stands in quotes. It is possessive: a quote that is never closed is not tried in every way."""

_PAIR = re.compile(r'["\\](.)', re.DOTALL)


def quoted(value: str) -> str:
    """Return the value in quotes."""
    return '"' + value.replace("\\", "\\\\").replace('"', '""') + '"'


def unquoted(word: str) -> str:
    """Return what stands in the quotes around a word."""
    inner = word[1:-1]
    return _PAIR.sub(r"\1", inner) if '"' in inner or "\\" in inner else inner
