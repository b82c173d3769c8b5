"""Which rows of a table differ between both sides, and whether they only look different."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, TypeAlias

from noormme_py.frozen import frozen
from noormme_py.postgres.form import Column
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.reading import compared
from noormme_py.postgres.rows.spool import Batches, SpoolFile, differing_keys, key_hashes

Texts: TypeAlias = tuple[str, ...]
"""A row, or its key, in texts that are the same for the same values."""

_MOST_CHARACTERS = 16_000_000
_FEW = 20
NULL = "\0"
"""What stands for NULL in them: no text of PostgreSQL has a NUL."""


@frozen
class Row:
    """A row: the hash of its key, its texts by the compared columns, and what these mean."""

    key: int
    texts: tuple[Any, ...]
    means: Texts


@frozen
class Differing:
    """A row that differs, as it is on each side; None where it is not there."""

    there: Row | None
    here: Row | None

    @property
    def places(self) -> list[int]:
        """The places of the compared columns in which both sides differ; none where one of them has no such row."""
        if self.there is None or self.here is None:
            return []
        pairs = zip(self.there.means, self.here.means, strict=True)
        return [place for place, (mine, theirs) in enumerate(pairs) if mine != theirs]


def key_positions(table: PlannedTable) -> list[int]:
    """Return where the primary key is among the compared columns; nothing where a part of it is not there."""
    names = [table.columns[position].name for position in compared(table)]
    return [names.index(name) for name in table.primary_key] if set(table.primary_key) <= set(names) else []


def differing_rows(
    table: PlannedTable, there: Batches, here: Batches, make_spool: Callable[[], SpoolFile], most: int
) -> tuple[list[Differing], int, bool]:
    """Return the rows that differ, how many may, and whether all of those were looked at.

    No more than `most` are, and no more than fit into some memory; else only a few. Rows whose texts differ and mean
    the same are not among them. `there` and `here` yield the compared columns.
    """
    key = key_positions(table)
    with closing(make_spool()) as spool:
        keys, count = differing_keys(there, here, key, spool, most)
    for wanted in (keys, frozenset(sorted(keys)[:_FEW])):
        mine, theirs = _rows(table, there(), key, wanted), _rows(table, here(), key, wanted)
        if mine is not None and theirs is not None:
            return _compared(mine, theirs, key), count, wanted == keys and count <= most
    return [], count, False


def _compared(mine: list[Row], theirs: list[Row], key: Sequence[int]) -> list[Differing]:
    common = Counter(row.means for row in mine) & Counter(row.means for row in theirs)
    return _paired(_without(mine, common), _without(theirs, common), key)


def meaning(same: Callable[[str], str] | None, column: Column) -> list[str]:
    """Return texts that are the same for the same values."""
    if same is None:
        return [NULL if value is None else str(value) for value in column]
    return [NULL if value is None else same(str(value)) for value in column]


def _rows(
    table: PlannedTable, batches: Iterable[Sequence[Column]], key: Sequence[int], wanted: frozenset[int]
) -> list[Row] | None:
    """Return the rows whose keys have these hashes, None where they are too large together."""
    forms = [table.columns[position].form for position in compared(table)]
    found: list[Row] = []
    size = 0
    for columns in batches:
        hashes = key_hashes(columns, key)
        if wanted.isdisjoint(hashes):
            continue
        kept = [place for place, one in enumerate(hashes) if one in wanted]
        chosen = [[column[place] for place in kept] for column in columns]
        size += sum(len(str(value)) for column in chosen for value in column)
        if size > _MOST_CHARACTERS:
            # Both sides are read to their end all the same: a COPY that is broken off ends the transaction.
            found.clear()
            continue
        means = [meaning(form.same, column) for form, column in zip(forms, chosen, strict=True)]
        texts = zip(*chosen, strict=True)
        rows = zip((hashes[place] for place in kept), texts, zip(*means, strict=True), strict=True)
        found += [Row(*row) for row in rows]
    return found if size <= _MOST_CHARACTERS else None


def _without(rows: list[Row], common: Counter[Texts]) -> list[Row]:
    rest = common.copy()
    kept: list[Row] = []
    for row in rows:
        if rest[row.means] > 0:
            rest[row.means] -= 1
        else:
            kept.append(row)
    return kept


def _paired(there: list[Row], here: list[Row], key: Sequence[int]) -> list[Differing]:
    """Put together the rows of one key; without a key each row is for itself."""
    if not key:
        return [Differing(row, None) for row in there] + [Differing(None, row) for row in here]
    pairs: defaultdict[Texts, list[Row | None]] = defaultdict(lambda: [None, None])
    for side, rows in enumerate((there, here)):
        for row in rows:
            pairs[tuple(row.means[place] for place in key)][side] = row
    return [Differing(mine, theirs) for mine, theirs in pairs.values()]
