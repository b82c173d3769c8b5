"""Indexes that are there and should not be: what another one does as well, and what was measured to be worthless."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from noormme_py.names import fold, quote
from noormme_py.optimize.advice.chooser import Chooser
from noormme_py.optimize.advice.foreign_key_indexes import finds_children
from noormme_py.optimize.advice.index_spec import spec_of
from noormme_py.schema.model import Index, Schema, Table


@dataclass(frozen=True, slots=True)
class Superfluous:
    """An index to drop; `instead` is the one that serves what it served, None where nothing has to."""

    index: Index
    instead: str | None


def superfluous(chooser: Chooser, schema: Schema, excluded: Collection[str]) -> list[Superfluous]:
    """Return the indexes that can go, one after another with the earlier ones gone.

    Only those that an index of the same keys and more makes superfluous, and never one that a constraint made or a
    foreign key needs. That no statement of the record has used an index is no reason: another one may.
    """
    found: list[Superfluous] = []
    gone: set[str] = set()
    for table in schema:
        if fold(table.name) in excluded:
            continue
        for index in table.indexes:
            instead = None if index.is_automatic or index.is_unique else _instead(index, table, chooser, gone)
            if instead is None or is_needed(index, table, schema, chooser, gone | {index.name}):
                continue
            change = chooser.change((), without=(*gone, index.name))
            if change is None:
                # Some statement would be slower without it.
                continue
            gone.add(index.name)
            found.append(Superfluous(index, instead))
    return found


def _instead(index: Index, table: Table, chooser: Chooser, gone: set[str]) -> str | None:
    spec = spec_of(index)
    for name in _others(index, table, chooser, gone):
        other = chooser.costs.arena.indexes[name]
        if spec.is_prefix_of(other, table):
            return name
    return None


def _others(index: Index, table: Table, chooser: Chooser, gone: set[str]) -> Iterator[str]:
    """Yield the other indexes of the table, the ones that cannot go first."""
    own = {known.name: known for known in table.indexes}
    names = [
        name
        for name in chooser.visible - gone - {index.name}
        if fold(chooser.costs.arena.indexes[name].table) == fold(table.name)
    ]
    yield from sorted(names, key=lambda name: (not (name in own and own[name].is_unique), name))


def is_needed(index: Index, table: Table, schema: Schema, chooser: Chooser, gone: set[str]) -> bool:
    """Whether a foreign key would have no index to look in."""
    indexes = chooser.costs.arena.indexes
    left = [indexes[name] for name in chooser.visible - gone]
    return any(
        finds_children(indexes[index.name], key, table, schema)
        and not any(finds_children(other, key, table, schema) for other in left)
        for key in table.foreign_keys
    )


def drop_ddl(index: Index) -> str:
    """Return the statement that drops it."""
    return f"drop index {quote(index.name)}"
