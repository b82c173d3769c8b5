"""Schemas and figures for the findings about indexes, read from real databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager

from noormme_py.introspect.discover import discover
from noormme_py.optimize.findings.census import Census, take_census
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.query.statement import Parameters, Raw
from noormme_py.schema.model import Schema
from tests.introspect.driver import database, run


class Indexed:
    """A database in memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def survey(self, sql: str, parameters: Parameters = (), /) -> list[tuple[Raw, ...]]:
        return self.connection.execute(sql, parameters).fetchall()

    def execute(self, script: str) -> None:
        self.connection.executescript(script)

    @property
    def schema(self) -> Schema:
        return run(self.connection, discover())

    @property
    def census(self) -> Census:
        return take_census(self.survey, self.schema)


@contextmanager
def indexed(script: str) -> Generator[Indexed]:
    with closing(database(script)) as connection:
        yield Indexed(connection)


def rows(table: str, count: int, select: str = "i") -> str:
    """Return a statement that fills a table; `i` counts from 1."""
    return f"""
        with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})
        insert into {table} select {select} from n;
    """


def record(*statements: tuple[str, int], span_s: float = 0) -> Record:
    return Record(tuple(StatementRecord(sql, count) for sql, count in statements), span_s)
