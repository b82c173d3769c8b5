"""What tells whether two tables hold the same values, in whatever order: sums of hashes, of rows and of each column.

The hash is Python's own of texts (SipHash, 64 bits, keyed anew in each process), so a digest means something in the
process that made it alone. Two tables of the same digest differ with a chance of 1 in 2**64.
"""

from __future__ import annotations

from collections.abc import Sequence

from noormme_py.postgres.forms.form import Column

_MASK = 2**64 - 1


class Digest:
    """The digest of one table, as its rows go by in batches of columns. Values are texts and None."""

    __slots__ = ("columns", "nulls", "rows", "whole")

    def __init__(self, width: int) -> None:
        self.rows = 0
        self.nulls = [0] * width
        self.columns = [0] * width
        self.whole = 0

    def add(self, columns: Sequence[Column]) -> None:
        """Add a batch of rows."""
        if not columns:
            return
        self.rows += len(columns[0])
        for position, column in enumerate(columns):
            if None in column:
                self.nulls[position] += column.count(None)
            self.columns[position] += sum(map(hash, column))
        # A row's own hash tells values that changed places.
        self.whole += sum(map(hash, zip(*columns, strict=True)))

    def differing(self, other: Digest) -> list[int]:
        """Return the positions of the columns that differ."""
        return [
            position
            for position, (mine, theirs) in enumerate(zip(self.columns, other.columns, strict=True))
            if (mine - theirs) & _MASK or self.nulls[position] != other.nulls[position]
        ]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Digest):
            return NotImplemented
        return self.rows == other.rows and not (self.whole - other.whole) & _MASK and not self.differing(other)

    __hash__ = None  # type: ignore[assignment]
