"""The shapes of indexes, and which of them serve what is needed.

A shape is written `orders(tenant_id+status, created_at)`: the first two keys are those two in either order, the
third is `created_at`, and more may follow. `name nocase` is a key with that collation, where BINARY goes without
saying; an expression stands as it would in SQL. With `where …` behind it the index may be partial, and the proof
of the workload makes it so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from noormme_py.query.tokens import Token, tokens


@dataclass(frozen=True, slots=True)
class Index:
    """An index that is there, its keys in one spelling and without directions."""

    name: str
    table: str
    keys: tuple[str, ...]
    where: str | None
    sql: str
    is_unique: bool

    def fixed(self) -> frozenset[str]:
        """Return the columns that its condition speaks of: they need not be keys of it."""
        words = tokens(self.where or "")
        return frozenset(t.identifier.lower() for t in words if t.kind in ("word", "quoted")) - _CONDITION_WORDS

    def is_led_by(self, other: Index) -> bool:
        """Tell whether another index's keys are the first ones here, so that this one serves all that one does."""
        alike = self.table == other.table and self.where == other.where
        return alike and self.keys[: len(other.keys)] == other.keys


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shape as it is written in a workload."""

    table: str
    groups: tuple[tuple[str, ...], ...]
    where: str | None

    def is_served_by(self, index: Index) -> bool:
        if index.table != self.table:
            return False
        fixed = index.fixed()
        if self.where is None and not fixed <= {key for group in self.groups for key in group}:
            return False
        at = 0
        for group in self.groups:
            left = frozenset(group) - fixed
            if frozenset(index.keys[at : at + len(left)]) != left:
                return False
            at += len(left)
        return True

    def leads(self, index: Index) -> bool:
        """Tell whether an index begins with exactly these keys, whatever its condition says."""
        at = 0
        for group in self.groups:
            if frozenset(index.keys[at : at + len(group)]) != frozenset(group):
                return False
            at += len(group)
        return index.table == self.table

    def ddl(self, name: str) -> str:
        """Return the statement that makes the index in this very order."""
        keys = ", ".join(_key_sql(key) for group in self.groups for key in group)
        condition = f" where {self.where}" if self.where else ""
        return f"create index {name} on {self.table} ({keys}){condition}"


def wanted(text: str) -> Wanted:
    """Read a shape."""
    table, rest = text.split("(", 1)
    within, where = _until_closed(rest)
    groups = tuple(tuple(_normal(key) for key in _split(group, "+")) for group in _split(within, ","))
    return Wanted(table.strip(), groups, where.strip().removeprefix("where ").strip() or None)


def indexes(connection: sqlite3.Connection) -> dict[str, Index]:
    """Return the indexes that were created by a statement."""
    found: dict[str, Index] = {}
    rows = connection.execute("select name, tbl_name, sql from sqlite_schema where type = 'index' and sql is not null")
    for name, table, sql in rows.fetchall():
        columns = [r for r in connection.execute("select * from pragma_index_xinfo(?)", (name,)) if r[5]]
        within, rest = _until_closed(_after_table(sql))
        texts = _split(within, ",")
        keys = tuple(_own_key(row[2], row[4], text) for row, text in zip(columns, texts, strict=True))
        where = _normal(rest.strip()[len("where") :]) if rest.strip() else None
        is_unique = next(t.keyword for t in list(tokens(sql))[1:]) == "UNIQUE"
        found[name] = Index(name, table.lower(), keys, where, sql, is_unique)
    return found


_CONDITION_WORDS = frozenset({"is", "not", "null", "and", "or", "in", "between", "true", "false"})


def _own_key(column: str | None, collation: str, text: str) -> str:
    key = column.lower() if column is not None else _normal(_without_order(text))
    return key if collation == "BINARY" else f"{key} {collation.lower()}"


def _without_order(text: str) -> str:
    words = text.split()
    if words[-1].lower() in ("asc", "desc"):
        words.pop()
    if len(words) > 2 and words[-2].lower() == "collate":
        del words[-2:]
    bare = " ".join(words)
    # An expression may stand in parentheses of its own.
    while bare.startswith("(") and not _until_closed(bare[1:])[1].strip():
        bare = _until_closed(bare[1:])[0]
    return bare


def _key_sql(key: str) -> str:
    return f"{key.removesuffix(' nocase')} collate nocase" if key.endswith(" nocase") else key


def _normal(text: str) -> str:
    """Return SQL in one spelling: names bare and small, strings as they are."""
    spelled = ""
    before: Token | None = None
    for token in tokens(text):
        said = token.text if token.kind in ("string", "number") else token.identifier.lower()
        gap = " " if before and before.kind != "punct" and token.kind != "punct" else ""
        spelled += gap + said
        before = token
    return spelled


def _split(text: str, mark: str) -> list[str]:
    """Cut at marks that stand in no parentheses and no strings."""
    pieces, depth, start = [], 0, 0
    for token in tokens(text):
        depth += (token.keyword == "(") - (token.keyword == ")")
        if token.keyword == mark and depth == 0:
            pieces.append(text[start : token.start])
            start = token.end
    return [*pieces, text[start:]]


def _until_closed(text: str) -> tuple[str, str]:
    """Return what stands before the parenthesis that closes one opened earlier, and what stands after."""
    depth = 1
    for token in tokens(text):
        depth += (token.keyword == "(") - (token.keyword == ")")
        if depth == 0:
            return text[: token.start], text[token.end :]
    raise ValueError(f"unclosed: {text}")


def _after_table(sql: str) -> str:
    for token in tokens(sql):
        if token.keyword == "(":
            return sql[token.end :]
    raise ValueError(f"no keys: {sql}")


def served(shapes: Iterable[str], index: Index) -> bool:
    """Tell whether an index serves one of the shapes."""
    return any(wanted(text).is_served_by(index) for text in shapes)
