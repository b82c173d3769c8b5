"""What differs between a table on both sides, as frozen values."""

from __future__ import annotations

from noormme_py.frozen import frozen


@frozen
class ColumnComparison:
    """A column on both sides. `lowest` and `highest` are told for numbers, dates and times alone."""

    source: str
    target: str
    nulls: tuple[int, int]
    is_equal: bool
    lowest: tuple[str | None, str | None] | None = None
    highest: tuple[str | None, str | None] | None = None


@frozen
class RowDifference:
    """A row that differs, by its primary key as `column = value`. `columns` are those that differ in both sides' rows.

    `kind` is "missing" where SQLite has it not, "extra" where PostgreSQL has it not, else "changed".
    """

    kind: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()


@frozen
class TableComparison:
    """A table on both sides. `rows` are PostgreSQL's and SQLite's.

    `is_equal` says that both have the same rows; `rewritten` names columns whose texts differ and mean the same, such
    as JSON with other white space. `differing` counts rows that differ, and `examples` are some of them. `duplicates`
    are unique keys that SQLite has twice, `orphans` its rows without a parent, `notes` what could not be compared.
    """

    source: str
    target: str
    rows: tuple[int, int]
    is_equal: bool
    columns: tuple[ColumnComparison, ...] = ()
    rewritten: tuple[str, ...] = ()
    differing: int = 0
    examples: tuple[RowDifference, ...] = ()
    duplicates: tuple[str, ...] = ()
    orphans: int = 0
    notes: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it is equal, and SQLite's keys are in order."""
        return self.is_equal and not self.duplicates


@frozen
class ValidationReport:
    """Both sides compared. `compared_at` is in UTC, ISO 8601."""

    source: str
    target: str
    compared_at: str
    seconds: float
    tables: tuple[TableComparison, ...]

    @property
    def is_equal(self) -> bool:
        return all(table.is_sound for table in self.tables)

    @property
    def rows(self) -> int:
        return sum(table.rows[0] for table in self.tables)
