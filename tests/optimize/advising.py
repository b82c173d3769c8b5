"""Advice for small databases of a test's own, by the way that an application goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from noormme_py import SyncNoormme
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.suggestion import Advice

NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {})"


def asked(sql: str, *samples: Sequence[Any], count: int = 1_000, rows: int = 0) -> StatementRecord:
    return StatementRecord(sql, count=count, samples=samples, rows=rows)


def file_of(folder: Path, script: str) -> Path:
    path = folder / "advised.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def advice(path: Path, statements: Iterable[StatementRecord], **limits: Any) -> Advice:
    # On a busy machine, too, there is to be time enough for all of it.
    limits.setdefault("budget_s", 60.0)
    with SyncNoormme(path) as db:
        return db.optimizer.suggest(Record(tuple(statements)), **limits)


def created(advice: Advice) -> list[str]:
    """The keys of what is to be created, as `table(a, b)`."""
    return [found.ddl.partition(" on ")[2].replace('"', "") for found in advice.suggestions if found.action == "create"]


def dropped(advice: Advice) -> list[str]:
    return [found.index for found in advice.suggestions if found.action == "drop"]
