"""What came of a move: for every table and column, what became of it; as values, JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.fate import Fate
from noormme_py.postgres.plain import from_plain, to_plain
from noormme_py.postgres.plan.planned import MoveOptions

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""


@frozen
class MovedTable:
    """A table with its rows. `is_verified` says that the values were read back and are PostgreSQL's, all of them.

    `unverified` names the columns that are not compared, since a function of the caller's changed them.
    """

    source: str
    target: str
    rows: int
    rejected: int = 0
    is_verified: bool = False
    is_kept: bool = False
    unverified: tuple[str, ...] = ()
    seconds: float = 0.0


@frozen
class Orphans:
    """Rows whose parent is not there; `is_valid` says whether PostgreSQL holds the key to be sound.

    `key` names the foreign key in PostgreSQL: `public.orders (orders_customer_id_fkey)`.
    """

    table: str
    parent: str
    rows: int
    is_valid: bool
    key: str = ""


@frozen
class TransferReport:
    """The outcome of a move. `source` has no password; `started` is in UTC, ISO 8601.

    `codecs` are for `Noormme(codecs=…)`, where the declared types do not say what the columns hold.
    """

    source: str
    database: str
    server_version: str
    target: str
    started: str
    seconds: float
    options: MoveOptions
    tables: tuple[MovedTable, ...]
    fates: tuple[Fate, ...]
    orphans: tuple[Orphans, ...] = ()
    codecs: tuple[tuple[str, str], ...] = ()
    rejects_file: str | None = None
    backup: str | None = None

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def rejected(self) -> int:
        return sum(table.rejected for table in self.tables)

    def fates_of(self, outcome: str) -> tuple[Fate, ...]:
        """Return the fates with this outcome: "exact", "changed" or "left out"."""
        return tuple(fate for fate in self.fates if fate.outcome == outcome)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"format": FORMAT, **to_plain(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TransferReport:
        """Return the report that `to_dict` gave; raises TransferError for anything else."""
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            raise TransferError("the report is of another format", hint=f"this version reads format {FORMAT}")
        try:
            return from_plain(cls, data)
        except ValueError as fault:
            raise TransferError("the report is damaged", hint=str(fault)) from None
