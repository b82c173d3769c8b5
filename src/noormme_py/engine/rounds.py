"""Work that is done again and again while a database is open: one round at a time, each a while after the last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

_LOG = logging.getLogger("noormme_py")


class Rounds:
    """Goes round on the loop until it is ended."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]], every_s: float) -> None:
        self._work = work
        self._every_s = every_s
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._is_ended = False
        self._timer = self._loop.call_later(every_s, self._begin)

    async def end(self) -> None:
        """Begin no more, and end the round that runs."""
        self.abandon()
        task = self._task
        if task is not None and self._loop is asyncio.get_running_loop():
            task.cancel()
            await asyncio.wait({task})

    def abandon(self) -> None:
        """Begin no more."""
        self._is_ended = True
        self._timer.cancel()

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._go())

    async def _go(self) -> None:
        try:
            await self._work()
        except Exception as fault:
            # Nobody waits for it who could be told.
            _LOG.warning("work beside the application failed: %s", type(fault).__name__)
        finally:
            self._task = None
        if not self._is_ended:
            self._timer = self._loop.call_later(self._every_s, self._begin)
