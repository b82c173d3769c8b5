"""Drives an operation on a plain connection."""

from __future__ import annotations

import sqlite3
from typing import Any, TypeVar

from noormme_py.errors import DatabaseError
from noormme_py.introspect.discover import discover
from noormme_py.query.statement import Operation, Statement
from noormme_py.schema.model import Schema

T = TypeVar("T")


def run(connection: sqlite3.Connection, operation: Operation[T], asked: list[str] | None = None) -> T:
    """Answer what the operation asks for, and return its result; `asked` collects the statements."""
    advance, answer = operation.send, None
    while True:
        try:
            request = advance(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        assert isinstance(request, Statement)
        if asked is not None:
            asked.append(request.sql)
        advance, answer = _answer(connection, operation, request)


def _answer(connection: sqlite3.Connection, operation: Operation[T], request: Statement[Any]) -> Any:
    try:
        return operation.send, request.collect(connection.execute(request.sql, request.parameters))
    except sqlite3.Error as error:
        return operation.throw, DatabaseError(str(error), sql=request.sql)


def database(script: str = "") -> sqlite3.Connection:
    """Open an empty database in memory and run the script."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(script)
    return connection


def schema_of(script: str) -> Schema:
    """Discover the schema that the script makes."""
    connection = database(script)
    try:
        return run(connection, discover())
    finally:
        connection.close()
