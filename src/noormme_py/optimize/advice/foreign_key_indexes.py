"""Which indexes find the rows that refer to another one: SQLite looks for them when that one goes."""

from __future__ import annotations

from noormme_py.names import fold
from noormme_py.optimize.advice.index_spec import IndexSpec, collation_of, normal_tokens
from noormme_py.schema.model import ForeignKey, Schema, Table


def finds_children(index: IndexSpec, key: ForeignKey, child: Table, schema: Schema) -> bool:
    """Whether an index finds the rows of `child` that refer to a given one, compared in the parent's collations."""
    if fold(index.table) != fold(child.name) or not _has_all(index, key):
        return False
    parent = schema.find_table(key.parent_table)
    first = index.keys[: len(key.columns)]
    names = [fold(name) for name in key.columns]
    if parent is None or len(key.parent_columns) != len(names):
        # There is nothing to compare with, yet.
        return {fold(part.name or "") for part in first} == set(names)
    known = [parent.find_column(name) for name in key.parent_columns]
    collations = [fold(column.collation) if column is not None else "binary" for column in known]
    found = {fold(part.name or ""): fold(collation_of(part, child)) for part in first}
    return found == dict(zip(names, collations, strict=True))


def finds_any_children(index: IndexSpec, child: Table, schema: Schema) -> bool:
    """Whether the rows of some foreign key of its table are found by it."""
    return any(finds_children(index, key, child, schema) for key in child.foreign_keys)


def _has_all(index: IndexSpec, key: ForeignKey) -> bool:
    """Whether every row that refers to another one is in the index: what is NULL refers to none."""
    if index.where is None:
        return True
    found = normal_tokens(index.where)
    return any(found in ([fold(name), "is", "not", "null"], [fold(name), "notnull"]) for name in key.columns)
