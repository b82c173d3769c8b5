"""Why two answers with the same rows have them in another order.

The rows in PostgreSQL's order are looked at with SQLite's eyes: wherever two that follow each other would stand the
other way round, the first key in which they differ says why. Where there is no such place the orders are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

from noormme_py.postgres.form import Column, Form
from noormme_py.postgres.model import PgType
from noormme_py.postgres.workload.clauses import OrderKey
from noormme_py.postgres.workload.rows import comparable, is_number

Why = Literal["nulls", "collation", "enum", "numbers as text", "kept as text"]
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "citext", "char"})


class SortedBy:
    """What both sides sort by, column by column: PostgreSQL's texts and SQLite's values, in each side's own order."""

    def __init__(
        self,
        keys: Sequence[OrderKey],
        forms: Sequence[Form],
        types: Sequence[PgType],
        there: Sequence[Column],
        here: Sequence[Column],
    ) -> None:
        self._keys, self._forms, self._types = keys, forms, types
        self._here = list(here)
        pairs = [comparable(form, one, other) for form, one, other in zip(forms, there, here, strict=True)]
        self._compared_there = [one for one, _ in pairs]
        self._compared_here = [other for _, other in pairs]

    @property
    def labels(self) -> list[tuple[str, ...]]:
        """The labels of the keys that are enums, nothing of the others."""
        return [kind.labels for kind in self._types]

    @property
    def is_same(self) -> bool:
        """Whether both are in the same order, but for rows that are equal in all keys."""
        pairs = zip(self._compared_there, self._compared_here, strict=True)
        return all(list(one) == list(other) for one, other in pairs)

    def why(self) -> dict[Why, list[int]] | None:
        """Return the reasons with the keys that they are about; None where SQLite's order is not understood."""
        kept = [
            dict(zip(compared, stored, strict=True))
            for compared, stored in zip(self._compared_here, self._here, strict=True)
        ]
        try:
            there = [
                [values[value] for value in column] for values, column in zip(kept, self._compared_there, strict=True)
            ]
        except KeyError:
            return None
        for is_nocase in (False, True):
            if not _wrong(self._here, self._keys, is_nocase):
                found: dict[Why, list[int]] = {}
                for place, one, other in _wrong(there, self._keys, is_nocase):
                    places = found.setdefault(self._reason(place, one, other), [])
                    if place not in places:
                        places.append(place)
                return found
        return None

    def _reason(self, place: int, one: Any, other: Any) -> Why:
        kind = self._types[place]
        if one is None or other is None:
            return "nulls"
        if kind.kind == "enum":
            return "enum"
        if is_number(self._forms[place]):
            return "numbers as text"
        return "collation" if kind.name in _TEXTS else "kept as text"


def _wrong(columns: Sequence[Column], keys: Sequence[OrderKey], is_nocase: bool) -> list[tuple[int, Any, Any]]:
    """Return where rows that follow each other are not as SQLite sorts: the key, and its two values."""
    found: list[tuple[int, Any, Any]] = []
    rows = list(zip(*columns, strict=True))
    for one, other in pairwise(rows):
        for place, key in enumerate(keys):
            side = _side(one[place], other[place], key, is_nocase)
            if side > 0:
                found.append((place, one[place], other[place]))
            if side:
                break
    return found


def _side(one: Any, other: Any, key: OrderKey, is_nocase: bool) -> int:
    """Return -1 where SQLite puts the first one before, 1 where behind, 0 where both are equal."""
    if one is None and other is None:
        return 0
    if one is None or other is None:
        is_first = key.is_nulls_first if key.has_nulls else not key.is_descending
        return -1 if (one is None) == is_first else 1
    mine, theirs = _rank(one, is_nocase), _rank(other, is_nocase)
    side = (mine > theirs) - (mine < theirs)
    return -side if key.is_descending else side


def _rank(value: Any, is_nocase: bool) -> tuple[int, Any]:
    if isinstance(value, int | float):
        return (1, value)
    if isinstance(value, bytes):
        return (3, value)
    text = str(value).encode()
    return (2, text.lower() if is_nocase else text)
