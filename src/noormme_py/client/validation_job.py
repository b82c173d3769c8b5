"""Comparing a PostgreSQL database with the file that it was moved to, as work that can be stopped."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from noormme_py.client.transfer_files import check_file, read_report, report_path
from noormme_py.engine.plain_file import PlainFile
from noormme_py.errors import Interrupted, TransferError
from noormme_py.frozen import replaced
from noormme_py.location import parse_location
from noormme_py.names import quote
from noormme_py.postgres.model import PgDatabase
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.plan.looking import estimated_rows, look, of_one_moment
from noormme_py.postgres.plan.names import KnownNames
from noormme_py.postgres.plan.planned import MoveOptions, Plan, PlannedTable
from noormme_py.postgres.plan.planner import plan
from noormme_py.postgres.plan.selection import check_patterns, is_asked_for
from noormme_py.postgres.progress import Listener, Progress
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.validation.comparison import TableComparison, ValidationReport
from noormme_py.postgres.validation.validate import Validation


class TwoSides:
    """A PostgreSQL database and a file, both open; ended with `stop` from any thread."""

    def __init__(self, source: str, target: str | os.PathLike[str], report: str | os.PathLike[str] | None) -> None:
        check_file(target)
        self._source = source
        self.location = replaced(parse_location(target), mode="ro")
        self.report = read_report(report_path(self.location.file) if report is None else Path(report))
        if report is not None and self.report is None:
            raise TransferError(f"there is no report {os.fspath(report)!r}", hint="it is the JSON that the move wrote")
        self._session: Session | None = None
        self._reading: PlainFile | None = None
        self.is_stopped = False

    def open(self) -> tuple[Session, PlainFile]:
        """Open both; raises TransferError and DatabaseError."""
        self._reading = PlainFile.reading(self.location)
        try:
            self._session = Session.open(self._source)
        except BaseException:
            self._reading.close()
            raise
        return self._session, self._reading

    def close(self) -> None:
        """Close both."""
        if self._reading is not None:
            self._reading.close()
        if self._session is not None:
            self._session.close()

    def stop(self) -> None:
        """End what runs on both."""
        self.is_stopped = True
        if self._reading is not None:
            self._reading.stop()
        if self._session is not None:
            self._session.cancel()

    def told(self, error: Interrupted) -> Exception:
        """Return the error for work that was interrupted: stopped, where that was wanted."""
        return TransferError("stopped") if self.is_stopped else error


def options_of(report: TransferReport | None, include: tuple[str, ...], exclude: tuple[str, ...]) -> MoveOptions:
    """Return the options that a file was moved with, for some of its tables."""
    known = MoveOptions() if report is None else report.options
    return replaced(known, include=include or known.include, exclude=(*known.exclude, *exclude))


def known_names(report: TransferReport | None) -> KnownNames | None:
    """Return the names that a move gave, None where nothing is known of it."""
    if report is None:
        return None
    columns = {fate.source: fate.target for fate in report.fates if fate.kind == "column" and fate.target is not None}
    return KnownNames({table.source: table.target for table in report.tables}, columns)


def check_known(database: PgDatabase, report: TransferReport | None, options: MoveOptions) -> None:
    """Raise ConfigError for a pattern that means no table, neither of PostgreSQL now nor of the move."""
    moved = [table.source for table in report.tables] if report is not None else []
    check_patterns([*(table.qualified for table in database.tables), *moved], options)


def gone_tables(report: TransferReport | None, there: Iterable[str], options: MoveOptions) -> Iterable[tuple[str, str]]:
    """Yield the tables of a move, by their names on both sides, that PostgreSQL has no more and that are asked for."""
    there = set(there)
    for one in report.tables if report is not None else ():
        if one.source not in there and is_asked_for(one.source, options):
            yield one.source, one.target


def _has(reading: PlainFile, table: str) -> bool:
    return bool(reading.query("select 1 from sqlite_schema where type = 'table' and name = ?", (table,)))


def with_changed_columns(table: PlannedTable, report: TransferReport | None) -> PlannedTable:
    """Return the table with those columns marked that a function changed on their way."""
    if report is None:
        return table
    changed = {column for one in report.tables if one.source == table.source.qualified for column in one.unverified}
    columns = tuple(
        replaced(column, hook=_was_changed) if column.name in changed else column for column in table.columns
    )
    return replaced(table, columns=columns)


def _was_changed(value: object) -> None:
    raise AssertionError("nothing is stored here")


class ValidationJob:
    """One comparison."""

    def __init__(
        self,
        source: str,
        target: str | os.PathLike[str],
        *,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        report: str | os.PathLike[str] | None,
        listener: Listener,
    ) -> None:
        self._sides = TwoSides(source, target, report)
        self._options = options_of(self._sides.report, include, exclude)
        self._listener = listener

    def run(self) -> ValidationReport:
        """Do it on this thread; raises TransferError and DatabaseError."""
        began, compared_at = monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
        sides = self._sides
        with closing(sides):
            session, reading = sides.open()
            try:
                found = of_one_moment(session, lambda: self._compared(session, reading))
            except Interrupted as error:
                raise sides.told(error) from None
            place = session.place
        return ValidationReport(
            place, str(sides.location.path), compared_at, round(monotonic() - began, 3), tuple(found)
        )

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._sides.stop()

    def _compared(self, session: Session, reading: PlainFile) -> list[TableComparison]:
        known = known_names(self._sides.report)
        database, facts = look(session, self._options, self._listener)
        check_known(database, self._sides.report, self._options)
        made = plan(database, facts, self._options, known=known)
        total, rows = estimated_rows(session, made), 0
        validation = Validation(session, reading, PlainFile.spool, lambda: self._sides.is_stopped)
        if not made.tables:
            raise TransferError("there is no table to compare", hint="see --include and --exclude")
        found: list[TableComparison] = []
        for table in made.tables:
            self._listener(Progress("comparing", table.source.qualified, rows, total))
            found.append(validation.compare(with_changed_columns(table, self._sides.report)))
            rows += found[-1].rows[0]
        return [*found, *self._gone(made, reading)]

    def _gone(self, made: Plan, reading: PlainFile) -> Iterable[TableComparison]:
        """Yield the tables of the move that PostgreSQL has no more."""
        known = (table.source.qualified for table in made.tables)
        for source, target in gone_tables(self._sides.report, known, self._options):
            count = reading.query(f"select count(*) from {quote(target)}")[0][0] if _has(reading, target) else 0
            note = "PostgreSQL has no such table any more"
            yield TableComparison(source, target, (0, int(str(count))), False, notes=(note,))
