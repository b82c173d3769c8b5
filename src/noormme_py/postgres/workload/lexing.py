"""PostgreSQL's tokens, as its own scanner cuts them (postgresql.org/docs/current/sql-syntax-lexical.html).

No text raises, and every text is read to its end without going back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, cast

from noormme_py.frozen import frozen

TokenKind = Literal["word", "quoted", "string", "number", "parameter", "operator", "punct", "meta", "comment"]

_TAG = r"(?:[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9\x80-\U0010ffff]*+)?+"
# A quote that is never closed takes the rest. `\g` is psql's, which ends a statement in the place of a semicolon.
# An operator does not go on into a comment, nor into a placeholder of a driver.
_TOKEN = re.compile(
    rf"""
      (?P<comment> --[^\n]*+ )
    | (?P<block> /\* )
    | (?P<space> \s++ )
    | (?P<escape> [eE]'(?:[^'\\]++|''|\\.)*+'?+ )
    | (?P<string> (?:[bBxXnN]|[uU]&)?+'(?:[^']++|'')*+'?+ )
    | (?P<quoted> (?:[uU]&)?+"(?:[^"]++|"")*+"?+ )
    | (?P<word> [A-Za-z_\x80-\U0010ffff][A-Za-z_0-9$\x80-\U0010ffff]*+ )
    | (?P<number> 0[xXoObB][0-9A-Fa-f_]++
                | (?:[0-9][0-9_]*+(?:\.(?!\.)[0-9_]*+)?+|\.[0-9][0-9_]*+)(?:[eE][+-]?+[0-9]++)?+ )
    | (?P<parameter> \$[0-9]++ | %s(?![A-Za-z_0-9]) | %\([A-Za-z_0-9]++\)s
                   | (?<!:):(?:[A-Za-z_][A-Za-z_0-9]*+ | '[A-Za-z_0-9]++' | "[A-Za-z_0-9]++") )
    | (?P<dollar> \${_TAG}\$ )
    | (?P<meta> \\[^\n]*+ )
    | (?P<operator> @\? | \?[|&]?+
                  | (?:[+*<>=~!@\#^&|`]|-(?!-)|/(?!\*)|%(?!s(?![A-Za-z_0-9])|\([A-Za-z_0-9]++\)s))++ )
    | (?P<punct> :: | := | \.\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_ENDS = re.compile(r"/\*|\*/")
_ENDS = {"string": "'", "escape": "'", "quoted": '"'}


@frozen
class Token:
    """A piece of SQL: `text` is exactly `sql[start:end]`. `is_open` says that its quote or comment is never closed."""

    kind: TokenKind
    text: str
    start: int
    end: int
    is_open: bool = False

    @property
    def keyword(self) -> str:
        """A bare word in upper case, and punctuation and operators as they are; "" for all else."""
        if self.kind == "word":
            return self.text.upper() if self.text.isascii() else self.text
        return self.text if self.kind in ("punct", "operator") else ""

    @property
    def identifier(self) -> str:
        """The name that it stands for: a bare word in lower case, a quoted one as it is written."""
        if self.kind != "quoted":
            return self.text.lower()
        return self.text.partition('"')[2].removesuffix('"').replace('""', '"')


def next_token(sql: str, at: int) -> Token | None:
    """Return the token that begins at a place, comments included, or None where there are spaces or nothing."""
    found = _TOKEN.match(sql, at)
    if found is None or found.lastgroup == "space":
        return None
    kind, text, end = str(found.lastgroup), found[0], found.end()
    if kind == "block":
        close = _comment_end(sql, end)
        return Token("comment", sql[at : close or len(sql)], at, close or len(sql), close is None)
    if kind == "dollar":
        close = sql.find(text, end)
        end = len(sql) if close < 0 else close + len(text)
        return Token("string", sql[at:end], at, end, close < 0)
    return Token(
        cast(TokenKind, "string" if kind == "escape" else kind), text, at, end, _is_open(text, _ENDS.get(kind), kind)
    )


def all_tokens(sql: str) -> Iterator[Token]:
    """Yield the tokens of a text with its comments, in order."""
    at = 0
    while at < len(sql):
        token = next_token(sql, at)
        if token is None:
            at = space_end(sql, at)
        else:
            yield token
            at = token.end


def tokens(sql: str) -> list[Token]:
    """Return the tokens of a text without its comments."""
    return [token for token in all_tokens(sql) if token.kind != "comment"]


def space_end(sql: str, at: int) -> int:
    """Return where the spaces end that begin at a place."""
    found = _TOKEN.match(sql, at)
    return len(sql) if found is None else found.end()


def _comment_end(sql: str, at: int) -> int | None:
    """Return the end of a block comment that was opened; they nest."""
    depth = 1
    for found in _COMMENT_ENDS.finditer(sql, at):
        depth += 1 if found[0] == "/*" else -1
        if not depth:
            return found.end()
    return None


def _is_open(text: str, end: str | None, kind: str) -> bool:
    if end is None:
        return False
    inner = text[text.index(end) + 1 :]
    if not inner.endswith(end):
        return True
    if kind == "escape":
        inner = re.sub(r"\\.", "", inner, flags=re.DOTALL)
    # Quotes come in pairs inside, so an odd one at the end is the closing one.
    return (len(inner) - len(inner.rstrip(end))) % 2 == 0
