"""Private databases made of a script, as the analysis sees them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from noormme_py.config import config_for
from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.plans.plan_tree import Plan, plan_of
from noormme_py.query.statement import Parameters

Rows = Callable[[sqlite3.Connection], object]


def make(path: Path, script: str, rows: Rows | None = None) -> Path:
    """Make a database file of a script, and of what a function puts into it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        if rows is not None:
            rows(connection)
        connection.commit()
    return path


@contextmanager
def laboratory(path: Path, *, with_rows: bool = True) -> Generator[Scratch]:
    """A private copy of a file, or a clone without the rows."""
    config = config_for(path, {})
    with closing(Scratch.copied(config) if with_rows else Scratch.cloned(config)) as scratch:
        yield scratch


def plan(lab: Scratch, sql: str, parameters: Parameters = ()) -> Plan:
    """The plan of a statement."""
    return plan_of(lab.explain(sql, parameters))
