"""What a workload is: a database made from nothing but code, what it is asked, and which advice is right."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from noormme_py.query.statement import Raw

Sample = tuple[Raw, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement, how often it is run in the time that the workload stands for, and what is bound to it."""

    sql: str
    count: int
    samples: tuple[Sample, ...] = ((),)


@dataclass(frozen=True, slots=True)
class Need:
    """An index that must be advised, in any of these forms (`benchmarks.advisor.shape` says how they are written)."""

    why: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Workload:
    """A database, its statements, and the judgement: what is needed, what does no harm, and what is wrong.

    `must_not` names tables, or leading keys of a table, for which any advice is wrong; `drops_ok` the existing
    indexes that are of no use, and `drops_wrong` those that only look it. Of `is_analyzed`, the application
    once ran ANALYZE.
    """

    name: str
    about: str
    schema: str
    fill: Callable[[sqlite3.Connection], None]
    statements: tuple[Asked, ...]
    expected: tuple[Need, ...] = ()
    acceptable: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    drops_ok: tuple[str, ...] = ()
    drops_wrong: tuple[str, ...] = ()
    is_analyzed: bool = False

    def build(self, file: Path) -> None:
        """Write the database."""
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("pragma synchronous = off")
            connection.executescript(self.schema)
            self.fill(connection)
            connection.commit()
            if self.is_analyzed:
                connection.execute("analyze")
                connection.commit()


def need(why: str, *alternatives: str) -> Need:
    return Need(why, alternatives)


def asked(count: int, sql: str, *samples: Sample) -> Asked:
    return Asked(" ".join(sql.split()), count, samples or ((),))
