"""Indexes that are used, and do no good: each measured with it hidden, one after another."""

from __future__ import annotations

from collections.abc import Collection

from noormme_py.names import fold
from noormme_py.optimize.advice.chooser import Chooser
from noormme_py.optimize.advice.existing_indexes import Superfluous, is_needed
from noormme_py.schema.model import Schema


def worthless(chooser: Chooser, schema: Schema, excluded: Collection[str], gone: Collection[str]) -> list[Superfluous]:
    """Return the indexes without which no statement takes more steps, and which cost more than they save.

    Only those that the plan of some statement uses, for of the others nothing was measured; never one that makes rows
    unique, or that a foreign key needs.
    """
    if not chooser.costs.is_measured:
        return []
    used = {name for costs in chooser.current for cost in costs for name in cost.indexes}
    found: list[Superfluous] = []
    left = set(gone)
    for table in schema:
        for index in table.indexes if fold(table.name) not in excluded else ():
            if index.is_automatic or index.is_unique or index.name in left or index.name not in used:
                continue
            if is_needed(index, table, schema, chooser, left | {index.name}):
                continue
            if not chooser.is_all_the_same(without=(*left, index.name)):
                continue
            if chooser.price(index.name) >= chooser.least:
                left.add(index.name)
                found.append(Superfluous(index, None))
    return found
