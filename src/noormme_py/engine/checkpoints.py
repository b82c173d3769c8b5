"""Checkpoints: the write-ahead log is moved into the database after commits were answered, not by them.

A PASSIVE one once some pages were written, which waits for nobody. When the log is long all the same, because
one reader after another keeps it, a RESTART has writers wait a moment. When nothing was written for a while, a
TRUNCATE empties the file. A reader of an old snapshot keeps the log from getting shorter: it is named.
"""

from __future__ import annotations

import asyncio
import logging

from noormme_py.engine.connection import CheckpointMode
from noormme_py.engine.log_state import LogState
from noormme_py.engine.pool import Pool
from noormme_py.errors import NoormmeError

_LOG = logging.getLogger("noormme_py")

# How many pages a row that is written adds to the log, the table's and those of its indexes, until that is known.
_PAGES_A_ROW = 2.0
_FEWEST_PAGES_A_ROW = 0.05
_SOONER = 0.75
# So many times the pages that should be in the log are too many.
_TOO_LONG = 4
_FIRST_IDLE_S = 1.0
_LAST_IDLE_S = 60.0


class Checkpoints:
    """Keeps the log of one database short. All methods run on the loop."""

    def __init__(self, pool: Pool, file: str, *, pages: int) -> None:
        """`pages` are those of `wal_autocheckpoint`; with 0 there are no checkpoints but those asked for."""
        self.state = LogState()
        self.count = 0
        # Whether the next commit begins the log anew.
        self.is_new_log = True
        self._pool = pool
        self._file = file
        self._pages = pages
        self._loop = asyncio.get_running_loop()
        self._rows = 0
        self._pages_a_row = _PAGES_A_ROW
        self._commits = 0
        self._seen_commits = 0
        self._seen_written = (0, -1)
        self._is_told = False
        self._task: asyncio.Task[object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._idle_s = _FIRST_IDLE_S

    def note_commit(self, rows: int = 1) -> None:
        """Note a commit that wrote so many rows; it has been answered, or will be without waiting for this."""
        self.is_new_log = False
        if not self._pages:
            return
        self._commits += 1
        self._rows += max(1, rows)
        if self._timer is None:
            self._timer = self._loop.call_later(self._idle_s, self._look)
        # Before SQLite itself would, inside of a commit.
        if self._rows * self._pages_a_row > _SOONER * self._pages and self._task is None:
            self._begin("passive")

    def note_lane(self, written: tuple[int, int]) -> None:
        """Note what the writer's lane has written so far: rows, and versions of the schema."""
        # A definition changes no rows.
        if written != self._seen_written:
            self.note_commit(written[0] - self._seen_written[0])
            self._seen_written = written

    async def run(self, how: CheckpointMode) -> LogState:
        """Do a checkpoint on the writer's lane and return what came of it; raises DatabaseBusy."""
        lease = await self._pool.acquire()
        try:
            result = await lease.lane.run(lambda connection: connection.checkpoint(how))
            if how == "passive" and result.pages > _TOO_LONG * self._pages:
                result = await lease.lane.run(lambda connection: connection.checkpoint("restart"))
        finally:
            self._pool.release(lease)
        self.count += 1
        self.is_new_log = result.moved >= result.pages
        if self._rows:
            self._pages_a_row = max(result.pages / self._rows, _FEWEST_PAGES_A_ROW)
            self._rows = 0
        is_long = how != "passive" or result.pages > _TOO_LONG * self._pages
        state = LogState.of(result, self._file, is_long=is_long)
        if state.pinned_by is None:
            self._is_told = False
        elif self.state.pinned_by is not None and not self._is_told:
            # Twice in a row: whoever was in the way the first time may only have been passing.
            self._is_told = True
            _LOG.warning(
                "%s: an old reader keeps the write-ahead log of %d pages: %s", self._file, state.pages, state.pinned_by
            )
        self.state = state
        return state

    async def wait(self) -> None:
        """Wait until the checkpoint that runs has ended."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def end(self) -> None:
        """Begin no more, and wait for the one that runs, once the lanes are closed."""
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def _begin(self, how: CheckpointMode) -> None:
        self._task = self._loop.create_task(self._run_aside(how))

    async def _run_aside(self, how: CheckpointMode) -> None:
        try:
            await self.run(how)
        except NoormmeError:
            # The log is only longer than it need be; the next checkpoint tries again.
            return
        finally:
            self._task = None

    def _look(self) -> None:
        """Empty the log when nothing was written since the last look; look again while it cannot be."""
        is_idle = self._commits == self._seen_commits
        self._seen_commits = self._commits
        self._timer = None
        if is_idle and self._task is None:
            if self.state.pages == 0 and not self._rows:
                self._idle_s = _FIRST_IDLE_S
                return
            self._begin("truncate")
            self._idle_s = min(2 * self._idle_s, _LAST_IDLE_S)
        else:
            self._idle_s = _FIRST_IDLE_S
        self._timer = self._loop.call_later(self._idle_s, self._look)
