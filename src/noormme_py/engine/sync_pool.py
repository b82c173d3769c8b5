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


class Held:
    """A connection that is held for as long as somebody likes. `turn` is taken for each thing that is done with it."""

    __slots__ = ("connection", "is_taken_away", "thread", "turn", "use")

    def __init__(self, connection: Connection, use: Use) -> None:
        self.connection = connection
        self.use = use
        # Not its number, which the next thread may have.
        self.thread = threading.current_thread()
        # The collector may end a stream in the middle of another statement of the same thread.
        self.turn = threading.RLock()
        # Whether `close` has closed it while its holder did nothing with it.
        self.is_taken_away = False


class SyncPool:
    """Up to `size` connections, opened when they are first needed."""

    def __init__(self, size: int, make: Callable[[int], Connection], busy_timeout_s: float, *, more: str) -> None:
        """`more` says in an error how to have more connections."""
        self._size = size
        self._make = make
        self._busy_timeout_s = busy_timeout_s
        self._more = more
        # The collector may give a stream's connection back wherever this thread is, in here too.
        self._mutex = threading.RLock()
        # Taken from and added to without the mutex: one operation of a deque is safe among threads.
        self.idle: deque[Connection] = deque()
        self._places = size
        self._numbers = [*range(size)]
        self.waiting: deque[_Waiter] = deque()
        self._uses: dict[Connection, Held] = {}
        self._turns = 0
        self.is_closed = False
        self.connections: list[Connection] = []

    def take_idle(self) -> Connection | None:
        """Take a connection that is free this moment, without waiting, or None."""
        if self.waiting:
            return None
        try:
            connection = self.idle.pop()
        except IndexError:
            return None
        connection.taken_by = threading.get_ident()
        return connection

    def acquire(self) -> Connection:
        """Take a connection; raises DatabaseBusy when transactions or streams hold all for longer than busy_timeout."""
        connection = self.take_idle()
        if connection is None:
            connection = self._open_or_wait()
            connection.taken_by = threading.get_ident()
        return connection

    def hold(self, use: Use) -> Held:
        """Take a connection for as long as the holder likes; raises DatabaseBusy as `acquire` does."""
        connection = self.acquire()
        connection.holder = current_holder()
        # What ran here before is not his.
        connection.first_sql = None
        held = self._uses[connection] = Held(connection, use)
        return held

    def let_go(self, held: Held) -> None:
        """Let a connection be one that soon comes back, as any other in use."""
        held.connection.holder = None
        self._uses.pop(held.connection, None)

    def release(self, connection: Connection) -> None:
        """Give a connection back, to whoever has waited longest."""
        connection.taken_by = 0
        self.idle.append(connection)
        self._turns += 1
        # Whoever has begun to wait since then finds it idle.
        if self.waiting or self.is_closed:
            self._hand_on()

    def close(self, timeout_s: float) -> None:
        """Refuse whoever waits, and close every connection, once those in use come back or are interrupted.

        One that does not come back even then closes when it does: SQLite's wait for a lock is not to be interrupted.
        """
        with self._mutex:
            self.is_closed = True
            for waiter in self.waiting:
                waiter.event.set()
        deadline = monotonic() + timeout_s
        while True:
            self._hand_on()
            self._take_away()
            now = monotonic()
            if not self.connections or now > deadline + timeout_s:
                return
            if now > deadline:
                with self._mutex:
                    for connection in self.connections:
                        connection.interrupt()
            threading.Event().wait(_SHORTEST_LOOK_S)

    def _take_away(self) -> None:
        """Close what is held by somebody who does nothing with it: he can do no more with it anyway."""
        for held in list(self._uses.values()):
            if held.turn.acquire(blocking=False):
                try:
                    with self._mutex:
                        if self._uses.pop(held.connection, None) is held:
                            held.is_taken_away = True
                            self._close(held.connection)
                finally:
                    held.turn.release()

    def abandon(self) -> None:
        """Close what nobody uses, without waiting."""
        self.is_closed = True
        self._hand_on()

    def _hand_on(self) -> None:
        with self._mutex:
            while self.idle and (self.waiting or self.is_closed):
                try:
                    connection = self.idle.pop()
                except IndexError:
                    return
                if self.is_closed:
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
            if self.is_closed:
                raise Closed("the database is closed")
            has_place = self._places > 0
            if has_place:
                self._places -= 1
            else:
                self._check_not_held_by_caller()
                self.waiting.append(waiter)
        if has_place:
            return self._open()
        try:
            # One may have come back before this stood in line.
            self._hand_on()
            connection = self._wait(waiter)
        except BaseException:
            # Ctrl-C, mostly: what it was given meanwhile is not to be lost.
            self._stand_back(waiter)
            raise
        return connection or self._open()

    def _stand_back(self, waiter: _Waiter) -> None:
        with self._mutex:
            if waiter in self.waiting:
                self.waiting.remove(waiter)
            elif waiter.connection is not None:
                self.release(waiter.connection)
            elif waiter.event.is_set() and not self.is_closed:
                self._give_place_on()

    def _open(self) -> Connection:
        with self._mutex:
            number = self._numbers.pop(0)
        try:
            connection = self._make(number)
        except BaseException:
            with self._mutex:
                self._numbers.insert(0, number)
                self._give_place_on()
            raise
        self.connections.append(connection)
        return connection

    def _give_place_on(self) -> None:
        if self.waiting:
            # It has the place, and no connection in it.
            self.waiting.popleft().event.set()
        else:
            self._places += 1

    def _wait(self, waiter: _Waiter) -> Connection | None:
        look_s = self._busy_timeout_s
        while True:
            turns = self._turns
            is_given = waiter.event.wait(look_s)
            with self._mutex:
                if self.is_closed and waiter.connection is None:
                    raise Closed("the database was closed while this waited")
                if is_given:
                    return waiter.connection
                look_s = max(look_s, _SHORTEST_LOOK_S)
                # Short jobs that follow each other are progress; one holder that never lets go is not.
                uses = list(self._uses.values())
                if turns == self._turns and len(uses) == self._size:
                    held_by = told(min(uses, key=_since).connection)
                    raise held_too_long(held_by, has_streams=_has_streams(uses), more=self._more)

    def _check_not_held_by_caller(self) -> None:
        own = threading.current_thread()
        uses = dict(self._uses)
        taken = list(self.connections)

        def is_own(connection: Connection) -> bool:
            held = uses.get(connection)
            # What an observer or a generator of parameters asks for is asked in the middle of a statement.
            return connection.taken_by == own.ident if held is None else held.thread is own

        if len(taken) == self._size and all(map(is_own, taken)):
            raise waits_for_itself("thread", has_streams=_has_streams(list(uses.values())), more=self._more)


def _has_streams(uses: list[Held]) -> bool:
    return any(held.use == "stream" for held in uses)


def _since(held: Held) -> float:
    holder = held.connection.holder
    return holder.since_s if holder else 0.0
