"""Users with few rights, each for the length of a block: roles belong to the whole server."""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator
from contextlib import contextmanager

from psycopg.conninfo import make_conninfo

from tests.postgres.database import Database

SECRET = "hunter2"
_numbers = itertools.count(1)


@contextmanager
def login(pg: Database, *granted: str) -> Generator[str]:
    """Make a user with rights like `select on t`, and give the DSN it uses the database with."""
    role = f"reader_{os.getpid()}_{next(_numbers)}"
    pg.execute(f"create role {role} login password '{SECRET}'")
    try:
        for right in granted:
            pg.execute(f"grant {right} to {role}")
        yield make_conninfo(pg.dsn, user=role, password=SECRET)
    finally:
        pg.execute(f"drop owned by {role} cascade; drop role {role}")
