"""Two answers side by side: whether they have the same rows, in which order, and which columns differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from noormme_py.postgres.form import Column, Form
from noormme_py.postgres.forms.choose import form_of, in_strict_table
from noormme_py.postgres.workload.answers import Answer
from noormme_py.postgres.workload.result_types import ResultColumn
from noormme_py.postgres.workload.rows import comparable, other_kinds, rows_of

DIGITS = 12
"""How many digits of computed numbers agree where one side adds decimals, and the other doubles."""


_NAMELESS = "?column?"


class Forms:
    """How the columns of queries are kept: as the move was asked for."""

    def __init__(self, wanted: Mapping[str, str], *, is_strict: bool) -> None:
        self._wanted = wanted
        self._is_strict = is_strict

    def of(self, types: Sequence[ResultColumn]) -> tuple[Form, ...]:
        """Return the form of each column."""
        found = (form_of(column.type, column.modifier, self._wanted) for column in types)
        return tuple(in_strict_table(form) if self._is_strict else form for form in found)


class SideBySide:
    """Two answers with as many columns. `there` and `here` are columns of texts that can be compared."""

    def __init__(self, forms: Sequence[Form], there: Answer, here: Answer, digits: int | None = None) -> None:
        self.forms = forms
        self.source, self.target = there, here
        self.there: list[Column] = []
        self.here: list[Column] = []
        for form, mine, theirs in zip(forms, there.columns, here.columns, strict=True):
            one, other = comparable(form, mine, theirs, digits)
            self.there.append(one)
            self.here.append(other)

    @property
    def is_order_same(self) -> bool:
        """Whether the rows are the same, one after another."""
        return all(list(one) == list(other) for one, other in zip(self.there, self.here, strict=True))

    @property
    def are_rows_same(self) -> bool:
        """Whether the rows are the same in whatever order."""
        if self.source.rows != self.target.rows:
            return False
        return self.is_order_same or Counter(rows_of(self.there)) == Counter(rows_of(self.here))

    @property
    def wrong_names(self) -> list[int]:
        """The columns that are named otherwise in SQLite; those that PostgreSQL has no name for are not among them."""
        pairs = zip(self.source.names, self.target.names, strict=True)
        return [place for place, (one, other) in enumerate(pairs) if one not in (other, _NAMELESS)]

    def differing(self) -> list[int]:
        """Return the columns whose values differ, as far as that can be told of columns by themselves."""
        pairs = zip(self.there, self.here, strict=True)
        return [place for place, (one, other) in enumerate(pairs) if Counter(one) != Counter(other)]

    def only(self) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
        """Return the rows that one side alone has."""
        there, here = Counter(rows_of(self.there)), Counter(rows_of(self.here))
        return there - here, here - there

    def kinds(self) -> list[str]:
        """Return what is to be known of values that are the same and come as others."""
        found: list[str] = []
        for name, form, column in zip(self.source.names, self.forms, self.target.columns, strict=True):
            told = other_kinds(form, column)
            if told is not None:
                found.append(f"{name}: {told}")
        return found

    def pairs(self) -> list[tuple[int, int]] | None:
        """Return which row of one side stands for which of the other, by the columns that do not differ.

        None where that cannot be told.
        """
        if self.source.rows != self.target.rows:
            return None
        differing = set(self.differing())
        agreeing = [place for place in range(len(self.forms)) if place not in differing]
        if all(list(self.there[place]) == list(self.here[place]) for place in agreeing) and agreeing:
            return [(at, at) for at in range(self.source.rows)]
        there = _sorted(self.there, agreeing, differing, self.source.rows)
        here = _sorted(self.here, agreeing, differing, self.source.rows)
        is_paired = all(
            self.there[place][mine] == self.here[place][theirs]
            for mine, theirs in zip(there, here, strict=True)
            for place in agreeing
        )
        return list(zip(there, here, strict=True)) if is_paired else None


def _sorted(columns: Sequence[Column], agreeing: Sequence[int], differing: set[int], rows: int) -> list[int]:
    places = [*agreeing, *sorted(differing)]
    return sorted(range(rows), key=lambda row: [_sortable(columns[place][row]) for place in places])


def _sortable(value: Any) -> tuple[int, float, str]:
    if value is None:
        return (0, 0.0, "")
    text = str(value)
    try:
        return (1, float(text), text)
    except ValueError:
        return (2, 0.0, text)
