"""Every error the library raises, classed by what the caller can do about it.

Messages carry names, statements and hints. They never carry parameter values.
"""

from __future__ import annotations

from collections.abc import Sequence

_SQL_SHOWN = 600


class NoormmeError(Exception):
    """The root of the tree. `hint` says what to do next, when that is known."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class ConfigError(NoormmeError, ValueError):
    """A setting, path or URL that cannot be used."""


class SchemaError(NoormmeError):
    """A name or a shape that the discovered schema does not have."""


class TableNotFound(SchemaError):
    """No table or view of this name."""


class ColumnNotFound(SchemaError):
    """No column of this name in the tables at hand."""


class RelationNotFound(SchemaError):
    """No relation of this name."""


class SchemaChanged(SchemaError):
    """The schema is no longer the one that a statement was made for; nothing was done with it."""


class QueryError(NoormmeError):
    """A request that is wrong in itself; the database was not touched."""


class CompileError(QueryError):
    """A query that cannot be turned into SQL."""


class RelationNotLoaded(QueryError, AttributeError):
    """A row is asked for what it was not read with; rows never ask the database themselves."""


class EncodeError(QueryError, ValueError):
    """A value that the column cannot hold without change; no SQL was run."""


class ResultError(NoormmeError):
    """The database answered, and the answer is not what was asked for."""


class RowNotFound(ResultError, LookupError):
    """A `get_*` or an update found no row."""


class MultipleRows(ResultError):
    """Exactly one row was asked for and there are more."""


class DecodeError(ResultError):
    """A stored value that does not fit the column's type."""


class DatabaseError(NoormmeError):
    """SQLite refused. `sqlite_code` is its name for the reason, `sql` the statement."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        sql: str | None = None,
        sqlite_code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.sql = sql
        self.sqlite_code = sqlite_code

    def __str__(self) -> str:
        text = super().__str__()
        if not self.sql:
            return text
        shown = self.sql if len(self.sql) <= _SQL_SHOWN else self.sql[:_SQL_SHOWN] + " …"
        return f"{text}\n  in: {shown}"


class ConstraintError(DatabaseError):
    """A constraint of the schema forbids the write; `table` and `columns` say which."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        sql: str | None = None,
        sqlite_code: str | None = None,
        table: str | None = None,
        columns: Sequence[str] = (),
        constraint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, sql=sql, sqlite_code=sqlite_code)
        self.table = table
        self.columns = tuple(columns)
        self.constraint = constraint


class UniqueViolation(ConstraintError):
    """A UNIQUE or PRIMARY KEY constraint."""


class ForeignKeyViolation(ConstraintError):
    """A FOREIGN KEY constraint."""


class NotNullViolation(ConstraintError):
    """A NOT NULL constraint."""


class CheckViolation(ConstraintError):
    """A CHECK constraint; `constraint` holds its name or its expression."""


class CannotOpen(DatabaseError):
    """The file cannot be opened: a missing folder, a directory, no permission."""


class DatabaseBusy(DatabaseError):
    """Somebody else held the lock for longer than `busy_timeout`.

    `held_by` says who where that is known: a task or thread of this process with its call site, first
    statement and how long it has held it, or "another process".
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        sql: str | None = None,
        sqlite_code: str | None = None,
        held_by: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, sql=sql, sqlite_code=sqlite_code)
        self.held_by = held_by


class ReadOnly(DatabaseError):
    """A write to a database that is opened for reading only."""


class DiskFull(DatabaseError):
    """No room left on the device, or `max_page_count` reached."""


class Corrupt(DatabaseError):
    """The file is a damaged database."""


class NotADatabase(DatabaseError):
    """The file is not a SQLite database, or it is encrypted."""


class Interrupted(DatabaseError):
    """The statement was stopped before it finished."""


class TransactionError(NoormmeError):
    """A transaction is used outside its life, or against its kind."""


class ConflictError(NoormmeError):
    """Somebody else changed the row first."""


class Closed(NoormmeError):
    """The database is not open (yet, or any more)."""


class ForkedConnection(NoormmeError):
    """A connection is used in a process that did not open it."""


class WrongLoop(NoormmeError):
    """A database is used from an event loop that did not open it."""


class RecordError(NoormmeError):
    """A record of statements that is not kept, or cannot be read or written."""


class MigrationError(NoormmeError):
    """A schema migration failed."""


class TransferError(NoormmeError):
    """A move between databases failed."""


class AccessError(NoormmeError):
    """The subject may not do this."""


class NoormmeWarning(UserWarning):
    """Something asked for did not take effect."""
