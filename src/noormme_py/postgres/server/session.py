"""A connection to PostgreSQL: queries, one snapshot for all of a move, and COPY both ways. One thread uses it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.types.json import Jsonb

from noormme_py.errors import ConfigError, TransferError
from noormme_py.names import quote
from noormme_py.postgres.server.copy_reader import read_copy
from noormme_py.postgres.server.dsn import connect_text, shown_dsn
from noormme_py.postgres.server.faults import cannot_connect, translate

CHUNK_BYTES = 32 * 1024
_CANCEL_S = 10.0
_TEXTS = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
    # Rows that a policy hides are an error, not a loss.
    "row_security": "off",
}
_LIMITS = {
    # A long COPY is the purpose here, and so is a snapshot that waits while its rows are written elsewhere.
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
    "lock_timeout": "60s",
}
_SETTINGS = (
    "select set_config(name, %s::jsonb ->> lower(name), true) from pg_catalog.pg_settings where %s::jsonb ? lower(name)"
)


def _never() -> bool:
    return False


class Session:
    """An open connection, in autocommit until `snapshot` or `transaction`. Its errors are TransferError.

    Only `cancel` may be called from another thread.
    """

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], place: str) -> None:
        self._connection = connection
        self.place = place

    @classmethod
    def open(cls, dsn: str, *, application_name: str = "noormme transfer") -> Self:
        """Connect to the database of a URL or a libpq text."""
        text, place = connect_text(dsn, application_name), shown_dsn(dsn)
        try:
            # Prepared statements would be lost behind a pooler.
            return cls(psycopg.connect(text, autocommit=True, prepare_threshold=None), place)
        except psycopg.Error as fault:
            raise cannot_connect(fault, place) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def server_version(self) -> int:
        """The server's version as a number: 150018 is 15.18."""
        return self._connection.info.server_version

    def query(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query; without parameters a % is just a %."""
        with self._told():
            return self._connection.execute(sql.encode(), params or None).fetchall()

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement, or without parameters any number of them; return how many rows the last one touched."""
        with self._told():
            return self._connection.execute(sql.encode(), params or None).rowcount

    def describe(self, sql: str) -> list[tuple[str, int, int]]:
        """Return (name, number of the type, modifier) of each column of one query, which is not run."""
        with self._told():
            pgconn = self._connection.pgconn
            answer = pgconn.prepare(b"", sql.encode())
            if answer.status != ExecStatus.FATAL_ERROR:
                answer = pgconn.describe_prepared(b"")
            if answer.status == ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(answer)
            return [
                ((answer.fname(at) or b"").decode(), answer.ftype(at), answer.fmod(at)) for at in range(answer.nfields)
            ]

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """See one state of the database until the end of the block, and write nothing."""
        with self._transaction("begin isolation level repeatable read read only"):
            yield
        # All was read, and nothing is lost with a connection that is.
        with suppress(TransferError):
            self.execute("commit")

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Commit at the end of the block, or leave everything as it was."""
        with self._transaction("begin isolation level read committed read write"):
            yield
        self.execute("commit")

    def lock(self, tables: Iterable[tuple[str, str]]) -> None:
        """Keep (schema, table)s from being emptied or altered until the end of the block.

        A snapshot alone does not: to it, a table that somebody truncates or rewrites meanwhile is empty.
        """
        names = [f"{quote(schema)}.{quote(name)}" for schema, name in tables]
        for at in range(0, len(names), 500):
            self.execute(f"lock table {', '.join(names[at : at + 500])} in access share mode")

    def copy_out(
        self, select_sql: str, *, chunk_bytes: int = CHUNK_BYTES, stopped: Callable[[], bool] = _never
    ) -> Generator[list[bytes]]:
        """Yield lists of a query's rows as lines of COPY's text format, about `chunk_bytes` each.

        `stopped` is asked at every list and while the server is silent; TransferError is raised when it says so.
        A generator that is closed before its end cancels the query. The connection does nothing else meanwhile.
        """
        rows = read_copy(self._connection, f"copy ({select_sql}) to stdout", chunk_bytes=chunk_bytes, stopped=stopped)
        with self._told(), self._any_bytes():
            yield from rows

    def copy_in(self, copy_sql: str, blocks: Iterable[bytes]) -> int:
        """Send blocks of any size to `copy … from stdin`; return how many rows the server took."""
        with self._told(), self._connection.cursor() as cursor:
            with cursor.copy(copy_sql.encode()) as copy:
                for block in blocks:
                    copy.write(block)
            return cursor.rowcount

    def cancel(self) -> None:
        """Ask the server to end what runs now; whoever waits for it gets an error. Safe from any thread."""
        try:
            self._connection.cancel_safe(timeout=_CANCEL_S)
        except psycopg.Error:
            pass  # whoever cannot be reached has nothing left to cancel

    def close(self) -> None:
        """Close the connection; what is open is rolled back. Closing twice does nothing."""
        self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Generator[None]:
        self.execute(begin)
        try:
            settings = Jsonb(_TEXTS | _LIMITS)
            self.query(_SETTINGS, (settings, settings))
            yield
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            try:
                self.execute("rollback")
            except TransferError:
                pass  # the server rolls back whom it has lost

    @contextmanager
    def _any_bytes(self) -> Generator[None]:
        """Have a database that does not know its encoding send bytes as they are, whatever they are."""
        if self._connection.info.parameter_status("server_encoding") != "SQL_ASCII":
            yield
            return
        self._connection.execute("set client_encoding = 'SQL_ASCII'")
        try:
            yield
        finally:
            if self._connection.info.transaction_status != TransactionStatus.INERROR:
                self._connection.execute("set client_encoding = 'UTF8'")

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except psycopg.Error as fault:
            # psycopg's error holds values of rows, and would be shown above ours.
            raise translate(fault, self.place) from None
        except UnicodeEncodeError:
            raise ConfigError(
                "a text with a lone surrogate cannot be sent to PostgreSQL",
                hint="an option has bytes that are not UTF-8",
            ) from None
