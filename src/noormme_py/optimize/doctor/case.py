"""What the checks of the doctor look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from noormme_py.circumstances import Circumstances
from noormme_py.frozen import frozen
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.survey import Survey
from noormme_py.query.statement import Cursor, Operation, Parameters, Statement, ask
from noormme_py.schema.model import Schema, Table

MIB = 1024 * 1024

Integrity = bool | Literal["quick"]


@frozen
class Settings:
    """Pragmas in force on a connection that the application writes with; `synchronous` from 0 (OFF) to 3 (EXTRA)."""

    journal_mode: str
    synchronous: int
    foreign_keys: bool


@frozen
class Case:
    """One database. `settings` is None where no application has it open: pragmas are a connection's own.

    `integrity` asks for every page to be read; "quick" does not compare the indexes with their tables.
    """

    survey: Survey
    schema: Schema
    around: Circumstances
    settings: Settings | None
    is_wal: bool
    integrity: Integrity = False

    def number(self, sql: str, parameters: Parameters = ()) -> int:
        """Return the one number that a statement gives; 0 for NULL."""
        rows = self.survey(sql, parameters)
        return int(rows[0][0] or 0) if rows else 0

    @property
    def tables(self) -> Iterable[Table]:
        """The application's own tables."""
        return (table for table in self.schema if table.kind == "table")


Check = Callable[[Case], Iterable[Finding]]
TableCheck = Callable[[Case, Table], Iterable[Finding]]


def read_settings() -> Operation[Settings]:
    """Read the pragmas of the connection that is asked."""
    journal_mode = yield from ask(Statement("pragma main.journal_mode", (), _value))
    synchronous = yield from ask(Statement("pragma main.synchronous", (), _value))
    foreign_keys = yield from ask(Statement("pragma foreign_keys", (), _value))
    return Settings(str(journal_mode), int(synchronous), bool(foreign_keys))


def sized(count: int) -> str:
    """Return a number of bytes as it is read: `3.5 MiB`."""
    if count >= 1024 * MIB:
        return f"{count / (1024 * MIB):.1f} GiB"
    return f"{count / MIB:.1f} MiB" if count >= MIB else f"{count / 1024:.1f} KiB"


def _value(cursor: Cursor) -> Any:
    return cursor.fetchone()[0]
