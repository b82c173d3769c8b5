"""The one table from SQLite's result codes to the library's errors."""

from __future__ import annotations

import re
import sqlite3

from noormme_py import errors
from noormme_py.errors import ConstraintError, DatabaseError, NoormmeError, QueryError

_BY_CODE: dict[str, type[DatabaseError]] = {
    "SQLITE_BUSY": errors.DatabaseBusy,
    "SQLITE_LOCKED": errors.DatabaseBusy,
    "SQLITE_READONLY": errors.ReadOnly,
    "SQLITE_FULL": errors.DiskFull,
    "SQLITE_CORRUPT": errors.Corrupt,
    "SQLITE_NOTADB": errors.NotADatabase,
    "SQLITE_CANTOPEN": errors.CannotOpen,
    "SQLITE_PERM": errors.CannotOpen,
    "SQLITE_INTERRUPT": errors.Interrupted,
}
_CONSTRAINTS: dict[str, type[ConstraintError]] = {
    "SQLITE_CONSTRAINT_UNIQUE": errors.UniqueViolation,
    "SQLITE_CONSTRAINT_PRIMARYKEY": errors.UniqueViolation,
    "SQLITE_CONSTRAINT_ROWID": errors.UniqueViolation,
    "SQLITE_CONSTRAINT_NOTNULL": errors.NotNullViolation,
    "SQLITE_CONSTRAINT_FOREIGNKEY": errors.ForeignKeyViolation,
    "SQLITE_CONSTRAINT_CHECK": errors.CheckViolation,
}
_HINTS: dict[str, str] = {
    "SQLITE_BUSY": "another connection held the lock for longer than busy_timeout",
    "SQLITE_BUSY_SNAPSHOT": "the transaction began by reading; begin it as a write transaction",
    "SQLITE_NOTADB": "the file is something else than a SQLite database, or it is encrypted",
    "SQLITE_CORRUPT": "restore a backup, or save what can be read with the sqlite3 shell's .recover",
    "SQLITE_FULL": "free some space; nothing of this transaction was kept",
    "SQLITE_READONLY": "the database was opened for reading, or the file may not be written",
}
_QUOTED = re.compile(r"""("[^"]*"|'[^']*'|\[[^\]]*\])""")
_NAMED = re.compile(r"\b(no such \w+(?: \w+)?|unknown \w+|unrecognized token|ambiguous column name): (.+)\Z", re.DOTALL)


def translate(fault: sqlite3.Error, sql: str | None = None) -> NoormmeError:
    """Return the library's error for one of sqlite3's."""
    code = str(getattr(fault, "sqlite_errorname", "") or "")
    message = str(fault)
    if isinstance(fault, sqlite3.ProgrammingError) and not code:
        # The driver itself refuses: too many parameters, a placeholder without a value.
        return QueryError(message)
    if code.startswith("SQLITE_CONSTRAINT"):
        return _constraint(code, message, sql)
    primary = "_".join(code.split("_")[:2])
    kind = _BY_CODE.get(primary, DatabaseError)
    hint = _HINTS.get(code) or _HINTS.get(primary)
    return kind(_masked(message, sql), hint=hint, sql=sql, sqlite_code=code or None)


def _constraint(code: str, message: str, sql: str | None) -> ConstraintError:
    kind = _CONSTRAINTS.get(code, ConstraintError)
    _, _, detail = message.partition(" constraint failed: ")
    table: str | None = None
    columns: list[str] = []
    constraint: str | None = None
    if kind in (errors.UniqueViolation, errors.NotNullViolation):
        if detail.startswith("index '"):
            constraint = detail[len("index '") : -1]
        else:
            for name in detail.split(", "):
                table, _, column = name.partition(".")
                columns.append(column)
    elif kind is errors.CheckViolation:
        constraint = detail
    return kind(message, sql=sql, sqlite_code=code, table=table, columns=columns, constraint=constraint)


def _masked(message: str, sql: str | None) -> str:
    """Hide what SQLite quotes unless the SQL text says it: a full-text or JSON error quotes parameters."""
    text = sql or ""

    def hide(match: re.Match[str]) -> str:
        return match[0] if match[0][1:-1] in text else match[0][0] + "…" + match[0][-1]

    masked = _QUOTED.sub(hide, message)
    named = _NAMED.search(masked)
    if named is not None and not all(part in text for part in named[2].split(".")):
        masked = masked[: named.start(2)] + "…"
    return masked
