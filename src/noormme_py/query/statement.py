"""What a pure piece of code asks of a database: statements, and operations made of them.

An `Operation` is a generator: it yields requests, is sent the answers, and returns a value. Whoever
drives it (the engine, or a test with a script) decides where and how the statements run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, cast

T = TypeVar("T")

Raw: TypeAlias = int | float | str | bytes | None
"""The values that SQLite itself knows."""

Parameters: TypeAlias = "Sequence[Raw] | dict[str, Raw]"


class Cursor(Protocol):
    """What a statement may look at to collect its answer."""

    @property
    def rowcount(self) -> int: ...
    @property
    def lastrowid(self) -> int | None: ...
    @property
    def description(self) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


@dataclass(slots=True)
class Statement(Generic[T]):
    """One SQL text with its encoded parameters; `collect` makes the answer from the cursor.

    Nobody changes one. It is not frozen because one is made for every query, and freezing triples its price.
    """

    sql: str
    parameters: Parameters
    collect: Callable[[Cursor], T]


@dataclass(frozen=True, slots=True)
class ManyStatement:
    """One SQL text run once for each set of parameters; the answer is the number of rows changed."""

    sql: str
    batches: Iterable[Sequence[Raw]]


class Control(Enum):
    """Transaction control. Inside an open transaction these mean a savepoint."""

    BEGIN = "begin"
    COMMIT = "commit"
    ROLLBACK = "rollback"


Request: TypeAlias = "Statement[Any] | ManyStatement | Control"
Operation: TypeAlias = Generator[Request, Any, T]
Work: TypeAlias = Statement[T] | Operation[T]
"""What is run: an operation, or the one statement that it would ask for."""


def ask(statement: Statement[T]) -> Operation[T]:
    """Ask for one statement and return its answer."""
    return cast(T, (yield statement))


def ask_many(statement: ManyStatement) -> Operation[int]:
    """Ask for a statement to be run for each set of parameters; return the rows changed."""
    return cast(int, (yield statement))


def atomic(operation: Operation[T]) -> Operation[T]:
    """Make an operation all or nothing: its statements and the decoding of their answers."""
    yield Control.BEGIN
    try:
        result = yield from operation
        yield Control.COMMIT
    except Exception:
        yield Control.ROLLBACK
        raise
    return result


def rows_affected(cursor: Cursor) -> int:
    """Collect the number of rows that a write changed."""
    return cursor.rowcount


def nothing(cursor: Cursor) -> None:
    """Collect no answer."""
