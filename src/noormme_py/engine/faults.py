"""The one table from SQLite's result codes to the library's errors."""

from __future__ import annotations

import re
import sqlite3

from noormme_py import errors
from noormme_py.errors import ConstraintError, DatabaseError, DecodeError, NoormmeError, QueryError

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
    "SQLITE_FULL": "free some space; nothing of this statement was kept",
    "SQLITE_READONLY_DIRECTORY": "SQLite makes files beside a database in WAL mode, even to read it: let it write"
    " to the folder, or say immutable=1 where nobody changes the file",
    "SQLITE_READONLY": "the database was opened for reading, or the file may not be written",
}
# What SQLite quotes, from the first quote to the last: a value may hold quotes of its own.
_QUOTED = re.compile(r"""["'\[].*["'\]]""", re.DOTALL)
# Messages that end in something unquoted which may be a value, or a part of one.
_NAMED = re.compile(
    r"\b(?:no such column|no such database|unable to open database"
    r"|unknown [a-z ]+|unrecognized [a-z]+|parse error in \w+ function): (.+)\Z",
    re.DOTALL,
)
# What names an attached database, which ATTACH and DETACH take as a parameter.
_ATTACHED = re.compile(
    r"\A(?:database (?!table is)(.+) is (?:already in use|locked)|cannot detach database (.+))\Z", re.DOTALL
)
_STORED = re.compile(r"\Acannot store \w+ value in \w+ column (.+?)\.(.+)\Z", re.DOTALL)
_NOT_TEXT = re.compile(r"\ACould not decode to UTF-8 column '(.*?)' with text '", re.DOTALL)


def translate(fault: sqlite3.Error, sql: str | None = None) -> NoormmeError:
    """Return the library's error for one of sqlite3's."""
    code = _code(fault)
    message = str(fault)
    if isinstance(fault, sqlite3.ProgrammingError) and not code:
        # The driver itself refuses: too many parameters, a placeholder without a value.
        return QueryError(message)
    if not_text := _NOT_TEXT.match(message):
        return DecodeError(
            f"{not_text[1]}: the stored TEXT is not UTF-8", hint="read it as bytes with cast(… as blob), and mend it"
        )
    if code.startswith("SQLITE_CONSTRAINT"):
        return _constraint(code, message, sql)
    primary = "_".join(code.split("_")[:2])
    kind = _BY_CODE.get(primary, DatabaseError)
    hint = _HINTS.get(code) or _HINTS.get(primary)
    return kind(_masked(message, sql), hint=hint, sql=sql, sqlite_code=code or None)


def told(fault: BaseException, sql: str) -> BaseException:
    """Return the library's error for what SQLite and its driver raise, and everything else as it is."""
    if isinstance(fault, sqlite3.Error):
        return translate(fault, sql)
    if isinstance(fault, UnicodeEncodeError):
        try:
            sql.encode()
        except UnicodeEncodeError:
            return QueryError("the SQL has a lone surrogate, which UTF-8 cannot hold")
    return fault


def _code(fault: sqlite3.Error) -> str:
    """Return SQLite's name for the reason, "" where the driver itself refused."""
    name = str(getattr(fault, "sqlite_errorname", None) or "")
    # Python does not know all the names: to it the error of a STRICT table is "unknown".
    if name == "unknown" and fault.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        return "SQLITE_CONSTRAINT_DATATYPE" if "cannot store" in str(fault) else "SQLITE_CONSTRAINT"
    return name


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
    elif stored := _STORED.match(message):
        table, columns = stored[1], [stored[2]]
    return kind(message, sql=sql, sqlite_code=code, table=table, columns=columns, constraint=constraint)


def _masked(message: str, sql: str | None) -> str:
    """Hide what SQLite repeats unless the SQL text says it: a full-text or JSON error repeats parameters."""
    text = sql or ""
    if message.startswith("foreign key mismatch"):
        return message
    if named := _NAMED.search(message):
        is_said = all(part in text for part in named[1].strip("'\"").split("."))
        return message if is_said else message[: named.start(1)] + "…"
    if attached := _ATTACHED.match(message):
        name = attached[1] or attached[2]
        return message if name in text else message.replace(name, "…")
    if (quoted := _QUOTED.search(message)) and quoted[0][1:-1] not in text:
        return f"{message[: quoted.start() + 1]}…{message[quoted.end() - 1 :]}"
    return message
