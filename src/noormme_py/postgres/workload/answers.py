"""Running a query on either side, within limits of time and size; nothing is written on either."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import Protocol

from noormme_py.errors import Closed, DatabaseError, DecodeError, Interrupted, NoormmeError, QueryError, TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.form import Column
from noormme_py.postgres.rows.building import Reading
from noormme_py.postgres.server.copy_text import columns_of
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.workload.result_types import ResultColumn, ResultTypes
from noormme_py.query.tokens import statement_spans

MOST_ROWS = 100_000
MOST_CHARACTERS = 64_000_000
BUDGET_S = 10.0
_BATCH = 256


class NamedReading(Reading, Protocol):
    """A SQLite database that is read, and tells the names of a query's columns."""

    def named_batches(
        self, sql: str, rows: int, *, budget_s: float | None = None
    ) -> Iterator[tuple[tuple[str, ...], list[Column]]]:
        """Yield the rows of a statement as columns with their names, and at first the names alone."""
        ...


@frozen
class Limits:
    """How much of an answer is taken: rows, and seconds on each side."""

    rows: int = MOST_ROWS
    seconds: float = BUDGET_S


@frozen
class Answer:
    """All rows of a query: PostgreSQL's texts, or SQLite's values."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: int
    seconds: float
    types: tuple[ResultColumn, ...] = ()


@frozen
class NoAnswer:
    """Why there is none. `is_refused` says that the statement itself is not taken, and not that it is too long."""

    reason: str
    is_refused: bool


class Source:
    """PostgreSQL's side, inside of a snapshot. `time_zone` is the application's, None for what the server sets."""

    def __init__(
        self, session: Session, limits: Limits, stopped: Callable[[], bool], time_zone: str | None = None
    ) -> None:
        self._session = session
        self._limits = limits
        self._stopped = stopped
        if time_zone is None:
            # The snapshot has UTC; an application has what its user or the database has.
            session.execute("set local timezone to default")
        else:
            session.query("select set_config('timezone', %s, true)", (time_zone,))
        self.time_zone = str(session.query("show timezone")[0][0])
        self._types = ResultTypes(session)

    def ask(self, sql: str, time_zone: str | None = None) -> Answer | NoAnswer:
        """Return the answer; raises TransferError when the connection is lost."""
        began = monotonic()
        taken = _Taken(self._limits)
        try:
            with within(self._session, self._limits.seconds):
                if time_zone is not None:
                    self._session.query("select set_config('timezone', %s, true)", (time_zone,))
                # A text that breaks out of COPY's parentheses is no statement by itself, and ends here.
                types = self._types.columns(sql)
                if not types:
                    return NoAnswer("it has no columns", True)
                with closing(self._session.copy_out(f"{sql}\n", stopped=self._stopped)) as chunks:
                    for lines in chunks:
                        if not taken.add(columns_of(lines), sum(map(len, lines))):
                            return NoAnswer(taken.reason, False)
        except TransferError as error:
            if self._stopped() or error.message.startswith("the connection to "):
                raise
            is_late = "57014" in error.message
            reason = f"it took more than {self._limits.seconds:g} s in PostgreSQL" if is_late else error.message
            return NoAnswer(reason, not is_late)
        names = tuple(column.name for column in types)
        return Answer(names, taken.columns(len(names)), taken.rows, round(monotonic() - began, 4), types)


class Target:
    """SQLite's side."""

    def __init__(self, reading: NamedReading, limits: Limits, stopped: Callable[[], bool]) -> None:
        self._reading = reading
        self._limits = limits
        self._stopped = stopped

    def ask(self, sql: str) -> Answer | NoAnswer:
        """Return the answer; raises DatabaseError for what is wrong with the file, and not with the statement."""
        if len(list(statement_spans(sql))) != 1:
            return NoAnswer("SQLite reads it as more than one statement", True)
        began = monotonic()
        taken = _Taken(self._limits)
        names: tuple[str, ...] = ()
        try:
            with closing(self._batches(sql)) as batches:
                for named, columns in batches:
                    names = named
                    if columns and not taken.add(columns, sum(map(_size, columns))):
                        return NoAnswer(taken.reason, False)
        except Interrupted:
            if self._stopped():
                raise
            return NoAnswer(f"it took more than {self._limits.seconds:g} s in SQLite", False)
        except NoormmeError as error:
            if not is_refusal(error):
                raise
            return NoAnswer(error.message, True)
        return Answer(names, taken.columns(len(names)), taken.rows, round(monotonic() - began, 4))

    def ask_with_like_by_case(self, sql: str) -> Answer | NoAnswer:
        """Return the answer where LIKE tells upper case from lower case, as it does in PostgreSQL."""
        self._reading.query("pragma case_sensitive_like = on")
        try:
            return self.ask(sql)
        finally:
            self._reading.query("pragma case_sensitive_like = off")

    def _batches(self, sql: str) -> Generator[tuple[tuple[str, ...], list[Column]]]:
        yield from self._reading.named_batches(sql, _BATCH, budget_s=self._limits.seconds)


@contextmanager
def within(session: Session, seconds: float) -> Generator[None]:
    """Give what is asked in the block so much time, and leave the transaction as it was before."""
    session.execute("savepoint query")
    try:
        session.execute(f"set local statement_timeout = {max(1, int(seconds * 1000))}")
        yield
    finally:
        session.execute("rollback to savepoint query; release savepoint query")


def is_refusal(error: NoormmeError) -> bool:
    """Whether SQLite refused the statement, or a value it computed; a damaged file is another matter."""
    if isinstance(error, DatabaseError):
        return type(error) is DatabaseError and error.sqlite_code in (
            "SQLITE_ERROR", "SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE", "SQLITE_AUTH", None,
        )  # fmt: skip
    return isinstance(error, QueryError | DecodeError) and not isinstance(error, Closed)


class _Taken:
    """What was taken of an answer so far, up to its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts: list[list[Column]] = []
        self._size = 0
        self.rows = 0
        self.reason = ""

    def add(self, columns: list[Column], size: int) -> bool:
        self.rows += len(columns[0])
        self._size += size
        if self.rows > self._limits.rows:
            self.reason = f"it has more than {self._limits.rows:,} rows"
        elif self._size > MOST_CHARACTERS:
            self.reason = f"its rows have more than {MOST_CHARACTERS // 1_000_000} MB"
        else:
            self._parts.append(columns)
            return True
        return False

    def columns(self, width: int) -> tuple[Column, ...]:
        if not self._parts:
            return tuple([] for _ in range(width))
        return tuple([value for part in self._parts for value in part[at]] for at in range(width))


def _size(column: Column) -> int:
    return sum(len(value) if isinstance(value, str | bytes) else 8 for value in column)
