"""A file of recorded statements: what of it can be run on both sides, and what not and why. No text raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from noormme_py.frozen import frozen, replaced
from noormme_py.postgres.workload.lexing import Token, next_token, space_end, tokens
from noormme_py.postgres.workload.parameters import Values, filled, parameters_in, read_values

MOST_STATEMENTS = 10_000
LONGEST = 1_000_000
"""Characters of a statement; a longer one is not run."""

_DIRECTIVE = re.compile(r"--[ \t]*+(name|params|parameters)[ \t]*+:(.*)", re.IGNORECASE)
_READING = frozenset({"SELECT", "VALUES", "TABLE"})
_WRITING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
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
    left_out = 0
    for one in _statements(text):
        known = found.get((one.sql, one.name))
        if known is not None:
            found[one.sql, one.name] = replaced(known, count=known.count + 1)
        elif len(found) < MOST_STATEMENTS:
            found[one.sql, one.name] = one
        else:
            left_out += 1
    return Workload(tuple(found.values()), left_out)


def _statements(text: str) -> Iterator[Recorded]:
    at = line_at = 0
    line = 1
    while at < len(text):
        comments: list[str] = []
        first: Token | None = None
        last: Token | None = None
        while at < len(text):
            token = next_token(text, at)
            at = space_end(text, at) if token is None else token.end
            if token is None:
                continue
            if token.kind == "comment":
                comments += [token.text] if first is None and token.text.startswith("--") else []
            elif token.text == ";" or token.kind == "meta":
                if first is not None and (token.text == ";" or token.text.startswith(("\\g", "\\crosstabview"))):
                    break
            else:
                first, last = first or token, token
        if first is None or last is None:
            continue
        line += text.count("\n", line_at, first.start)
        line_at = first.start
        if first.keyword == "COPY" and at < len(text) and _is_from_stdin(text[first.start : last.end]):
            # The rows stand in the file, up to a line of their own.
            end = text.find(_END_OF_ROWS, at)
            at = len(text) if end < 0 else end + len(_END_OF_ROWS)
        yield from _recorded(text[first.start : last.end], line, comments)


def _recorded(sql: str, line: int, comments: list[str]) -> Iterator[Recorded]:
    name: str | None = None
    samples: list[Values | None] = []
    for comment in comments:
        said = _DIRECTIVE.match(comment.strip())
        if said is None:
            continue
        if said[1].lower() == "name":
            name = said[2].strip()[:100] or None
        else:
            samples.append(read_values(said[2]))
    reason = _why_not(sql)
    parameters = [] if reason else parameters_in(sql)
    if reason is None and parameters and not samples:
        count = len({token.text for token in parameters if token.text not in ("?", "%s")}) + sum(
            token.text in ("?", "%s") for token in parameters
        )
        shown = "a parameter" if count == 1 else f"{count} parameters"
        reason = f"it has {shown}: give values in a line before it, `-- params: 1, 'x'`"
    if reason is not None or not parameters:
        yield Recorded(sql, line, name, 1, reason)
        return
    for values in samples:
        made = None if values is None else filled(sql, values)
        if made is None:
            yield Recorded(sql, line, name, 1, "the values in the comment before it do not fit its parameters")
        else:
            yield Recorded(made, line, name)


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
