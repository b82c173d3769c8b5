# Written by scripts/generate_sync.py from async_optimizer.py: change that, then run `make fmt`.
"""`db.optimizer`: what the database is asked, how it answers, and what would help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from noormme_py.engine.sync_engine import SyncEngine
from noormme_py.optimize.laboratory import Laboratory

T = TypeVar("T")


class SyncOptimizer:
    """The optimization of one database. Nothing here changes it but `apply` and `undo`."""

    def __init__(self, engine: SyncEngine) -> None:
        self._engine = engine

    def in_laboratory(self, work: Callable[[Laboratory], T], *, with_rows: bool) -> T:
        """Run a function on a private copy, or on a clone without the rows, and return its result."""
        return self._engine.in_scratch(work, with_rows=with_rows)
