"""A database that remembers the SQL it was asked for, so that the tour can show it."""

from __future__ import annotations

from noormme_py import Noormme, StatementFinished
from noormme_py.errors import Interrupted

# How the library looks at a schema is its own affair.
_LOOKS = ("pragma", "select * from pragma", "sqlite_schema")


class RecordedNoormme(Noormme):
    """A database with a record of the statements that were run on it."""

    def __init__(self, database: str) -> None:
        super().__init__(database)
        self._record: list[str] = []
        self.observe(self._note)

    def take_record(self) -> list[str]:
        """Return the SQL since the last look."""
        taken, self._record = self._record, []
        return taken

    def _note(self, finished: StatementFinished) -> None:
        # One that took too long for the event loop is begun there, and told again from the thread that does it.
        if not any(look in finished.sql for look in _LOOKS) and not isinstance(finished.error, Interrupted):
            self._record.append(finished.sql)
