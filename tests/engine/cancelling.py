"""Cancels a task at its k-th suspension, for every k: what chance does once a year, done each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Literal

When = Literal["early", "late", "ever after"]
"""As the task begins to wait; when what it waits for is done but it has not gone on; at every wait from then on."""

_LONG_S = 20

WHENS: tuple[When, ...] = ("early", "late", "ever after")


class CancelledAt:
    """Awaits a coroutine and has the current task cancelled at its k-th suspension, counted from 0."""

    def __init__(self, work: Coroutine[Any, Any, Any], step: int, when: When) -> None:
        self._work = work
        self._step = step
        self._when = when
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._work.__await__()
        advance = _sending(inner, None)
        while True:
            try:
                waited = advance()
            except StopIteration as stop:
                return stop.value
            if self.suspensions == self._step or (self.suspensions > self._step and self._when == "ever after"):
                self._cancel(waited)
            self.suspensions += 1
            try:
                sent = yield waited
            except BaseException as fault:
                advance = _throwing(inner, fault)
            else:
                advance = _sending(inner, sent)

    def _cancel(self, waited: asyncio.Future[Any] | None) -> None:
        task = asyncio.current_task()
        assert task is not None
        if waited is None or self._when != "late":
            task.cancel()
        else:
            # Our callback comes before the task's own, which is added after this.
            waited.add_done_callback(lambda _: task.cancel())


def _throwing(inner: Generator[Any, Any, Any], fault: BaseException) -> Callable[[], Any]:
    return lambda: inner.throw(fault)


def _sending(inner: Generator[Any, Any, Any], value: object) -> Callable[[], Any]:
    return lambda: inner.send(value)


async def is_cancelled(probe: CancelledAt) -> bool:
    """Await the probe in a task of its own; tell whether that was cancelled."""

    async def attempt() -> None:
        await probe

    task = asyncio.ensure_future(attempt())
    done, _ = await asyncio.wait({task}, timeout=_LONG_S)
    assert done, "the cancelled task hangs"
    if not task.cancelled():
        task.result()
    return task.cancelled()


async def cancelled_everywhere(
    make: Callable[[], Coroutine[Any, Any, Any]],
    check: Callable[[bool], Awaitable[None]],
    when: When,
) -> int:
    """Run the work again and again, cancelled one step later each time, until it gets through.

    After each run `check(was_cancelled)` looks at what is left. Returns how many runs were cancelled.
    """
    for step in range(200):
        probe = CancelledAt(make(), step, when)
        was_cancelled = await is_cancelled(probe)
        await asyncio.wait_for(check(was_cancelled), _LONG_S)
        if probe.suspensions <= step:
            return step
    raise AssertionError("the work never got through")
