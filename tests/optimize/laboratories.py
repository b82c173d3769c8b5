"""A clone of a schema to read statements in."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from noormme_py.config import config_for
from noormme_py.engine.scratch import Scratch
from noormme_py.introspect.discover import discover
from noormme_py.schema.model import Schema


@contextmanager
def laboratory(script: str, path: Path, *, with_rows: bool = False) -> Generator[tuple[Schema, Scratch]]:
    """Give the schema that a script makes in a new file, and a laboratory of it."""
    with closing(sqlite3.connect(path)) as made:
        made.executescript(script)
    config = config_for(path, {})
    with closing(Scratch.copied(config) if with_rows else Scratch.cloned(config)) as lab:
        yield lab.drive(discover()), lab
