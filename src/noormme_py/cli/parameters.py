"""Values of parameters as they are given on a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from noormme_py.errors import ConfigError
from noormme_py.query.statement import Parameters, Raw

_NAMED = re.compile(r"[:@$](?P<name>\w+)=(?P<value>.*)", re.DOTALL)
_INTEGER = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?")


def parameters_of(texts: Sequence[str]) -> Parameters:
    """Return what is bound: `42`, `1.5` and `null` are what they look like, `'42'` in quotes is text, as all else is.

    `:name=value` is bound by name. Raises ConfigError for some with a name and some without.
    """
    named = [_NAMED.fullmatch(text) for text in texts]
    if not any(named):
        return [_value(text) for text in texts]
    found = {given["name"]: _value(given["value"]) for given in named if given is not None}
    if len(found) != len(texts):
        raise ConfigError("--param is given by name or by place, each name once", hint="--param :id=1, or --param 1")
    return found


def _value(text: str) -> Raw:
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if text.lower() == "null":
        return None
    # A number that SQLite's integers do not hold stays the text that it is.
    if text.isascii() and _INTEGER.fullmatch(text):
        return int(text) if len(text) < 40 and -(2**63) <= int(text) < 2**63 else text
    return float(text) if text.isascii() and _REAL.fullmatch(text) else text
