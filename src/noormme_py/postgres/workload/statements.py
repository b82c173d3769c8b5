"""A file of recorded statements: what of it can be run on both sides, and what not and why. No text raises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from noormme_py.frozen import frozen, replaced
from noormme_py.postgres.workload.lexing import Token, next_token, tokens
from noormme_py.postgres.workload.parameters import Values, filled, parameters_in, read_values

MOST_STATEMENTS = 10_000
LONGEST = 1_000_000
"""Characters of a statement; a longer one is not run."""

_DIRECTIVE = re.compile(r"--[ \t]*+(name|params|parameters)[ \t]*+:(.*)", re.IGNORECASE)
_READING = frozenset({"SELECT", "VALUES", "TABLE"})
_WRITING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_ENDING = ("\\g", "\\crosstabview")
# Long runs of what can neither end a statement nor hide its end; what stands before a quote may be a part of it.
_PLAIN = re.compile(
    r"(?:[A-Za-z_\x80-\U0010ffff][A-Za-z_0-9$\x80-\U0010ffff]*+(?!['\"])|[0-9]++"
    r"|[^;'\"$/\\\-A-Za-z_0-9\x80-\U0010ffff]++)++"
)
_END_OF_ROWS = "\n\\."


@frozen
class Recorded:
    """A statement. `line` is where it begins, counted from 1, and `count` how often the file has it.

    `reason` says why it is not run, None where it can be.
    """

    sql: str
    line: int
    name: str | None = None
    count: int = 1
    reason: str | None = None


@frozen
class Workload:
    """All statements of a file, each once. `left_out` counts those beyond the most that are kept."""

    statements: tuple[Recorded, ...]
    left_out: int = 0


def read_workload(text: str) -> Workload:
    """Read statements that are separated by semicolons, or by psql's `\\g`.

    A comment on a line before a statement may name it, `-- name: by_email`, and give its parameters, as often as
    wanted: `-- params: 1, 'x'`, or in JSON, `-- parameters: [1, "x"]`.
    """
    found: dict[tuple[str, str | None], Recorded] = {}
    counts: Counter[tuple[str, str | None]] = Counter()
    left_out = 0
    for sql, line, comments in _pieces(text):
        # What a file has thousands of times is looked at once.
        if not comments and (sql, None) in counts:
            counts[sql, None] += 1
        elif len(found) >= MOST_STATEMENTS:
            left_out += 1
        else:
            for one in _recorded(sql, line, comments):
                found.setdefault((one.sql, one.name), one)
                counts[one.sql, one.name] += 1
    return Workload(tuple(replaced(one, count=counts[key]) for key, one in found.items()), left_out)


def _pieces(text: str) -> Iterator[tuple[str, int, list[str]]]:
    """Yield the text of each statement, its line, and what the comments on lines before it say."""
    at = line_at = 0
    line = 1
    while at < len(text):
        comments: list[str] = []
        start: int | None = None
        end = at
        while at < len(text):
            plain = _PLAIN.match(text, at)
            if plain is not None:
                said = plain[0].rstrip()
                if said:
                    start = plain.end() - len(plain[0].lstrip()) if start is None else start
                    end = at + len(said)
                at = plain.end()
            elif text[at] == ";":
                at += 1
                if start is not None:
                    break
            else:
                token = next_token(text, at)
                at = at + 1 if token is None else token.end
                if token is None:
                    continue
                if token.kind == "meta":
                    if start is not None and token.text.startswith(_ENDING):
                        break
                elif token.kind != "comment":
                    start, end = token.start if start is None else start, token.end
                elif start is None and token.text.startswith("--"):
                    comments.append(token.text)
        if start is None:
            continue
        line += text.count("\n", line_at, start)
        line_at = start
        if text[start : start + 4].upper() == "COPY" and at < len(text) and _is_from_stdin(text[start:end]):
            # The rows stand in the file, up to a line of their own.
            last = text.find(_END_OF_ROWS, at)
            at = len(text) if last < 0 else last + len(_END_OF_ROWS)
        yield text[start:end], line, [comment for comment in comments if _DIRECTIVE.match(comment)]


def _recorded(sql: str, line: int, comments: list[str]) -> list[Recorded]:
    name: str | None = None
    samples: list[Values | None] = []
    for said in map(_DIRECTIVE.match, comments):
        if said is None:
            continue
        if said[1].lower() == "name":
            name = said[2].strip()[:100] or None
        else:
            samples.append(read_values(said[2]))
    reason = _why_not(sql)
    parameters = [] if reason else parameters_in(sql)
    if reason is None and parameters and not samples:
        reason = f"it has {_counted(parameters)}: give values in a line before it, `-- params: 1, 'x'`"
    if reason is not None or not parameters:
        return [Recorded(sql, line, name, 1, reason)]
    made = [None if values is None else filled(sql, values) for values in samples]
    unfit = "the values in the comment before it do not fit its parameters"
    return [Recorded(sql, line, name, 1, unfit) if one is None else Recorded(one, line, name) for one in made]


def _counted(parameters: list[Token]) -> str:
    count = sum(token.text in ("?", "%s") for token in parameters)
    count += len({token.text for token in parameters if token.text not in ("?", "%s")})
    return "a parameter" if count == 1 else f"{count} parameters"


def _why_not(sql: str) -> str | None:
    if len(sql) > LONGEST:
        return f"it is longer than {LONGEST:,} characters"
    if "\0" in sql:
        return "it has a NUL character"
    depth, verb, before = 0, "", ""
    for token in tokens(sql):
        if token.is_open:
            return "a quote or a comment in it is never closed"
        depth += (token.text == "(") - (token.text == ")")
        if depth < 0:
            return "its parentheses do not match"
        word = token.keyword
        if not verb and token.text != "(":
            verb = word
            if word != "WITH" and word not in _READING:
                return "it is no query"
        elif verb == "WITH" and (word in _READING or word in _WRITING) and not depth:
            verb = word
        # The first word in parentheses is one of a statement: `with gone as (delete …`.
        if word in _WRITING and (verb in _WRITING or before == "("):
            return "it writes"
        before = token.text
    if depth:
        return "its parentheses do not match"
    return None if verb in _READING else "it is no query"


def _is_from_stdin(sql: str) -> bool:
    words = [token.keyword for token in tokens(sql)]
    return any(pair == ("FROM", "STDIN") for pair in pairwise(words))
