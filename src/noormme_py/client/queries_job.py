"""Comparing the queries of a workload on both sides, as work that can be stopped."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from noormme_py.client.validation_job import TwoSides, options_of
from noormme_py.engine.plain_file import PlainFile
from noormme_py.errors import ConfigError, Interrupted
from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.plan.planned import MoveOptions
from noormme_py.postgres.plan.planner import plan
from noormme_py.postgres.progress import Listener, Progress
from noormme_py.postgres.queries import translate_query
from noormme_py.postgres.queries.names_of_plan import names_of
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.workload.answers import Limits, Source, Target
from noormme_py.postgres.workload.compare import Comparing
from noormme_py.postgres.workload.differences import Forms
from noormme_py.postgres.workload.findings import QueriesReport, QueryComparison
from noormme_py.postgres.workload.statements import read_workload

LONGEST_FILE = 64_000_000
"""Bytes of a workload that is read."""


class QueriesJob:
    """One comparison of a workload."""

    def __init__(
        self,
        source: str,
        target: str | os.PathLike[str],
        workload: str | os.PathLike[str],
        *,
        limits: Limits,
        time_zone: str | None,
        has_examples: bool,
        report: str | os.PathLike[str] | None,
        listener: Listener,
    ) -> None:
        if isinstance(workload, str) and _is_file(workload):
            raise ConfigError("the workload is a text that names a file", hint="give it as a Path, or its text")
        self._sides = TwoSides(source, target, report)
        self._options: MoveOptions = options_of(self._sides.report, (), ())
        self._workload = workload
        self._limits = limits
        self._time_zone = time_zone
        self._has_examples = has_examples
        self._listener = listener
        self._computed_in = "UTC"

    def run(self) -> QueriesReport:
        """Do it on this thread; raises TransferError, ConfigError and DatabaseError."""
        began, compared_at = monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
        workload = read_workload(text_of(self._workload))
        sides = self._sides
        with closing(sides):
            session, reading = sides.open()
            try:
                with session.snapshot():
                    comparing = self._comparing(session, reading)
                    found: list[QueryComparison] = []
                    for recorded in workload.statements:
                        self._listener(Progress("comparing", recorded.name, len(found), len(workload.statements)))
                        found.append(comparing.compare(recorded))
            except Interrupted as error:
                raise sides.told(error) from None
            place = session.place
        return QueriesReport(
            place,
            str(sides.location.path),
            compared_at,
            round(monotonic() - began, 3),
            self._computed_in,
            tuple(found),
            workload.left_out,
        )

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._sides.stop()

    def _comparing(self, session: Session, reading: PlainFile) -> Comparing:
        self._listener(Progress("looking"))
        # What the values are like changes forms, and no names.
        database, types = read_database(session), dict(self._options.types)
        path: list[str] = session.query("select current_schemas(false)::text[]")[0][0]
        names = names_of(database, plan(database, {}, self._options), types, path)
        source = Source(session, self._limits, self._is_stopped, self._time_zone)
        self._computed_in = source.time_zone
        return Comparing(
            source,
            Target(reading, self._limits, self._is_stopped),
            Forms(types, is_strict=self._options.is_strict),
            lambda sql: translate_query(sql, names),
            has_examples=self._has_examples,
        )

    def _is_stopped(self) -> bool:
        return self._sides.is_stopped


def text_of(workload: str | os.PathLike[str]) -> str:
    """Return the statements that a text is, or that the file of a path has; raises ConfigError."""
    if isinstance(workload, str):
        return workload
    try:
        with Path(workload).open("rb") as file:
            data = file.read(LONGEST_FILE + 1)
    except OSError as fault:
        raise ConfigError(f"{str(workload)!r} cannot be read", hint=fault.strerror) from None
    if len(data) > LONGEST_FILE:
        raise ConfigError(f"{str(workload)!r} has more than {LONGEST_FILE // 1_000_000} MB", hint="split it")
    return data.decode("utf-8-sig", "replace")


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False
