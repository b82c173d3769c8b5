# Written by scripts/generate_sync.py from async_upkeep.py: change that, then run `make fmt`.
"""What is done for a database now and then: its plans are looked at, and its statistics kept fresh."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import TypeVar

from noormme_py.client.sync_recording import SyncRecording
from noormme_py.config import Config
from noormme_py.engine.sync_engine import SyncEngine
from noormme_py.errors import NoormmeError
from noormme_py.introspect.discover import discover
from noormme_py.optimize.advice.advisor import Limits, advise
from noormme_py.optimize.plans.optimizer_report import OptimizerReport, Setting
from noormme_py.optimize.plans.plan_history import KnownPlan, PlanChanged, PlanHistory
from noormme_py.optimize.plans.plan_watch import look
from noormme_py.optimize.plans.statistics_trial import (
    OptimizeRun,
    Outcome,
    install,
    is_due,
    optimize_in_place,
    tried,
)
from noormme_py.optimize.reading.accesses import accesses
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.suggestion import Advice
from noormme_py.query.statement import Operation, atomic

T = TypeVar("T")

_LOG = logging.getLogger("noormme_py")

# A larger file is not copied of its own accord.
_LARGEST_COPY = 1024 * 1024 * 1024
_BUDGET_S = 5.0
_ROUND_S = 30.0
_LOOK_EVERY_S = 600.0
_OPTIMIZE_EVERY_S = 3600.0
_MOST_RUNS = 100
# Beside the application, or while it waits for the close.
_ADVICE_S = 2.0


class SyncUpkeep:
    """The plans and the statistics of one database, as they were and as they are.

    `optimize_now`, which `automation.enable_auto_optimization` does of its own accord, changes what the planner knows.
    """

    def __init__(self, engine: SyncEngine, config: Config) -> None:
        self._engine = engine
        self._config = config
        self.recording = SyncRecording(engine, config)
        # Values that are replaced as wholes, so that threads see one or the other.
        self._history = PlanHistory()
        self._runs: tuple[OptimizeRun, ...] = ()
        self._settings: tuple[Setting, ...] = ()
        self._advice: Advice | None = None
        self._advised_s: float | None = None
        self._optimized_s = monotonic()
        # When the plans were looked at, for which version of the schema and which statements.
        self._looked_s = monotonic()
        self._looked_at: tuple[int, frozenset[str]] | None = None

    def refresh_plans(self, record: Record | None = None) -> tuple[PlanChanged, ...]:
        """Look at the plans of all recorded statements, and return those that have changed since the last time.

        `record` is another one than this database's own, such as one that was read from a file.
        """
        asked = record if record is not None else self._recorded()
        history = self._history
        self._history, changes = self._engine.in_scratch(lambda lab: look(history, asked, lab, time()), with_rows=False)
        return changes

    @property
    def plans(self) -> tuple[KnownPlan, ...]:
        """Return the plans that are known, as they were when they were last looked at."""
        return self._history.plans

    def optimize_now(self, record: Record | None = None) -> OptimizeRun:
        """Run PRAGMA optimize on a private copy, and keep what it finds unless recorded statements get slower by it.

        Raises DatabaseError, as when somebody else writes for longer than `busy_timeout`, and ReadOnly.
        """
        asked = record if record is not None else self._recorded()
        at = time()
        self._optimized_s = monotonic()
        if not self._engine.in_scratch(lambda lab: is_due(lab, asked), with_rows=False):
            return OptimizeRun("nothing to do", "SQLite would analyse nothing", at)
        if self._is_large():
            run = self._optimize_in_place(asked, at)
        else:
            run = self._engine.in_scratch(lambda lab: tried(lab, asked, at, budget_s=_BUDGET_S), with_rows=True)
            if run.outcome == "kept" and not self._write(partial(install, run)):
                return OptimizeRun("nothing to do", "somebody else has analysed the database meanwhile", at)
        if run.outcome != "nothing to do":
            self._note(run)
            self.refresh_plans(asked)
        return run

    def report(self) -> OptimizerReport:
        """Return what was done of its own accord or on request, with the values before and after."""
        # Once the database is closed, it is what was so before.
        self._settings = self._pragmas() or self._settings
        return OptimizerReport(self._settings, self._runs, self._history.changes, self._advice)

    def begin(self) -> None:
        """Begin what is done now and then, as the configuration says."""
        automation = self._config.automation
        if self.recording.is_on or automation.enable_auto_optimization:
            self._engine.begin_rounds(self.go_round, _ROUND_S)

    def go_round(self) -> None:
        """Look at the plans when there may be others, and optimize when that is due and nobody writes."""
        if self._config.automation.enable_query_analysis:
            seen = (self._engine.read_schema_version(), frozenset(s.sql for s in self._recorded().statements))
            # Of new statistics for an index that had some already, no version tells.
            if seen != self._looked_at or monotonic() - self._looked_s >= _LOOK_EVERY_S:
                self.refresh_plans()
                self._looked_s, self._looked_at = monotonic(), seen
        # The first advice comes soon, and then there is none for a while.
        is_due = self._advised_s is None or monotonic() - self._advised_s >= _LOOK_EVERY_S
        if self._config.automation.enable_index_recommendations and is_due:
            self._quietly(self.recommend)
        if self._is_auto and monotonic() - self._optimized_s >= _OPTIMIZE_EVERY_S and self._engine.is_quiet:
            self._quietly(self.optimize_now)

    def end(self) -> None:
        """Do what is done at the close of a database; whatever fails is told in the report and the log only."""
        self._engine.end_rounds()
        self._settings = self._pragmas() or self._settings
        if not self._config.location.is_memory and self._engine.is_quiet:
            automation = self._config.automation
            if automation.enable_query_analysis:
                self._quietly(self.refresh_plans)
            if automation.enable_index_recommendations and self._advice is None:
                self._quietly(self.recommend)
            if self._is_auto:
                self._quietly(self.optimize_now)

    @property
    def _is_auto(self) -> bool:
        return self._config.automation.enable_auto_optimization and not self._config.location.is_read_only

    def _recorded(self) -> Record:
        return self.recording.record() if self.recording.is_on else Record()

    def recommend(self) -> None:
        """Have the planner say which indexes would help, and tell it in the log when that is news."""
        record = self._recorded()
        if not record.statements:
            return
        self._advised_s = monotonic()
        limits = Limits(budget_s=_ADVICE_S, verify="plan")
        advice = self._engine.in_scratch(
            lambda lab: advise(lab, lab.drive(discover()), record, limits, accesses), with_rows=False
        )
        known = {each.ddl for each in self._advice.suggestions} if self._advice is not None else set[str]()
        for each in advice.suggestions:
            if each.ddl not in known:
                _LOG.info("%s: %s: %s", self._config.location.file, each.ddl, each.reason)
        self._advice = advice

    def _quietly(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as fault:
            told = fault.message if isinstance(fault, NoormmeError) else type(fault).__name__
            self._note(OptimizeRun("failed", told, time()))
            _LOG.warning("%s: it was not optimized: %s", self._config.location.file, told)

    def _optimize_in_place(self, record: Record, at: float) -> OptimizeRun:
        began_s = monotonic()
        # So that what changes is told.
        self.refresh_plans(record)
        before, after = self._write(optimize_in_place)
        outcome: Outcome = "nothing to do" if before == after else "not measured"
        return OptimizeRun(outcome, "the file is too large to be copied", at, monotonic() - began_s, before, after)

    def _write(self, make: Callable[[], Operation[T]]) -> T:
        return self._engine.write(atomic(make()), lambda: atomic(make()), None)

    def _is_large(self) -> bool:
        location = self._config.location
        return not location.is_memory and Path(location.file).stat().st_size > _LARGEST_COPY

    def _note(self, run: OptimizeRun) -> None:
        self._runs = (*self._runs, run)[-_MOST_RUNS:]

    def _pragmas(self) -> tuple[Setting, ...]:
        return tuple(
            Setting(check.connection, check.name, check.before, check.asked, check.got, check.reason)
            for check in self._engine.pragmas
        )
