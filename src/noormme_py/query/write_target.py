"""Which table the text of a write names, and which of its columns it sets."""

from __future__ import annotations

from collections.abc import Iterator

from noormme_py.frozen import frozen
from noormme_py.names import fold
from noormme_py.query.tokens import Token, main_verb, tokens
from noormme_py.schema.model import Schema, Table

_WRITES = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE"})
_NAMES = frozenset({"word", "quoted", "string"})


@frozen
class WriteTarget:
    """The table behind a write's main verb. `assigned` are the folded names that its SET clause has, and more.

    `replaces` says that rows in the way are deleted; `database` is what stands before the table's name.
    """

    verb: str
    table: str
    database: str | None
    replaces: bool
    assigned: frozenset[str]

    def table_in(self, schema: Schema) -> Table | None:
        """Return the table, or None where the schema does not have it: one of an attached database."""
        return schema.find_table(self.table) if fold(self.database or "main") == "main" else None


def write_target(sql: str) -> WriteTarget | None:
    """Return what an INSERT, UPDATE or DELETE writes to, None for any other text."""
    verb = main_verb(sql)
    if verb not in _WRITES:
        return None
    stream = _from_verb(sql, verb)
    token = next(stream, None)
    replaces = verb == "REPLACE"
    if token is not None and token.keyword == "OR":
        action = next(stream, None)
        replaces = action is not None and action.keyword == "REPLACE"
        token = next(stream, None)
    if token is not None and verb != "UPDATE":
        # INTO or FROM.
        token = next(stream, None)
    if token is None or token.kind not in _NAMES:
        return None
    name, database = token.identifier, None
    rest = list(stream)
    if len(rest) > 1 and rest[0].text == ".":
        name, database = rest[1].identifier, name
    return WriteTarget(verb, name, database, replaces, _assigned(rest))


def _from_verb(sql: str, verb: str) -> Iterator[Token]:
    """Yield the tokens behind the main verb: the first there is, after WITH the first behind a body."""
    stream = tokens(sql)
    first = next(token for token in stream if token.text != ";")
    if first.keyword != "WITH":
        return stream
    depth, before = 0, ""
    for token in stream:
        word = token.keyword
        if depth == 0 and before == ")" and word == verb:
            break
        depth += (word == "(") - (word == ")")
        before = word
    return stream


def _assigned(rest: list[Token]) -> frozenset[str]:
    """Return every name between SET and the end of its clause."""
    found: set[str] = set()
    depth, is_inside = 0, False
    for token in rest:
        word = token.keyword
        depth += (word == "(") - (word == ")")
        if word == "SET" and depth == 0:
            is_inside = True
        elif depth == 0 and word in ("WHERE", "FROM", "RETURNING"):
            is_inside = False
        elif is_inside and token.kind in _NAMES:
            found.add(fold(token.identifier))
    return frozenset(found)
