"""The transaction that is open on a connection, and the savepoints in it: its levels."""

from __future__ import annotations

import sqlite3
from time import monotonic

from noormme_py.engine.faults import translate
from noormme_py.engine.holders import Holder
from noormme_py.engine.observers import Observers, Watch
from noormme_py.errors import Interrupted, NoormmeError, TransactionError
from noormme_py.query.observe import Origin

TAKE_LOCK = "begin immediate"
"""How every transaction that writes begins, so that what it reads stays true until it commits."""

# How long a wait for the write lock goes on before it is seen that the caller has given up.
_SLICE_MS = 50

# An interrupt that comes while it is being rolled back stops that too, but not the next attempt.
_ROLLBACK_ATTEMPTS = 3


class Levels:
    """A connection as far as transactions go. It is in autocommit mode: every BEGIN is written here."""

    def __init__(
        self,
        raw: sqlite3.Connection,
        name: str,
        observers: Observers,
        *,
        is_writer: bool,
        busy_timeout_ms: int,
        is_interruptible: bool,
    ) -> None:
        """`is_interruptible` is whether another thread may call `interrupt` while this waits for a lock."""
        self.name = name
        self.is_stopped = False
        # Whether a BEGIN, COMMIT or ROLLBACK of ours runs, and not a statement of the caller's.
        self.is_in_control = False
        # How long the work that runs now has waited for this connection, until that is told.
        self.wait_ns = 0
        # Who asked for that work, where another thread does it and somebody wants to know.
        self.origin: Origin | None = None
        # The first statement of the open transaction, or of the last one: to say who holds a lock.
        self.first_sql: str | None = None
        # Whoever keeps the connection for as long as he likes.
        self.holder: Holder | None = None
        # The thread that has taken it last, in the synchronous face.
        self.taken_by = 0
        # Whether its lane does something with it at this moment.
        self.is_working = False
        self._raw = raw
        self._observers = observers
        # By their texts, the statements that are only counted; None while nothing is recorded.
        self._runs = None if observers.recorder is None else observers.recorder.counting()
        self._depth = 0
        self._is_broken = False
        self._streams: set[sqlite3.Cursor] = set()
        self.is_writer = is_writer
        self._busy_timeout_ms = busy_timeout_ms
        self._is_interruptible = is_interruptible

    @property
    def is_in_transaction(self) -> bool:
        try:
            return self._raw.in_transaction
        except sqlite3.ProgrammingError:
            # Another thread has just closed it.
            return False

    @property
    def holds_snapshot(self) -> bool:
        """Whether what it reads is of a moment that may be past."""
        # A statement that reads on a lane has no transaction of ours around it.
        is_reading = self.is_working and not self.is_writer
        return is_reading or bool(self._streams) or self.is_in_transaction

    def begin(self) -> None:
        """Begin a transaction, or a level inside it."""
        if self.is_stopped:
            raise Interrupted("the transaction was stopped before it began")
        self.check_transaction()
        if self._depth:
            self._control(f"savepoint level{self._depth}")
        else:
            self.first_sql = None
            if self.is_writer and self._busy_timeout_ms and self._is_interruptible:
                self._wait_for_lock()
            else:
                self._control(TAKE_LOCK if self.is_writer else "begin")
        self._depth += 1

    def commit(self, depth: int) -> None:
        """Keep the innermost level, which must be of this depth; 1 is the transaction itself.

        A level too many would turn a COMMIT into the mere end of a savepoint, and all be rolled back later.
        """
        if self._depth != depth:
            raise TransactionError("a level inside this transaction was left open", hint="begin it again")
        self.commit_innermost()

    def commit_innermost(self) -> None:
        """Keep the innermost level."""
        if self.is_stopped:
            raise Interrupted("the transaction was stopped before it was committed")
        self.check_transaction()
        self._control("commit" if self._depth <= 1 else f"release level{self._depth - 1}")
        self._depth -= 1

    def roll_back_to(self, depth: int) -> None:
        """Undo the levels beyond so many that are open."""
        while self._depth > depth:
            self.roll_back()

    def roll_back(self) -> None:
        """Undo the innermost level. It never raises: the error that led here is the one to be told.

        When it fails, the rest of the transaction is refused.
        """
        self._depth -= 1
        # SQLite may have rolled back already: a full disk, an interrupt, ON CONFLICT ROLLBACK.
        if self._depth <= 0:
            self._roll_back_all()
        elif self._raw.in_transaction and not self._undo(
            f"rollback to level{self._depth}", f"release level{self._depth}"
        ):
            # Then all of it goes, and the next statement of the outer level is told so.
            self._roll_back_all()

    def abandon(self) -> None:
        """Roll back whatever is open."""
        self._depth = 0
        self._roll_back_all()

    def check_transaction(self) -> None:
        """Raise TransactionError when a statement would run outside of the transaction that it belongs to."""
        if self._is_broken and not self._depth:
            # What a former transaction left open is nobody's to go on with.
            self._roll_back_all()
        if self._is_broken:
            raise TransactionError(
                "a rollback failed, and what it was to undo is still there",
                hint="leave the transaction, nothing of it will be kept; then begin it again",
            )
        # Without this, what follows a rollback of SQLite's own would be written outside any transaction.
        if self._depth and not self._raw.in_transaction:
            raise TransactionError("SQLite has rolled the transaction back", hint="begin it again from the start")

    def interrupt(self) -> None:
        """Stop what runs, from any thread; a rollback still goes through."""
        self.is_stopped = True
        self._raw.interrupt()

    def resume(self) -> None:
        """Let statements run again after an interrupt.

        SQLite goes on to interrupt as long as any statement is active, and an open stream is one: they end here.
        """
        if self.is_stopped:
            self.close_streams()
            self.is_stopped = False

    def close_streams(self) -> None:
        """End every statement whose rows are being taken bit by bit."""
        while self._streams:
            self._streams.pop().close()

    def lock_fault(self, fault: sqlite3.Error) -> NoormmeError:
        """Return the error for a write lock that was not to be had."""
        return translate(fault, TAKE_LOCK)

    def watch(self, sql: str, parameters: object = ()) -> Watch | None:
        """Return what observes a statement that begins now, or None while nobody is to be told."""
        if self._observers.are_silent:
            return None
        wait_ns, self.wait_ns = self.wait_ns, 0
        return Watch(
            self._observers,
            self.name,
            wait_ns,
            sql,
            parameters,  # type: ignore[arg-type]
            self.origin,
            self._runs,
        )

    def _watch_control(self, sql: str) -> Watch | None:
        # The record has no use for them.
        return self.watch(sql) if self._observers.listeners else None

    def _wait_for_lock(self) -> None:
        """Take the write lock. SQLite's own wait cannot be interrupted, so it is cut into slices."""
        deadline = monotonic() + self._busy_timeout_ms / 1000
        self._raw.execute(f"pragma busy_timeout = {min(_SLICE_MS, self._busy_timeout_ms)}").close()
        watch = self._watch_control(TAKE_LOCK)
        error: BaseException | None = None
        try:
            while True:
                try:
                    self._raw.execute(TAKE_LOCK)
                except sqlite3.OperationalError as fault:
                    is_busy = str(getattr(fault, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
                    if not is_busy or monotonic() >= deadline:
                        raise self.lock_fault(fault) from None
                    if self.is_stopped:
                        raise Interrupted("the transaction was stopped while it waited for the lock") from None
                else:
                    return
        except BaseException as fault:
            error = fault
            raise
        finally:
            self._raw.execute(f"pragma busy_timeout = {self._busy_timeout_ms}").close()
            if watch is not None:
                watch.finish(error)

    def _control(self, sql: str) -> None:
        watch = self._watch_control(sql)
        error: BaseException | None = None
        self.is_in_control = True
        try:
            self._raw.execute(sql)
        except sqlite3.Error as fault:
            error = self.lock_fault(fault) if sql == TAKE_LOCK else translate(fault, sql)
            raise error from None
        finally:
            self.is_in_control = False
            if watch is not None:
                watch.finish(error)

    def _roll_back_all(self) -> None:
        if self._raw.in_transaction:
            self._undo("rollback")
        self._is_broken = self._raw.in_transaction

    def _undo(self, *statements: str) -> bool:
        """Run a rollback and tell whether it was done."""
        watch = self._watch_control(statements[0])
        self.is_in_control = True
        try:
            for _ in range(_ROLLBACK_ATTEMPTS):
                if self.is_stopped:
                    self.close_streams()
                try:
                    for statement in statements:
                        self._raw.execute(statement)
                except sqlite3.Error:
                    # It may have been interrupted itself, and would be again while a stream is open.
                    self.close_streams()
                else:
                    return True
            return False
        finally:
            self.is_in_control = False
            if watch is not None:
                watch.finish()
