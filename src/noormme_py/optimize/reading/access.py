"""How a statement uses a table, as far as an index of that table could serve it."""

from __future__ import annotations

from typing import Literal

from noormme_py.frozen import frozen

Comparison = Literal["equal", "in", "range", "prefix", "is null", "is not null"]
"""What a term asks of its key; "prefix" is a LIKE or GLOB whose pattern may begin with text."""


@frozen
class Key:
    """What an index could hold: a column by `name`, or an `expression` in SQL text without aliases.

    `collation` is the one that the comparison asks for, where it is not the column's own (LIKE asks for NOCASE).
    """

    name: str | None
    expression: str | None = None
    is_descending: bool = False
    collation: str | None = None


@frozen
class Term:
    """One condition that must hold for each row.

    `literal` is the SQL text of the constant that the key is compared with, when the statement itself says it
    (`status = 'open'`) and it is no parameter. `other` is the alias of the table whose row gives the value, for joins.
    """

    key: Key
    comparison: Comparison
    literal: str | None = None
    other: str | None = None


@frozen
class Access:
    """One use of one table in one statement.

    `terms` hold together (AND). `branches` are the sides of each OR in which every side has terms on this table.
    `order` is what rows are wanted in order of, when all of it is of this table: ORDER BY, or else GROUP BY or
    DISTINCT (whose own order is free: `is_order_free`). `columns` are all that is read of the table.
    `conditions` hold too, in SQL text without aliases: they name no other table and no parameter, so each could be
    the WHERE of a partial index.
    """

    table: str
    alias: str
    terms: tuple[Term, ...] = ()
    branches: tuple[tuple[Term, ...], ...] = ()
    order: tuple[Key, ...] = ()
    is_order_free: bool = False
    columns: frozenset[str] = frozenset()
    conditions: tuple[str, ...] = ()
