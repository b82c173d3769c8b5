"""SQLite's tokens, as its own tokenizer cuts them. What the words mean is for others to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, cast

from noormme_py.frozen import frozen

TokenKind = Literal["word", "quoted", "string", "number", "blob", "variable", "punct"]

# The alternatives, in the order of https://sqlite.org/src/file/src/tokenize.c, read every text to its end
# without ever going back: the possessive quantifiers keep hostile text linear, and a quote that is never
# closed takes the rest. A vertical tab is a space only after another space; a byte order mark is one too.
# Said by what it is not, a class of characters is compiled in a fraction of the time.
_ID = r"[^\x00-\x23\x25-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f]"
_ID_START = r"[^\x00-\x40\x5b-\x5e\x60\x7b-\x7f]"
_DIGITS = r"[0-9]++(?:_[0-9]++)*+"
_TOKEN = re.compile(
    rf"""
      (?P<gap> [ \t\n\f\r][ \t\n\v\f\r]*+ | \ufeff | --[^\n]*+ | /\*(?=.)(?:[^*]++|\*(?!/))*+(?:\*/)?+ )
    | (?P<blob> [xX]'[^']*+'?+ )
    | (?P<word> {_ID_START}{_ID}*+ )
    | (?P<quoted> "(?:[^"]++|"")*+"?+ | `(?:[^`]++|``)*+`?+ | \[[^\]]*+\]?+ )
    | (?P<string> '(?:[^']++|'')*+'?+ )
    | (?P<number> (?: 0[xX][0-9a-fA-F]++
                    | (?: {_DIGITS}(?:\.(?:{_DIGITS})?+)?+ | \.{_DIGITS} ) (?:[eE][+-]?+{_DIGITS})?+
                  ) {_ID}*+ )
    | (?P<variable> \?[0-9]*+ | [@:\#$](?:::)*+(?:{_ID}(?:{_ID}|::)*+(?:\([^ \t\n\v\f\r)]*+\)?+)?+)?+ )
    | (?P<punct> ->> | -> | \|\| | <[=<>] | >[=>] | == | != | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"})


@frozen
class Token:
    """A piece of SQL: `text` is exactly `sql[start:end]`."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """What the grammar compares: a bare word in upper case, punctuation; "" for all that is quoted."""
        if self.kind == "word":
            # str.upper() would make the keyword SELECT of "ſelect"; SQLite knows ASCII letters only.
            return self.text.upper() if self.text.isascii() else self.text
        return self.text if self.kind == "punct" else ""

    @property
    def identifier(self) -> str:
        """The name it stands for, without quotes; SQLite takes 'a' for a name where only a name can be."""
        if self.kind not in ("quoted", "string"):
            return self.text
        opening = self.text[0]
        closing = "]" if opening == "[" else opening
        inner = self.text[1:]
        if closing == "]":
            return inner.removesuffix("]")
        # Quotes come in pairs inside, so an odd one at the end is the closing one.
        is_closed = (len(inner) - len(inner.rstrip(closing))) % 2 == 1
        return (inner[:-1] if is_closed else inner).replace(closing * 2, closing)


def tokens(sql: str) -> Iterator[Token]:
    """Yield the tokens of a text, in order; white space and comments are the gaps between them.

    No text raises: an unclosed quote is one token to the end, a character that SQLite does not know is
    punctuation.
    """
    for found in _TOKEN.finditer(sql):
        kind = found.lastgroup
        if kind != "gap":
            yield Token(cast(TokenKind, kind), found[0], found.start(), found.end())


def main_verb(sql: str) -> str:
    """Return the verb of the (first) statement in upper case, and "" where there is no statement.

    After WITH it is the verb that the common table expressions serve; EXPLAIN stays EXPLAIN.
    """
    stream = tokens(sql)
    first = next((token for token in stream if token.text != ";"), None)
    if first is None or first.kind != "word":
        return ""
    if first.keyword != "WITH":
        return first.keyword
    depth, before = 0, ""
    for token in stream:
        word = token.keyword
        # A table expression may be named "replace"; the main verb is the one that follows its body.
        if depth == 0 and before == ")" and word in _VERBS:
            return word
        depth += (word == "(") - (word == ")")
        before = word
    return "WITH"


def split_script(sql: str) -> list[str]:
    """Return the statements of a script, each from its first token to its last, without the semicolon."""
    return [sql[start:end] for start, end in statement_spans(sql)]


def statement_spans(sql: str) -> Iterator[tuple[int, int]]:
    """Yield where each statement of a script begins and ends, comments around it and the semicolon left out."""
    start = end = 0
    opening: list[str] = []
    last = before_last = ""
    for token in tokens(sql):
        word = token.keyword
        # As in sqlite3_complete(): only "; END ;" ends a trigger, not CASE … END or a column named "end".
        if word == ";" and (not _opens_trigger(opening) or (before_last == ";" and last == "END")):
            if opening:
                yield start, end
            opening = []
            last = before_last = ""
            continue
        if not opening:
            start = token.start
        if len(opening) < 6:
            opening.append(word)
        end = token.end
        before_last, last = last, word
    if opening:
        yield start, end


def _opens_trigger(opening: list[str]) -> bool:
    words = iter(opening)
    word = next(words, "")
    if word == "EXPLAIN":
        word = next(words, "")
        if word == "QUERY":
            next(words, "")
            word = next(words, "")
    if word != "CREATE":
        return False
    word = next(words, "")
    if word in ("TEMP", "TEMPORARY"):
        word = next(words, "")
    return word == "TRIGGER"
