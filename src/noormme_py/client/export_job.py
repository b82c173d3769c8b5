"""Bringing a file's rows back into PostgreSQL, as work that can be stopped."""

from __future__ import annotations

import os
from contextlib import closing
from fnmatch import fnmatchcase
from glob import escape
from time import monotonic

from noormme_py.client.read_schema import read_schema
from noormme_py.client.validation_job import (
    TwoSides,
    check_known,
    gone_tables,
    known_names,
    options_of,
    with_changed_columns,
)
from noormme_py.config import config_for
from noormme_py.engine.plain_file import PlainFile
from noormme_py.errors import Interrupted, TransferError
from noormme_py.names import fold
from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.export.export import Export, ExportedTable, ExportReport, brought, check_kept
from noormme_py.postgres.export.new_schema import make_schema
from noormme_py.postgres.plan.planned import MoveOptions, PlannedTable
from noormme_py.postgres.plan.planner import plan
from noormme_py.postgres.progress import Listener
from noormme_py.postgres.server.session import Session
from noormme_py.schema.model import Schema, Table


class ExportJob:
    """One way back, in one transaction."""

    def __init__(
        self,
        source: str | os.PathLike[str],
        target: str,
        *,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        schema: str | None,
        is_changes_only: bool,
        is_forced: bool,
        report: str | os.PathLike[str] | None,
        listener: Listener,
    ) -> None:
        self._sides = TwoSides(target, source, report)
        self._options = options_of(self._sides.report, include, exclude)
        self._include, self._exclude = include, exclude
        self._schema = schema
        self._without: list[str] = []
        self._is_changes_only = is_changes_only
        self._is_forced = is_forced
        self._listener = listener

    def run(self) -> ExportReport:
        """Do it on this thread; raises TransferError and DatabaseError, and then PostgreSQL is as it was."""
        began = monotonic()
        sides = self._sides
        with closing(sides):
            session, reading = sides.open()
            try:
                with session.transaction():
                    exported, skipped = self._brought(session, reading)
            except Interrupted as error:
                raise sides.told(error) from None
            place = session.place
        return ExportReport(
            str(sides.location.path), place, round(monotonic() - began, 3), tuple(exported), tuple(skipped)
        )

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._sides.stop()

    def _brought(self, session: Session, reading: PlainFile) -> tuple[list[ExportedTable], list[str]]:
        report = self._sides.report
        if report is None and self._schema is None and not self._is_forced:
            raise TransferError(
                "there is no report of the move beside the file: what the move left out cannot be told from what was"
                " deleted since",
                hint="name it with --report, or replace the tables all the same with --force",
            )
        planned = self._planned(session)
        if not self._is_forced:
            check_kept(planned, {one.source: one.rejected for one in report.tables} if report else {}, reading)
        tables, missing = brought(planned, reading)
        if self._schema is None:
            gone = gone_tables(report, (table.source.qualified for table in planned), self._options)
            missing += [f"{source}: PostgreSQL has no such table any more" for source, _ in gone]
        if missing and not self._is_forced:
            raise TransferError(
                f"{missing[0]}{f', and {len(missing) - 1} more' if len(missing) > 1 else ''}",
                hint="leave it as it is in PostgreSQL with --exclude, or all of them with --force",
            )
        export = Export(
            session,
            reading,
            PlainFile.spool,
            is_changes_only=self._is_changes_only,
            listener=self._listener,
            stopped=lambda: self._sides.is_stopped,
        )
        exported, notes = export.run(tables)
        return exported, [*self._without, *missing, *notes]

    def _planned(self, session: Session) -> list[PlannedTable]:
        report = self._sides.report
        if self._schema is not None:
            self._without = make_schema(session, self._schema, self._chosen(), self._recorded())
            # Its tables bear the names that they have in the file.
            options = MoveOptions(include=(f"{escape(self._schema)}.*",), types=self._options.types)
            return list(plan(read_database(session), {}, options).tables)
        database = read_database(session)
        check_known(database, report, self._options)
        tables = plan(database, {}, self._options, known=known_names(report)).tables
        return [with_changed_columns(table, report) for table in tables]

    def _chosen(self) -> Schema:
        """Return the tables of the file that are asked for, by their names in it or those that they had."""
        schema = read_schema(config_for(self._sides.location.url, {}))
        names = {fold(one.target): one.source for one in self._sides.report.tables} if self._sides.report else {}

        def is_meant(table: Table, patterns: tuple[str, ...]) -> bool:
            known = (table.name, names.get(fold(table.name), table.name))
            return any(fnmatchcase(one, pattern) for one in known for pattern in patterns)

        chosen = [
            table
            for table in schema.tables
            if (not self._include or is_meant(table, self._include)) and not is_meant(table, self._exclude)
        ]
        return Schema(schema.version, tuple(chosen), schema.notes)

    def _recorded(self) -> dict[tuple[str, str], str]:
        """Return the types that columns had in PostgreSQL before the move."""
        report = self._sides.report
        if report is None:
            return {}
        targets = {table.source: table.target for table in report.tables}
        found: dict[tuple[str, str], str] = {}
        for fate in report.fates:
            if fate.kind != "column" or fate.target is None or fate.text is None:
                continue
            table = fate.source
            # Both names may have points in them.
            while table and table not in targets:
                table = table.rpartition(".")[0]
            if table:
                found[fold(targets[table]), fold(fate.target)] = fate.text
        return found
