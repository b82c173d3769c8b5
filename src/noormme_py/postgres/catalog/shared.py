"""What all partitions of a table have, each for itself: to the one table that becomes of them it is the table's own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain
from typing import TypeVar

from noormme_py.frozen import frozen
from noormme_py.postgres.catalog.queries import ConstraintRow, IndexRow

P = TypeVar("P", ConstraintRow, IndexRow)


@frozen
class Shared:
    """Foreign keys, checks and indexes that all partitions have, as one partition has them.

    `kept` are those by the number of their partition and their name, `alike` are the same things of the others.
    """

    constraints: tuple[ConstraintRow, ...]
    indexes: tuple[IndexRow, ...]
    kept: frozenset[tuple[int, str]]
    alike: frozenset[tuple[int, str]]


def shared_parts(constraints: Sequence[Iterable[ConstraintRow]], indexes: Sequence[Iterable[IndexRow]]) -> Shared:
    """Return what is the same in all partitions, given what each of them has."""
    keys = _in_all([_own(one) for one in constraints], _rule)
    # What is unique in each partition need not be so in all of them together.
    plain = _in_all([[one for one in own if not one.is_unique] for own in indexes], _order)
    names = [
        [(part.relation, part.name) for part in same]
        for same in chain[list[ConstraintRow] | list[IndexRow]](keys, plain)
    ]
    return Shared(
        tuple(same[0] for same in keys),
        tuple(same[0] for same in plain),
        frozenset(same[0] for same in names),
        frozenset(chain.from_iterable(same[1:] for same in names)),
    )


def _own(rows: Iterable[ConstraintRow]) -> list[ConstraintRow]:
    return [row for row in rows if not row.is_inherited and not row.is_of_period]


def _in_all(owns: Sequence[Sequence[P]], alike: Callable[[P], Hashable]) -> list[list[P]]:
    """Return the parts that are alike in all, one of each."""
    if not owns:
        return []
    found: list[list[P]] = []
    for first in {alike(one): one for one in owns[0]}.values():
        same = [next((one for one in own if alike(one) == alike(first)), None) for own in owns]
        known = [one for one in same if one is not None]
        if len(known) == len(owns):
            found.append(known)
    return found


def _rule(row: ConstraintRow) -> Hashable:
    return (
        row.kind,
        row.expression,
        tuple(row.columns),
        row.parent_schema,
        row.parent_table,
        tuple(row.parent_columns),
        row.on_update,
        row.on_delete,
        row.match,
        row.is_deferrable,
        row.is_deferred,
        row.is_valid,
    )


def _order(row: IndexRow) -> Hashable:
    return row.method, str(row.keys), row.where, tuple(row.included), row.constraint, row.is_valid
