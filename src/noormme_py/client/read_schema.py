"""The schema of a file by one connection, without a loop or a thread: for tools that only look."""

from __future__ import annotations

from contextlib import closing

from noormme_py.config import Config
from noormme_py.engine.connection import Connection
from noormme_py.introspect.discover import discover
from noormme_py.schema.model import Schema


def read_schema(config: Config) -> Schema:
    """Open the database, discover its schema and close it again; raises what `Noormme.initialize` raises."""
    with closing(Connection(config, "reader", "schema reader")) as connection:
        return connection.read(discover())
