"""A statement whose rows are taken bit by bit, each bit in one hop."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any

from noormme_py.engine.connection import Connection
from noormme_py.errors import NoormmeError
from noormme_py.query.statement import Statement

STREAM_ROWS = 500
"""How many rows one hop brings."""


class StreamCursor:
    """An open cursor on a lane. All methods run on the lane's thread."""

    __slots__ = ("_busy_ns", "_connection", "_cursor", "_decode", "_error", "_sql", "_watch")

    def __init__(
        self,
        connection: Connection,
        statement: Statement[Callable[[list[Any]], list[Any]]],
        schema_version: int | None,
    ) -> None:
        self._sql = statement.sql
        self._connection = connection
        self._busy_ns = 0
        self._error: BaseException | None = None
        self._watch = connection.watch(statement.sql, statement.parameters)
        began_ns = perf_counter_ns()
        try:
            self._cursor = connection.open_stream(statement.sql, statement.parameters)
        except NoormmeError as fault:
            self._busy_ns = perf_counter_ns() - began_ns
            self._finish(fault)
            # "no such column" may be the first news of a changed schema.
            connection.verify(schema_version)
            raise
        try:
            self._decode = statement.collect(self._cursor)
            connection.verify(schema_version)
        except BaseException as fault:
            self._error = fault
            self._busy_ns = perf_counter_ns() - began_ns
            self.close()
            raise
        self._busy_ns = perf_counter_ns() - began_ns

    def next_rows(self, _: Connection) -> list[Any]:
        """Return the next rows, none at the end."""
        began_ns = perf_counter_ns()
        try:
            raw = self._connection.fetch(self._cursor, STREAM_ROWS, self._sql)
            rows = self._decode(raw) if raw else []
        except BaseException as fault:
            self._error = fault
            raise
        self._busy_ns += perf_counter_ns() - began_ns
        if self._watch is not None:
            self._watch.rows += len(rows)
        return rows

    def close(self) -> None:
        """End the statement."""
        self._connection.close_stream(self._cursor)
        self._finish(self._error)

    def _finish(self, error: BaseException | None) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.finish(error, elapsed_ns=self._busy_ns)
