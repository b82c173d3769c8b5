"""Indexes that another one of the same table, or the table itself, makes superfluous. Pure."""

from __future__ import annotations

from noormme_py.names import fold
from noormme_py.optimize.advice.index_spec import normal_tokens
from noormme_py.schema.model import Index, IndexColumn, Schema


def redundant(schema: Schema) -> list[tuple[Index, Index]]:
    """Return each index that can go, with the one that does its work: the one that stays itself.

    That is one whose key begins with the same parts, in the same collations, and in the same directions or all in
    the opposite ones, for the same rows. What makes rows unique is only superfluous where the same key is unique.
    What an index made for a constraint does cannot be taken over, as it cannot be dropped. The work that is not
    taken over: rows of one key in the order of the rowid.
    """
    found: list[tuple[Index, Index]] = []
    for table in schema:
        if table.kind != "table":
            continue
        beaten = {one.name: [other for other in table.indexes if _serves_for(other, one)] for one in table.indexes}
        for one in table.indexes:
            staying = [other for other in beaten[one.name] if not beaten[other.name]]
            if staying:
                found.append((one, min(staying, key=lambda other: (len(other.columns), _rank(other)))))
    return found


def copies_of_the_rowid(schema: Schema) -> list[Index]:
    """Return the indexes of nothing but the column that is the rowid: the table itself is in its order."""
    return [
        index
        for table in schema
        for index in table.indexes
        if table.rowid_alias is not None
        and not index.is_automatic
        and index.where is None
        and [fold(part.name or "") for part in index.columns] == [fold(table.rowid_alias)]
    ]


def _serves_for(other: Index, one: Index) -> bool:
    """Whether `other` does the work of `one`, and is to stay when each does that of the other."""
    if one is other or one.is_automatic or not _is_of_same_rows(other, one):
        return False
    count = len(one.columns)
    if len(other.columns) < count or not _begins_alike(other.columns[:count], one.columns):
        return False
    is_same = len(other.columns) == count
    if one.is_unique and not (is_same and other.is_unique):
        return False
    does_both = is_same and not other.is_automatic and (one.is_unique or not other.is_unique)
    return not does_both or _rank(other) < _rank(one)


def _rank(index: Index) -> tuple[bool, bool, str]:
    return (not index.is_automatic, not index.is_unique, index.name)


def _is_of_same_rows(other: Index, one: Index) -> bool:
    return other.where is None if one.where is None else other.where is not None and _same(other.where, one.where)


def _begins_alike(others: tuple[IndexColumn, ...], ones: tuple[IndexColumn, ...]) -> bool:
    turned = {other.is_descending != one.is_descending for other, one in zip(others, ones, strict=True)}
    return len(turned) == 1 and all(_is_alike(other, one) for other, one in zip(others, ones, strict=True))


def _is_alike(other: IndexColumn, one: IndexColumn) -> bool:
    if fold(other.collation) != fold(one.collation):
        return False
    if other.name is not None and one.name is not None:
        return fold(other.name) == fold(one.name)
    if other.expression is None or one.expression is None:
        return False
    return _same(other.expression, one.expression)


def _same(text: str, other: str) -> bool:
    return normal_tokens(text) == normal_tokens(other)
