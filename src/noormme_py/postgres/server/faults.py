"""From the errors of PostgreSQL and its driver to the library's. A message never holds a value of a row.

PostgreSQL quotes names and values alike, and which of them it is depends on the error's SQLSTATE.
"""

from __future__ import annotations

import re

import psycopg

from noormme_py.errors import TransferError

_GONE = "see whether the server is up and can be reached, then start again"
# By SQLSTATE or the beginning of one, the longest that fits.
_HINTS = {
    "08": _GONE,
    "22": "a value does not fit the type of its column",
    "23": "the rows break a constraint of the table",
    "25006": "the database takes no writes: it is a standby, or read-only by its settings",
    "28": "see the user and the password, and pg_hba.conf on the server",
    "3D000": "see the name of the database: `psql --list` shows those there are",
    "40001": "somebody else changed the same rows, or a standby had to go on: start again",
    "40P01": "somebody else waited for the same locks: start again",
    "42501": "let the owner grant SELECT on it, and USAGE on its schema, to this user",
    "42P01": "see the name of the table, and whether it was dropped meanwhile",
    "53100": "free some space on the server",
    "53200": "the server is out of memory: see its work_mem and what else runs there",
    "53300": "the server takes no more connections: close some, or raise max_connections",
    "55P03": "somebody holds a lock on the table, ALTER TABLE or VACUUM FULL perhaps: wait for it to end",
    "57014": "the server gives statements too little time: raise statement_timeout for this user",
    "57P": _GONE,
    "58": "the server cannot read or write its files: see its log",
    "XX": "the server found a fault in itself or its files: see its log",
    "P0": "its own words may hold values and are not shown",
}
_RIGHTS = {
    "row-level security": "row security hides rows from this user: use the table's owner, or a user with BYPASSRLS",
    "must be owner": "the way back puts keys and triggers aside for a while, which the owner of the tables may",
    "permission denied for table": "let the owner grant SELECT on it, and USAGE on its schema; the way back needs the"
    " owner of the tables",
    "permission denied for database": "let the owner grant CREATE on it to this user",
}
# Why a connection could not be made is told in words only.
_REASONS = {
    "password|authentication|pg_hba": _HINTS["28"],
    "role .* does not exist": "see the name of the user",
    "database .* does not exist": _HINTS["3D000"],
    "refused|No such file|could not connect|timeout|timed out|unreachable": "see host and port, and whether"
    " the server runs and listens there",
    "resolve|translate host|not known": "see the name of the host",
    "too many|remaining connection slots": _HINTS["53300"],
    "SSL|certificate|GSS": "see sslmode in the URL: https://www.postgresql.org/docs/current/libpq-ssl.html",
    "starting up|shutting down|recovery": "wait until the server has started",
}
_QUOTED = re.compile(r'".*"', re.DOTALL)
_NEAR = re.compile(r'(?<=at or near )"(?![A-Za-z_]\w*"\Z).*"', re.DOTALL)
_BYTES = re.compile(r"0x[0-9a-fA-F]{2}(?: 0x[0-9a-fA-F]{2})*")
_FUNCTION = re.compile(r"^(?:\S+ )?function ", re.MULTILINE)
_COPY_LINE = re.compile(r"(?m)^COPY (?P<table>.+?), line (?P<line>\d+)(?:, column (?P<column>[^:]+))?")


def translate(error: psycopg.Error, place: str) -> TransferError:
    """Return the library's error; `place` is the database as readers may see it."""
    state = error.sqlstate
    if state is None:
        if isinstance(error, (psycopg.ProgrammingError, psycopg.DataError, psycopg.NotSupportedError)):
            return TransferError(f"the driver of PostgreSQL refused: {_masked(str(error), '22')}")
        return TransferError(f"the connection to {place} was lost", hint=_GONE)
    message = _masked(error.diag.message_primary or type(error).__name__, state)
    context = error.diag.context or ""
    if _FUNCTION.search(context):
        # What it says are its author's words, under any SQLSTATE, and they may hold values.
        message = f"a function or trigger of the database failed: {type(error).__name__}"
    found = _COPY_LINE.search(context)
    if found is not None:
        at = f"line {found['line']}" + (f", column {found['column']}" if found["column"] else "")
        message = f"{message} ({found['table']}, {at})"
    return TransferError(f"PostgreSQL ({state}): {message}", hint=_hint(state, message))


def cannot_connect(error: psycopg.Error, place: str) -> TransferError:
    """Return the error for a connection that could not be made."""
    # The first line tells of the last attempt, those after it of the others and what might help.
    reason = str(error).partition("\n")[0].rpartition("failed: ")[2].rpartition(" is bad: ")[2]
    reason = re.sub(r"\A(?:FATAL|ERROR):\s+", "", reason).strip()
    hint = next((hint for words, hint in _REASONS.items() if re.search(words, reason)), None)
    return TransferError(f"cannot connect to {place}: {reason}", hint=hint or "see the URL, and the server's log")


def _hint(state: str, message: str) -> str | None:
    if state == "42501":
        for words, hint in _RIGHTS.items():
            if words in message:
                return hint
    if state == "57014" and "timeout" not in message:
        return None
    return next((_HINTS[state[:length]] for length in (5, 3, 2) if state[:length] in _HINTS), None)


def _masked(message: str, state: str) -> str:
    """Leave out what may be a value: what is quoted where data is at fault, and the bytes of a text."""
    if state.startswith("P0"):
        return "a function of the database raised an exception"
    if state.startswith("22"):
        kept = _BYTES.sub("…", message)
        return kept if state in {"22021", "22P05"} else _QUOTED.sub('"…"', kept)
    return _NEAR.sub('"…"', message)
