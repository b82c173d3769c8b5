"""`db.optimizer`: what the database is asked, how it answers, and what would help."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from noormme_py.client import raw_sql
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.client.async_upkeep import AsyncUpkeep
from noormme_py.client.explainable import checked
from noormme_py.client.raw_sql import encode_parameters
from noormme_py.client.undo_file import forget_undo, keep_undo
from noormme_py.engine.async_engine import AsyncEngine
from noormme_py.introspect.discover import discover
from noormme_py.location import Location
from noormme_py.optimize import doctor
from noormme_py.optimize.advice.advisor import Limits, advise
from noormme_py.optimize.advice.application import Application, Compared, application, check_drops
from noormme_py.optimize.advice.comparison import compared
from noormme_py.optimize.doctor.case import Integrity, read_settings
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.findings.explanation import Explanation, explained
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.optimizer_report import OptimizerReport
from noormme_py.optimize.plans.plan_history import KnownPlan, PlanChanged
from noormme_py.optimize.plans.statistics_trial import OptimizeRun
from noormme_py.optimize.reading.accesses import accesses
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.report.analysing import analysed
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.suggestion import Advice, Suggestion, Verification
from noormme_py.query.statement import Operation

T = TypeVar("T")


class AsyncOptimizer:
    """The optimization of one database.

    Nothing here changes its rows or its indexes but `apply` and `undo`; `optimize_now`, which
    `automation.enable_auto_optimization` does of its own accord, changes what the planner knows of them.
    """

    def __init__(self, executor: AsyncExecutor, location: Location, engine: AsyncEngine, upkeep: AsyncUpkeep) -> None:
        self._executor = executor
        self._location = location
        self._engine = engine
        self._recording = upkeep.recording
        self._upkeep = upkeep

    def record(self) -> Record:
        """Return what the database has been asked so far; raises RecordError where nothing is recorded."""
        return self._recording.record()

    def reset_record(self) -> None:
        """Forget what has been recorded, in memory only; raises RecordError where nothing is recorded."""
        self._recording.reset()

    async def save_record(self, path: str | os.PathLike[str] | None = None, *, with_parameters: bool = True) -> Path:
        """Add to a file what was recorded since it was last saved there; return the file's path.

        It is `.noormme/<database>.record.json` beside the database, unless another is given. Parameters may be
        secrets: without `with_parameters` the file has none, not even those that were there. Raises RecordError.
        """
        return await self._recording.save(path, with_parameters=with_parameters)

    async def analyze(self, record: Record | None = None) -> Analysis:
        """Return what was recorded with its plans, and what is not as it should be. No statement is run.

        `record` is another one than this database's own. Raises RecordError where there is neither.
        """
        asked = record if record is not None else self.record()
        return await self.in_laboratory(lambda lab: analysed(asked, lab, lab.drive(discover())), with_rows=False)

    async def suggest(
        self,
        record: Record | None = None,
        *,
        budget_s: float = 10.0,
        max_indexes: int | None = None,
        max_bytes: int | None = None,
        exclude: Collection[str] = (),
        verify: Verification = "copy",
    ) -> Advice:
        """Return indexes to create and to drop for the statements of a record, the most gain first.

        Nothing is changed. `verify="copy"` measures on a private copy, "plan" asks the planner alone, which is quick
        and needs no room. `max_bytes` is for all new indexes together; `exclude` names tables that are left alone.
        `record` is another one than this database's own. Raises RecordError where there is neither, ConfigError for
        limits that cannot be.
        """
        asked = record if record is not None else self.record()
        limits = Limits(budget_s, max_indexes, max_bytes, exclude, verify)

        def work(lab: Laboratory) -> Advice:
            return advise(lab, lab.drive(discover()), asked, limits, accesses)

        return await self.in_laboratory(work, with_rows=verify == "copy")

    async def apply(self, suggestions: Advice | Iterable[Suggestion], *, dry_run: bool = True) -> Application:
        """Create and drop the indexes of suggestions, all or none; a dry run only says what would be run.

        Building an index keeps other writers waiting. What takes it back is kept in `.noormme/<database>.undo.sql`
        beside the database. Raises DatabaseError, and QueryError where an index to drop has become another one since,
        or the one in its place is not there; then nothing has changed.
        """
        made = application(suggestions, is_dry_run=dry_run)
        if not dry_run:
            await self._run(lambda: _statements(made))
            await self._engine.aside(lambda: keep_undo(self._location, made))
        return made

    async def undo(self, applied: Application) -> None:
        """Take back what was applied, all or nothing of it. A dry run has left nothing to take back."""
        if not applied.is_dry_run:
            await self._run(lambda: raw_sql.script(applied.undo))
            await self._engine.aside(lambda: forget_undo(self._location, applied))

    async def after_apply(self, applied: Application, record: Record | None = None) -> tuple[Compared, ...]:
        """Return the statements that the applied indexes change, measured with them and without on a private copy."""
        asked = record if record is not None else self.record()

        def work(lab: Laboratory) -> tuple[Compared, ...]:
            return compared(lab, lab.drive(discover()), asked, applied, accesses)

        return await self.in_laboratory(work, with_rows=True)

    async def in_laboratory(self, work: Callable[[Laboratory], T], *, with_rows: bool) -> T:
        """Run a function on a private copy, or on a clone without the rows, and return its result."""
        return await self._engine.in_scratch(work, with_rows=with_rows)

    async def doctor(self, *, integrity: Integrity = False) -> tuple[Finding, ...]:
        """Return what is not as it should be with the file, its data and what surrounds it, the gravest first.

        `integrity` has every page read ("quick": without comparing indexes with their tables). Nothing is changed.
        Raises DatabaseError, TransactionError where the caller has a transaction open.
        """
        schema = await self._engine.read(discover(), None)
        settings = await self._engine.read(read_settings(), None, on="writer")

        def look(laboratory: Laboratory) -> tuple[Finding, ...]:
            around = self._engine.look_around()
            return doctor.examine(laboratory.survey, schema, around, settings, integrity=integrity)

        return await self.in_laboratory(look, with_rows=False)

    async def explain(
        self, sql: str, parameters: Sequence[object] | Mapping[str, object] = (), *, run: bool = True
    ) -> Explanation:
        """Explain a statement and run it once on a private copy, with the parameters bound; a write too.

        With `run=False` nothing is copied, and the cost is not known. Raises DatabaseError or QueryError for what
        SQLite refuses, and QueryError for several statements, or one that has no plan (CREATE, PRAGMA, BEGIN …).
        """
        work = partial(explained, sql=checked(sql), parameters=encode_parameters(parameters), is_run=run)
        return await self.in_laboratory(work, with_rows=run)

    async def refresh_plans(self, record: Record | None = None) -> tuple[PlanChanged, ...]:
        """Look at the plans of all recorded statements, and return those that have changed since the last time.

        `record` is another one than this database's own, such as one that was read from a file.
        """
        return await self._upkeep.refresh_plans(record)

    def plans(self) -> tuple[KnownPlan, ...]:
        """Return the plans that are known, as they were when they were last looked at."""
        return self._upkeep.plans

    async def optimize_now(self, record: Record | None = None) -> OptimizeRun:
        """Run PRAGMA optimize on a private copy, and keep what it finds unless recorded statements get slower by it.

        Raises DatabaseError, as when somebody else writes for longer than `busy_timeout`, and ReadOnly.
        """
        return await self._upkeep.optimize_now(record)

    def report(self) -> OptimizerReport:
        """Return what was done of its own accord or on request, with the values before and after."""
        return self._upkeep.report()

    async def _run(self, make: Callable[[], Operation[None]]) -> None:
        await self._executor.run_write(lambda _: make(), is_definition=True)
        await self._executor.notice_schema()


def _statements(applied: Application) -> Operation[None]:
    check_drops(applied, (yield from discover()))
    yield from raw_sql.script(applied.statements)
