"""A database for one test: made for it, empty, and dropped behind it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg

_numbers = itertools.count(1)


class Database:
    """A PostgreSQL database by its URL. Each call has a connection of its own, so that nothing is left open."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def execute(self, sql: str) -> None:
        """Run a script of any number of statements, all or none of it."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(sql.encode())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, as psycopg reads them."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()


@contextmanager
def fresh_database(maintenance_dsn: str) -> Generator[Database]:
    """Make a database on the server of that URL, in UTF-8 and ordered by code points, and drop it at the end."""
    name = f"noormme_test_{os.getpid()}_{next(_numbers)}"
    server = Database(maintenance_dsn)
    # The locale is said because a server that was only lent may have another one.
    server.execute(f"create database {name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'")
    try:
        yield Database(dsn_of(maintenance_dsn, name))
    finally:
        server.execute(f"drop database if exists {name} with (force)")


def dsn_of(dsn: str, database: str) -> str:
    """Return the URL with another database in it."""
    head, has_options, options = dsn.partition("?")
    scheme, _, place = head.partition("://")
    return f"{scheme}://{place.partition('/')[0]}/{quote(database, '')}{has_options}{options}"
