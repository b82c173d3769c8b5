"""A statement whose rows are taken bit by bit, each bit in one hop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from noormme_py.engine.connection import Connection
from noormme_py.engine.faults import translate
from noormme_py.query.statement import Statement

STREAM_ROWS = 500
"""How many rows one hop brings."""


class StreamCursor:
    """An open cursor on a lane. All methods run on the lane's thread."""

    __slots__ = ("_cursor", "_decode", "_sql")

    def __init__(
        self,
        connection: Connection,
        statement: Statement[Callable[[list[Any]], list[Any]]],
        schema_version: int | None,
    ) -> None:
        self._sql = statement.sql
        try:
            self._cursor = connection.open_cursor(statement.sql, statement.parameters)
        except sqlite3.Error as fault:
            raise translate(fault, self._sql) from None
        try:
            self._decode = statement.collect(self._cursor)
            connection.verify(schema_version)
        except BaseException:
            self._cursor.close()
            raise

    def next_rows(self, _: Connection) -> list[Any]:
        """Return the next rows, none at the end."""
        try:
            rows = self._cursor.fetchmany(STREAM_ROWS)
        except sqlite3.Error as fault:
            raise translate(fault, self._sql) from None
        return self._decode(rows) if rows else []

    def close(self) -> None:
        """End the statement."""
        self._cursor.close()
