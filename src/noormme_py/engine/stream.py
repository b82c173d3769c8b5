"""A statement whose rows are taken bit by bit, each bit in one hop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from noormme_py.engine.connection import Connection
from noormme_py.errors import NoormmeError
from noormme_py.query.statement import Statement

STREAM_ROWS = 500
"""How many rows one hop brings."""


class StreamCursor:
    """An open cursor on a lane. All methods run on the lane's thread."""

    __slots__ = ("_connection", "_cursor", "_decode", "_sql")

    def __init__(
        self,
        connection: Connection,
        statement: Statement[Callable[[list[Any]], list[Any]]],
        schema_version: int | None,
    ) -> None:
        self._sql = statement.sql
        self._connection = connection
        try:
            self._cursor = connection.open_stream(statement.sql, statement.parameters)
        except NoormmeError:
            # "no such column" may be the first news of a changed schema.
            connection.verify(schema_version)
            raise
        try:
            self._decode = statement.collect(self._cursor)
            connection.verify(schema_version)
        except BaseException:
            self.close()
            raise

    def next_rows(self, _: Connection) -> list[Any]:
        """Return the next rows, none at the end."""
        rows = self._connection.fetch(self._cursor, STREAM_ROWS, self._sql)
        return self._decode(rows) if rows else []

    def close(self) -> None:
        """End the statement."""
        self._connection.close_stream(self._cursor)
