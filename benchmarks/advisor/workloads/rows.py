"""Rows out of a seed: the same ones each time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from benchmarks.advisor.workload import Sample

START = datetime(2025, 1, 1)
DAY = 86_400

_SYLLABLES = (
    "ba be bi bo da de di do fa ga ka ke ki ko la le li lo ma me mi mo na ne no pa pe ra re ri ro sa se so ta".split()
)


def seeded(name: str) -> Random:
    """Return the random numbers of a workload."""
    return Random(f"advisor {name}")


def fill(connection: sqlite3.Connection, table: str, rows: Iterable[Sample]) -> None:
    """Insert rows with all columns of a table."""
    width = len(connection.execute(f"select * from {table} limit 0").description)
    connection.executemany(f"insert into {table} values ({', '.join('?' * width)})", rows)


def at(seconds: float) -> str:
    """Return a moment as text, counted from the start of all of them."""
    return (START + timedelta(seconds=int(seconds))).isoformat(" ")


def day(number: int) -> str:
    """Return a date as text."""
    return (START + timedelta(days=number)).date().isoformat()


def word(random: Random, syllables: int = 3) -> str:
    return "".join(random.choices(_SYLLABLES, k=syllables))


def skewed(random: Random, below: int, power: float = 2.0) -> int:
    """Return a number from 1 to `below`, small ones much more often than large ones."""
    return int(below * random.random() ** power) + 1
