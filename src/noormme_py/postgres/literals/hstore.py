"""hstore as `hstore_out` writes it: `"a"=>"1", "b"=>NULL`, always in quotes, the shorter keys first."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PAIR = re.compile(rf"({_WORD})=>({_WORD}|NULL)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_BETWEEN = ", "


def parse_hstore(text: str) -> dict[str, str | None]:
    """Return the keys with their values, in the order of the text; raises ValueError."""
    found: dict[str, str | None] = {}
    at = 0
    count = 0
    while at < len(text):
        if count:
            if not text.startswith(_BETWEEN, at):
                raise _malformed()
            at += len(_BETWEEN)
        pair = _PAIR.match(text, at)
        if pair is None:
            raise _malformed()
        key, value = pair.groups()
        found[_value(key)] = None if value == "NULL" else _value(value)
        at = pair.end()
        count += 1
    if len(found) != count:
        raise ValueError("a key stands twice in an hstore")
    return found


def hstore_text(pairs: Mapping[str, str | None]) -> str:
    """Return the hstore as PostgreSQL writes it where the keys stand in its order."""
    return _BETWEEN.join(
        [f"{_quoted(key)}=>{'NULL' if value is None else _quoted(value)}" for key, value in pairs.items()]
    )


def in_order(pairs: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return the same pairs in PostgreSQL's order of the keys: by their length in bytes, then by their bytes."""
    return dict(sorted(pairs.items(), key=_place))


def _place(pair: tuple[str, str | None]) -> tuple[int, bytes]:
    written = pair[0].encode()
    return len(written), written


def _value(word: str) -> str:
    inner = word[1:-1]
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _malformed() -> ValueError:
    return ValueError("the text is no hstore")
