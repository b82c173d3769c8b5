"""What tells whether two tables hold the same values, in whatever order: sums of hashes, of rows and of each column.

The hash is Python's own of texts (SipHash, 64 bits, keyed anew in each process), so a digest means something in the
process that made it alone. Two tables of the same digest differ with a chance of 1 in 2**64.
"""

from __future__ import annotations

from collections.abc import Sequence

from noormme_py.postgres.form import Column

_MASK = 2**64 - 1
# No text of PostgreSQL has a NUL in it.
_JOIN = "\0".join
_NULL = "\0\1"


def row_hashes(columns: Sequence[Column]) -> list[int]:
    """Return the hashes of rows, which may be added up.

    Those of tuples may not: they are so nearly linear that sums of other rows are often the same.
    """
    texts = [
        [_NULL if value is None else value for value in column] if None in column else column for column in columns
    ]
    try:
        return list(map(hash, map(_JOIN, zip(*texts, strict=True))))
    except TypeError:
        # An application may write a number or a blob where texts are; no text ends as what this makes of it does.
        told = [[value if isinstance(value, str) else f"{value!r}\0\2" for value in column] for column in texts]
        return list(map(hash, map(_JOIN, zip(*told, strict=True))))


class Digest:
    """The digest of one table, as its rows go by in batches of columns. Values are texts and None.

    Without a width it is of whole rows alone: it tells as surely whether two tables differ, and not where.
    """

    __slots__ = ("columns", "nulls", "rows", "whole")

    def __init__(self, width: int = 0) -> None:
        self.rows = 0
        self.nulls = [0] * width
        self.columns = [0] * width
        self.whole = 0

    def add(self, columns: Sequence[Column], rows: int) -> None:
        """Add a batch of so many rows; they count though there be no columns to compare."""
        self.rows += rows
        if not columns:
            return
        for position, column in enumerate(columns if self.columns else ()):
            self.columns[position] += sum(map(hash, column))
            if None in column:
                self.nulls[position] += column.count(None)
        # A row's own hash tells values that changed places.
        self.whole += sum(row_hashes(columns))

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
