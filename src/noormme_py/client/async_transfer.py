"""Moving a PostgreSQL database into a SQLite file. Each function works on a thread of its own and can be cancelled."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from noormme_py.client.export_job import ExportJob
from noormme_py.client.queries_job import QueriesJob
from noormme_py.client.survey_job import SurveyJob
from noormme_py.client.transfer_job import TransferJob
from noormme_py.client.validation_job import ValidationJob
from noormme_py.engine.async_aside import run_aside
from noormme_py.postgres.export.export import ExportReport
from noormme_py.postgres.move.copying import OnError
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.plan.planned import Hook, MoveOptions
from noormme_py.postgres.progress import Listener, nobody
from noormme_py.postgres.survey.survey import Survey
from noormme_py.postgres.validation.comparison import ValidationReport
from noormme_py.postgres.workload.answers import Limits
from noormme_py.postgres.workload.findings import QueriesReport


async def survey(
    source: str,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    types: Mapping[str, str] | None = None,
    snake_case: bool = False,
    strict: bool = False,
    quick: bool = False,
    progress: Listener = nobody,
) -> Survey:
    """Return what a database is, what would become of it, how it is used, and what to decide before it is moved.

    It is only read, in one state: every row once or twice, and with `quick` none, so that numbers are PostgreSQL's
    estimates. The options are those of `transfer`. Raises TransferError and ConfigError.
    """
    options = MoveOptions(tuple(include), tuple(exclude), (), tuple((types or {}).items()), snake_case, strict)
    job = SurveyJob(source, options, is_quick=quick, listener=progress)
    return await run_aside(job.run, job.stop)


async def transfer(
    source: str,
    target: str | os.PathLike[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    types: Mapping[str, str] | None = None,
    hooks: Mapping[str, Hook] | None = None,
    snake_case: bool = False,
    strict: bool = False,
    on_error: OnError = "stop",
    resume: bool = False,
    force: bool = False,
    verify: bool = True,
    report: str | os.PathLike[str] | None = None,
    progress: Listener = nobody,
) -> TransferReport:
    """Move a database into a new file, which is there only when it is whole and every value was compared.

    `source` is a URL or a libpq text. `include` and `exclude` name tables as `schema.table` or `table`, with `*` and
    `?`; `where` has conditions on their rows in PostgreSQL's SQL, `types` forms by PostgreSQL's types
    (`{"numeric": "real"}`), and `hooks` functions by `table.column`, which are given a value as it would be stored.
    `on_error="report"` keeps rows that cannot be moved in a file `<target>.rejects.jsonl`. `resume` goes on with what
    an earlier try left. `force` replaces a target that is there, and keeps it as a backup, with what lies beside it.
    The report is written to `<target>.transfer.json` and `.md`, unless another path is given. `progress` is called on
    the thread that works.

    Raises TransferError, ConfigError, and DatabaseError for what SQLite refuses: then nothing is in the target's place.
    """
    options = MoveOptions(
        tuple(include),
        tuple(exclude),
        tuple((where or {}).items()),
        tuple((types or {}).items()),
        snake_case,
        strict,
    )
    job = TransferJob(
        source,
        target,
        options,
        hooks=hooks or {},
        on_error=on_error,
        is_resumed=resume,
        is_forced=force,
        is_verified=verify,
        report=report,
        listener=progress,
    )
    return await run_aside(job.run, job.stop)


async def validate(
    source: str,
    target: str | os.PathLike[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    report: str | os.PathLike[str] | None = None,
    progress: Listener = nobody,
) -> ValidationReport:
    """Compare a database with the file that it was moved to: rows, every value, NULLs, lowest and highest, and keys.

    What the move was asked for is read from its report. Both sides are only read, each in one state. Raises
    TransferError and DatabaseError.
    """
    job = ValidationJob(
        source, target, include=tuple(include), exclude=tuple(exclude), report=report, listener=progress
    )
    return await run_aside(job.run, job.stop)


async def export(
    source: str | os.PathLike[str],
    target: str,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    schema: str | None = None,
    changes_only: bool = False,
    force: bool = False,
    report: str | os.PathLike[str] | None = None,
    progress: Listener = nobody,
) -> ExportReport:
    """Bring a file's rows back into the PostgreSQL database they came from, in one transaction, and compare them there.

    The rows of all tables that were moved are replaced; `changes_only` writes those alone that differ, by primary key.
    `schema` makes the tables anew in a schema that is not there yet. Where the move kept rows aside, replacing their
    table would lose them: that needs `force`. Raises TransferError and DatabaseError: then PostgreSQL is as it was.
    """
    job = ExportJob(
        source,
        target,
        include=tuple(include),
        exclude=tuple(exclude),
        schema=schema,
        is_changes_only=changes_only,
        is_forced=force,
        report=report,
        listener=progress,
    )
    return await run_aside(job.run, job.stop)


async def compare_queries(
    source: str,
    target: str | os.PathLike[str],
    workload: str | os.PathLike[str],
    *,
    max_rows: int = 100_000,
    timeout_s: float = 10.0,
    time_zone: str | None = None,
    show_rows: bool = False,
    report: str | os.PathLike[str] | None = None,
    progress: Listener = nobody,
) -> QueriesReport:
    """Run queries on both sides, and tell for each whether SQLite gives the same, in which words, and if not why.

    `workload` is SQL, or the path of a file of it: statements that end in semicolons; what is no query is not run. A
    comment before one may name it (`-- name: by_email`) and give its parameters (`-- params: 1, 'x'`). More than
    `max_rows` rows, and what takes more than `timeout_s` on a side, is not compared. PostgreSQL computes in
    `time_zone`, else in that of its settings. `show_rows` puts a few of the rows that differ into the report.

    Nothing is written on either side. Raises TransferError, ConfigError and DatabaseError.
    """
    job = QueriesJob(
        source,
        target,
        workload,
        limits=Limits(max_rows, timeout_s),
        time_zone=time_zone,
        has_examples=show_rows,
        report=report,
        listener=progress,
    )
    return await run_aside(job.run, job.stop)
