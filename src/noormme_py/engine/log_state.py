"""How long the write-ahead log is after a checkpoint, and who keeps it from being shorter."""

from __future__ import annotations

from noormme_py.engine.connection import CheckpointResult
from noormme_py.engine.open_connections import ANOTHER_PROCESS, OPEN_CONNECTIONS, told
from noormme_py.frozen import frozen


@frozen
class LogState:
    """The write-ahead log after the last checkpoint: its pages, and how many of them are in the database.

    `pinned_by` says who reads an old snapshot, and so keeps a long log from being shortened: whoever it is
    in this process, or "another process".
    """

    pages: int = 0
    checkpointed_pages: int = 0
    pinned_by: str | None = None

    @classmethod
    def of(cls, result: CheckpointResult, file: str, *, is_long: bool) -> LogState:
        """Return what came of a checkpoint; whoever keeps a long log is looked for."""
        # An empty log is kept by nobody, whoever writes just now.
        is_kept = result.pages > 0 and (result.is_blocked or result.moved < result.pages)
        return cls(result.pages, result.moved, _oldest_reader(file) if is_kept and is_long else None)


def _oldest_reader(file: str) -> str:
    readers = OPEN_CONNECTIONS.readers_of(file)
    return told(readers[0]) if readers else ANOTHER_PROCESS
