"""Drives an operation with answers written down beforehand: no database, no thread, no event loop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pytest

from noormme_py.query.statement import Control, Operation, Request, Statement, ask

T = TypeVar("T")


def script(operation: Operation[T] | Statement[T], answers: Iterable[Any]) -> tuple[list[Request], T]:
    """Answer each request with the next answer, an error by raising it; return what was asked, and the result.

    A read may be one statement and no more.
    """
    asked: list[Request] = []
    return asked, _play(_asking(operation), answers, asked)


def failing(
    operation: Operation[Any] | Statement[Any], answers: Iterable[Any], error: type[Exception]
) -> list[Request]:
    """Return what was asked by an operation that ends in an error of this type."""
    asked: list[Request] = []
    with pytest.raises(error):
        _play(_asking(operation), answers, asked)
    return asked


def collected(statement: Statement[T], rows: list[tuple[Any, ...]]) -> T:
    """Return what a statement makes of the rows that a database would give."""
    return statement.collect(_Rows(rows))


class _Rows:
    """As much of a cursor as a statement looks at."""

    description = None
    lastrowid = None

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows
        self.rowcount = len(rows)

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)


def sql_of(asked: Iterable[Request]) -> list[str | Control]:
    """Return the SQL of what was asked; BEGIN, COMMIT and ROLLBACK stay what they are."""
    return [request if isinstance(request, Control) else request.sql for request in asked]


def parameters_of(asked: Iterable[Request]) -> list[list[Any]]:
    """Return the parameters of the statements that were asked."""
    return [list(request.parameters) for request in asked if isinstance(request, Statement)]


def _play(operation: Operation[T], answers: Iterable[Any], asked: list[Request]) -> T:
    left = list(answers)
    answer: Any = None
    while True:
        try:
            request = operation.throw(answer) if isinstance(answer, Exception) else operation.send(answer)
        except StopIteration as stop:
            assert left == [], "fewer requests came than answers were written down"
            result: T = stop.value
            return result
        asked.append(request)
        assert left, f"no answer was written down for {request}"
        answer = left.pop(0)


def _asking(operation: Operation[T] | Statement[T]) -> Operation[T]:
    return ask(operation) if isinstance(operation, Statement) else operation
