"""Analysing a file: what it is asked, the plans, and the advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from noormme_py import SyncNoormme
from noormme_py.config import Config
from noormme_py.optimize.advice.application import Compared
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.suggestion import Suggestion, Verification
from noormme_py.optimize.workload.workload import Workload


@dataclass(frozen=True, slots=True)
class Wish:
    """How advice is to be made: `budget_s` is how long it may take."""

    verify: Verification
    budget_s: float
    max_indexes: int | None


def analysis_of(config: Config, file: str, workload: Workload, wish: Wish) -> Analysis:
    """Return the analysis of a database; `file` is the name that it is to bear. Raises NoormmeError."""
    with SyncNoormme(config) as db:
        found = db.optimizer.analyze(workload.record)
        advice = None
        if workload.record.statements:
            advice = db.optimizer.suggest(
                workload.record, budget_s=wish.budget_s, max_indexes=wish.max_indexes, verify=wish.verify
            )
    return replace(found, database=file, advice=advice, notes=(*workload.notes, *found.notes))


def follow(config: Config, suggestions: Sequence[Suggestion], record: Record) -> tuple[Compared, ...]:
    """Do what the suggestions say, all of it or nothing, and return what came of it; raises NoormmeError."""
    with SyncNoormme(config) as db:
        applied = db.optimizer.apply(suggestions, dry_run=False)
        return db.optimizer.after_apply(applied, record)
