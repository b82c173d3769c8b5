"""Which rows of a table differ between both sides, and whether they only look different."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import TypeAlias

from noormme_py.frozen import frozen
from noormme_py.postgres.form import Column
from noormme_py.postgres.plan.planned import PlannedTable
from noormme_py.postgres.rows.reading import compared
from noormme_py.postgres.rows.spool import Batches, SpoolFile, differing_keys, key_hashes

Texts: TypeAlias = tuple[str, ...]
"""A row, or its key, in texts that are the same for the same values."""

NULL = "\0"
"""What stands for NULL in them: no text of PostgreSQL has a NUL."""


@frozen
class Differing:
    """A row that differs, by the hashes of its key on each side, None where it is not there, and its texts."""

    there_key: int | None
    here_key: int | None
    there: Texts | None
    here: Texts | None


def key_positions(table: PlannedTable) -> list[int]:
    """Return where the primary key is among the compared columns; nothing where a part of it is not there."""
    names = [table.columns[position].name for position in compared(table)]
    return [names.index(name) for name in table.primary_key] if set(table.primary_key) <= set(names) else []


def differing_rows(
    table: PlannedTable, there: Batches, here: Batches, make_spool: Callable[[], SpoolFile], most: int
) -> tuple[list[Differing], int]:
    """Return the rows that differ, and how many may: where those are more than `most`, only some of them are looked at.

    Rows whose texts differ and mean the same are not among them. `there` and `here` yield the compared columns.
    """
    key = key_positions(table)
    with closing(make_spool()) as spool:
        keys, count = differing_keys(there, here, key, spool, most)
    mine, theirs = _rows(table, there(), key, keys), _rows(table, here(), key, keys)
    common = Counter(row for _, row in mine) & Counter(row for _, row in theirs)
    return _paired(_without(mine, common), _without(theirs, common), key), count


def meaning(same: Callable[[str], str] | None, column: Column) -> list[str]:
    """Return texts that are the same for the same values."""
    if same is None:
        return [NULL if value is None else str(value) for value in column]
    return [NULL if value is None else same(str(value)) for value in column]


def _rows(
    table: PlannedTable, batches: Iterable[Sequence[Column]], key: Sequence[int], wanted: frozenset[int]
) -> list[tuple[int, Texts]]:
    """Return the rows whose keys have these hashes, in what they mean."""
    forms = [table.columns[position].form for position in compared(table)]
    found: list[tuple[int, Texts]] = []
    for columns in batches:
        hashes = key_hashes(columns, key)
        if wanted.isdisjoint(hashes):
            continue
        kept = [place for place, one in enumerate(hashes) if one in wanted]
        means = [
            meaning(form.same, [column[place] for place in kept]) for form, column in zip(forms, columns, strict=True)
        ]
        found += zip([hashes[place] for place in kept], zip(*means, strict=True), strict=True)
    return found


def _without(rows: list[tuple[int, Texts]], common: Counter[Texts]) -> list[tuple[int, Texts]]:
    rest = common.copy()
    kept: list[tuple[int, Texts]] = []
    for one in rows:
        if rest[one[1]] > 0:
            rest[one[1]] -= 1
        else:
            kept.append(one)
    return kept


def _paired(there: list[tuple[int, Texts]], here: list[tuple[int, Texts]], key: Sequence[int]) -> list[Differing]:
    """Put together the rows of one key; without a key each row is for itself."""
    if not key:
        return [Differing(one, None, row, None) for one, row in there] + [
            Differing(None, one, None, row) for one, row in here
        ]
    pairs: defaultdict[Texts, list[tuple[int, Texts] | None]] = defaultdict(lambda: [None, None])
    for side, rows in enumerate((there, here)):
        for one, row in rows:
            pairs[tuple(row[place] for place in key)][side] = (one, row)
    found: list[Differing] = []
    for mine, theirs in pairs.values():
        found.append(
            Differing(
                mine[0] if mine else None,
                theirs[0] if theirs else None,
                mine[1] if mine else None,
                theirs[1] if theirs else None,
            )
        )
    return found
