"""What is told to whoever asks for a connection that he cannot have."""

from __future__ import annotations

from typing import Literal

from noormme_py.errors import Closed, DatabaseBusy, TransactionError

Use = Literal["transaction", "stream"]
"""What holds a connection for as long as its holder likes."""

MORE_READERS = "raise performance.max_readers"
# Nobody streams on the writer of a file.
MORE_IN_MEMORY = "use a file: a database in memory has one connection"


def not_open(*, is_closed: bool) -> Closed:
    """Return the error for a database that is not open, yet or any more."""
    if is_closed:
        return Closed("the database is closed")
    return Closed("the database is not open", hint="call initialize(), or use it in a `with` or `async with` block")


def waits_for_itself(who: str, *, has_streams: bool, more: str) -> TransactionError:
    """Return the error for a task or thread that holds all it waits for; `more` says how to have more of it."""
    if has_streams:
        return TransactionError(
            f"this {who} would wait for a connection that its own open stream holds",
            hint=f"collect the rows with execute() instead, or {more}",
        )
    return TransactionError(
        f"this {who} holds the transaction it would wait for",
        hint="inside `db.transaction() as tx` use tx, not db",
    )


def held_too_long(held_by: str | None, *, has_streams: bool, more: str) -> DatabaseBusy:
    """Return the error for connections that others hold for longer than `busy_timeout`."""
    if has_streams:
        return DatabaseBusy(
            f"open streams of this process hold every connection; {held_by}",
            hint=f"they have held them for longer than busy_timeout; end them sooner, or {more}",
            sqlite_code="SQLITE_BUSY",
            held_by=held_by,
        )
    return DatabaseBusy(
        f"another transaction of this process holds the database; {held_by}",
        hint="it has held it for longer than busy_timeout; keep transactions short",
        sqlite_code="SQLITE_BUSY",
        held_by=held_by,
    )
