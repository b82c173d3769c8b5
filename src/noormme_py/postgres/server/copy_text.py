"""COPY's text format: a line a row, tabs between columns (postgresql.org/docs/current/sql-copy.html, "Text Format")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from noormme_py.postgres.form import Column

_NULL = "\\N"
_WRITTEN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"[\\\b\f\n\r\t\v]")
_ESCAPED = {character: f"\\{letter}" for letter, character in _WRITTEN.items()} | {"\\": "\\\\"}


def columns_of(lines: Iterable[bytes]) -> list[Column]:
    """Return the columns of some rows, each line ending in a newline; NULL is None."""
    # A database in SQL_ASCII may hold any bytes: those that are no UTF-8 become what SQLite refuses to take.
    text = b"".join(lines).decode(errors="surrogateescape")
    columns: list[Column] = list(zip(*[line.split("\t") for line in text[:-1].split("\n")], strict=True))
    backslashes = text.count("\\")
    if not backslashes:
        return columns
    # A backslash in a value is written twice: where each is followed by N, all of them stand for NULL.
    if backslashes == text.count(_NULL):
        return [[None if v == _NULL else v for v in column] if _NULL in column else column for column in columns]
    return [[_value(v) if "\\" in v else v for v in column] for column in columns]


def lines_of(columns: Sequence[Column]) -> bytes:
    """Return rows as COPY reads them, from columns of texts; raises TypeError for what is no text."""
    written = [
        [_NULL if v is None else _SPECIAL.sub(_escape, v) if _SPECIAL.search(v) else v for v in column]
        for column in columns
    ]
    return "".join([f"{line}\n" for line in map("\t".join, zip(*written, strict=True))]).encode()


def _value(written: str) -> str | None:
    return None if written == _NULL else _ESCAPE.sub(_unescape, written)


def _unescape(found: re.Match[str]) -> str:
    return _WRITTEN.get(found[1], found[1])


def _escape(found: re.Match[str]) -> str:
    return _ESCAPED[found[0]]
