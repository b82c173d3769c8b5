"""Connections that threads share: each is used by one thread at a time, first come, first served."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from noormme_py.engine.connection import Connection
from noormme_py.engine.holders import current_holder
from noormme_py.engine.open_connections import told
from noormme_py.engine.refusals import Use, held_too_long, waits_for_itself
from noormme_py.errors import Closed

# How soon at the earliest whoever waits looks again who holds the connections.
_SHORTEST_LOOK_S = 0.01


class _Waiter:
    """A thread that waits, and what it is given: a connection, or the place of one that it may open."""

    __slots__ = ("connection", "event")

    def __init__(self) -> None:
        self.event = threading.Event()
        self.connection: Connection | None = None


class SyncPool:
    """Up to `size` connections, opened when they are first needed."""

    def __init__(self, size: int, make: Callable[[int], Connection], busy_timeout_s: float, *, more: str) -> None:
        """`more` says in an error how to have more connections."""
        self._size = size
        self._make = make
        self._busy_timeout_s = busy_timeout_s
        self._more = more
        self._mutex = threading.Lock()
        # Taken from and added to without the mutex: one operation of a deque is safe among threads.
        self.idle: deque[Connection] = deque()
        self._places = size
        self.waiting: deque[_Waiter] = deque()
        # The connections that are held for as long as somebody likes: for what, and by which thread.
        self._uses: dict[Connection, tuple[Use, int]] = {}
        self._turns = 0
        self._is_closed = False
        self.connections: list[Connection] = []

    def take_idle(self) -> Connection | None:
        """Take a connection that is free this moment, without waiting, or None."""
        if self.waiting:
            return None
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def acquire(self, use: Use | None = None) -> Connection:
        """Take a connection; raises DatabaseBusy when transactions or streams hold all for longer than busy_timeout."""
        connection = self.take_idle() or self._open_or_wait()
        if use is not None:
            connection.holder = current_holder()
            self._uses[connection] = (use, threading.get_ident())
        return connection

    def release(self, connection: Connection) -> None:
        """Give a connection back, to whoever has waited longest."""
        if connection.holder is not None:
            connection.holder = None
            self._uses.pop(connection, None)
        self.idle.append(connection)
        self._turns += 1
        # Whoever has begun to wait since then finds it idle.
        if self.waiting or self._is_closed:
            self._hand_on()

    def close(self, timeout_s: float) -> None:
        """Refuse whoever waits, and close every connection, once those in use come back or are interrupted."""
        own = threading.get_ident()
        with self._mutex:
            self._is_closed = True
            for waiter in self.waiting:
                waiter.event.set()
        self._hand_on()
        for connection, (_, thread) in list(self._uses.items()):
            if thread == own:
                # It would be waited for in vain.
                self._uses.pop(connection, None)
                self._close(connection)
        deadline = monotonic() + timeout_s
        while self.connections:
            if monotonic() > deadline:
                for connection in list(self.connections):
                    connection.interrupt()
            threading.Event().wait(_SHORTEST_LOOK_S)
            self._hand_on()

    def abandon(self) -> None:
        """Close what nobody uses, without waiting."""
        self._is_closed = True
        self._hand_on()

    def _hand_on(self) -> None:
        with self._mutex:
            while self.idle and (self.waiting or self._is_closed):
                try:
                    connection = self.idle.pop()
                except IndexError:
                    return
                if self._is_closed:
                    self._close(connection)
                else:
                    waiter = self.waiting.popleft()
                    waiter.connection = connection
                    waiter.event.set()

    def _close(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        connection.close()

    def _open_or_wait(self) -> Connection:
        waiter = _Waiter()
        with self._mutex:
            if self._is_closed:
                raise Closed("the database is closed")
            has_place = self._places > 0
            if has_place:
                self._places -= 1
            else:
                self._check_not_held_by_caller()
                self.waiting.append(waiter)
        if has_place:
            return self._open()
        # One may have come back before this stood in line.
        self._hand_on()
        return self._wait(waiter) or self._open()

    def _open(self) -> Connection:
        try:
            connection = self._make(len(self.connections))
        except BaseException:
            with self._mutex:
                if self.waiting:
                    # It has the place, and no connection in it.
                    self.waiting.popleft().event.set()
                else:
                    self._places += 1
            raise
        self.connections.append(connection)
        return connection

    def _wait(self, waiter: _Waiter) -> Connection | None:
        look_s = self._busy_timeout_s
        while True:
            turns = self._turns
            is_given = waiter.event.wait(look_s)
            with self._mutex:
                if self._is_closed and waiter.connection is None:
                    raise Closed("the database was closed while this waited")
                if is_given:
                    return waiter.connection
                look_s = max(look_s, _SHORTEST_LOOK_S)
                # Short jobs that follow each other are progress; one holder that never lets go is not.
                if turns == self._turns and len(self._uses) == self._size:
                    if waiter in self.waiting:
                        self.waiting.remove(waiter)
                    held_by = told(min(self._uses, key=lambda held: held.holder.since_s if held.holder else 0.0))
                    raise held_too_long(held_by, has_streams=self._has_streams, more=self._more)

    @property
    def _has_streams(self) -> bool:
        return any(use == "stream" for use, _ in self._uses.values())

    def _check_not_held_by_caller(self) -> None:
        own = threading.get_ident()
        if len(self._uses) == self._size and all(thread == own for _, thread in self._uses.values()):
            raise waits_for_itself("thread", has_streams=self._has_streams, more=self._more)
