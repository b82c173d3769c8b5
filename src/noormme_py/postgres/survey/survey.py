"""What a survey finds, as frozen values and as JSON."""

from __future__ import annotations

from typing import Any

from noormme_py.frozen import frozen
from noormme_py.postgres.fate import Fate, Outcome
from noormme_py.postgres.plain import to_plain
from noormme_py.postgres.plan.planned import MoveOptions
from noormme_py.postgres.survey.workload import Workload

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""


@frozen
class SurveyedColumn:
    """A column: its type in PostgreSQL as SQL says it, its name and type in SQLite, and what is different there."""

    name: str
    type: str
    target: str
    declared: str
    outcome: Outcome
    note: str | None = None


@frozen
class SurveyedTable:
    """A table that would be moved. `bytes` are PostgreSQL's, with indexes.

    `rows` are counted where `is_counted`, else what PostgreSQL's statistics say, and None where they say nothing.
    `largest_row_bytes` is about what the row with the longest texts takes; None where nobody looked, or no row is.
    `unread` says why the rows could not be looked at.
    """

    source: str
    target: str
    rows: int | None
    is_counted: bool
    bytes: int
    columns: tuple[SurveyedColumn, ...]
    has_primary_key: bool
    largest_row_bytes: int | None = None
    unread: str | None = None


@frozen
class SurveyedType:
    """A type, as all columns of it arrive; `columns` is how many there are."""

    type: str
    declared: str
    columns: int
    outcome: Outcome
    note: str | None = None


@frozen
class Advice:
    """What somebody should decide or do before the move; `names` are the things it is about.

    `kinds` are those of fates, where it is about what is left out.
    """

    title: str
    detail: str
    names: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@frozen
class Survey:
    """A database as it would be moved. `source` has no password; `taken` is in UTC, ISO 8601.

    `bytes` are those of the whole database. The `fates` of checks, indexes and views are what is to be tried: a move
    leaves out what SQLite or the rows refuse. `is_quick` says that no rows were read.
    """

    source: str
    database: str
    server_version: str
    encoding: str
    collation: str
    bytes: int
    taken: str
    is_quick: bool
    options: MoveOptions
    tables: tuple[SurveyedTable, ...]
    types: tuple[SurveyedType, ...]
    fates: tuple[Fate, ...]
    workload: Workload
    advice: tuple[Advice, ...] = ()

    @property
    def rows(self) -> int:
        """About how many rows would be moved."""
        return sum(table.rows or 0 for table in self.tables)

    @property
    def moved_bytes(self) -> int:
        """What the tables that would be moved take in PostgreSQL, with their indexes."""
        return sum(table.bytes for table in self.tables)

    @property
    def move_seconds(self) -> float:
        """About how long a move would take, by what ordinary rows take on an ordinary machine."""
        return self.rows / _ROWS_PER_S

    def fates_of(self, outcome: Outcome) -> tuple[Fate, ...]:
        """Return the fates with this outcome."""
        return tuple(fate for fate in self.fates if fate.outcome == outcome)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        told = {"rows": self.rows, "moved_bytes": self.moved_bytes, "move_seconds": round(self.move_seconds, 1)}
        return {"format": FORMAT, **told, **to_plain(self)}


_ROWS_PER_S = 150_000
