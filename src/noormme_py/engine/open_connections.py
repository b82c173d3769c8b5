"""The connections of this process by file: a lock may be held by another database object on the same file."""

from __future__ import annotations

import threading
from weakref import ref

from noormme_py.engine.levels import TAKE_LOCK, Levels
from noormme_py.errors import DatabaseBusy

ANOTHER_PROCESS = "another process"


class OpenConnections:
    """Who has what open. Connections are forgotten when they are gone."""

    def __init__(self) -> None:
        # The collector may close a connection wherever this thread is, in here too: what is read is never changed.
        self._mutex = threading.RLock()
        self._by_file: dict[str, tuple[ref[Levels], ...]] = {}

    def add(self, file: str, connection: Levels) -> None:
        """Note a connection."""
        with self._mutex:
            self._by_file[file] = (*self._without(file, None), ref(connection))

    def remove(self, file: str, connection: Levels) -> None:
        """Forget a connection that is about to be closed."""
        with self._mutex:
            known = self._without(file, connection)
            if known:
                self._by_file[file] = known
            else:
                self._by_file.pop(file, None)

    def _without(self, file: str, connection: Levels | None) -> tuple[ref[Levels], ...]:
        return tuple(
            known for known in self._by_file.get(file, ()) if known() is not None and known() is not connection
        )

    def writers_of(self, file: str, *, other_than: Levels) -> list[Levels]:
        """Return the connections that hold the write lock of a file, one at the most unless it changes just now."""
        return [one for one in self._of(file) if one is not other_than and one.is_writer and one.is_in_transaction]

    def readers_of(self, file: str) -> list[Levels]:
        """Return the connections that read a snapshot of a file, the oldest first as far as that is known."""
        reading = [one for one in self._of(file) if one.holds_snapshot]
        return sorted(reading, key=lambda one: one.holder.since_s if one.holder is not None else float("inf"))

    def held(self) -> list[tuple[str, Levels]]:
        """Return the connections that somebody keeps for as long as he likes, with their files."""
        return [(file, one) for file in [*self._by_file] for one in self._of(file) if one.holder is not None]

    def _of(self, file: str) -> list[Levels]:
        return [one for one in (known() for known in self._by_file.get(file, ())) if one is not None]


OPEN_CONNECTIONS = OpenConnections()


def told(connection: Levels) -> str:
    """Say who uses a connection of this process."""
    if connection.holder is not None:
        return connection.holder.told(connection.first_sql)
    return f"the connection {connection.name!r} of this process"


def lock_held(file: str, connection: Levels) -> DatabaseBusy:
    """Return the error for the write lock of a file that a connection could not have in time."""
    writers = OPEN_CONNECTIONS.writers_of(file, other_than=connection)
    who = "another connection of this process" if writers else ANOTHER_PROCESS
    held_by = told(writers[0]) if writers else ANOTHER_PROCESS
    return DatabaseBusy(
        f"database is locked: {who} holds the write lock" + (f"; {held_by}" if writers else ""),
        hint="it has held it for longer than busy_timeout; run_in_transaction tries again",
        sql=TAKE_LOCK,
        sqlite_code="SQLITE_BUSY",
        held_by=held_by,
    )
