"""An index that could be: what it holds, its DDL, and what it makes superfluous."""

from __future__ import annotations

import re
from collections.abc import Container

from noormme_py.frozen import frozen
from noormme_py.names import fold, quote
from noormme_py.optimize.reading.access import Key
from noormme_py.query.tokens import tokens
from noormme_py.schema.model import Index, Table

_NOT_WORD = re.compile(r"\W+")
_LONGEST_NAME = 60


@frozen
class IndexSpec:
    """The keys of an index on a table; `where` is the predicate of a partial one, in SQL text."""

    table: str
    keys: tuple[Key, ...]
    where: str | None = None

    @property
    def width(self) -> int:
        return len(self.keys)

    def ddl(self, name: str) -> str:
        """Return the statement that creates it."""
        keys = ", ".join(_key_sql(key) for key in self.keys)
        where = f" where {self.where}" if self.where else ""
        return f"create index {quote(name)} on {quote(self.table)} ({keys}){where}"

    def name(self, taken: Container[str]) -> str:
        """Return a name for it that says what it holds; `taken` are folded names."""
        parts = [self.table, *(key.name or key.expression or "" for key in self.keys), "partial" if self.where else ""]
        words = "_".join(filter(None, (_NOT_WORD.sub("_", part).strip("_") for part in parts)))
        base = f"ix_{words or 'index'}"[:_LONGEST_NAME].rstrip("_")
        found, number = base, 2
        while fold(found) in taken:
            found, number = f"{base}_{number}", number + 1
        return found

    def is_prefix_of(self, other: IndexSpec, table: Table) -> bool:
        """Whether the other one, on the same rows, begins with all that this one has."""
        return (
            fold(self.table) == fold(other.table)
            and self.where == other.where
            and signature(self, table) == signature(other, table)[: self.width]
        )


Signature = tuple[tuple[str, str, bool], ...]


def signature(spec: IndexSpec, table: Table) -> Signature:
    """Return what its keys are compared by: column or expression, collation, direction."""
    return tuple((*_named(key.name, key.expression), collation_of(key, table), key.is_descending) for key in spec.keys)


def spec_of(index: Index) -> IndexSpec:
    """Return what an existing index holds."""
    keys = [Key(part.name, part.expression, part.is_descending, part.collation) for part in index.columns]
    return IndexSpec(index.table, tuple(keys), index.where)


def _key_sql(key: Key) -> str:
    text = quote(key.name) if key.name is not None else f"({key.expression})"
    collation = f" collate {quote(key.collation)}" if key.collation else ""
    return f"{text}{collation}{' desc' if key.is_descending else ''}"


def _named(name: str | None, expression: str | None) -> tuple[str]:
    return (fold(name),) if name is not None else (f"({expression})",)


def normal_tokens(text: str) -> list[str]:
    """Return the tokens of an expression, its names folded and without quotes: the same for what says the same."""
    return [fold(token.identifier) if token.kind in ("word", "quoted") else token.text for token in tokens(text)]


def collation_of(key: Key, table: Table) -> str:
    """Return what a key is compared by, in upper case."""
    if key.collation:
        return key.collation.upper()
    column = table.find_column(key.name) if key.name is not None else None
    return column.collation.upper() if column is not None else "BINARY"
