"""A move as one piece of work that can be stopped: it joins the PostgreSQL side and the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from noormme_py.client.transfer_files import rejects_path, report_path, write_report
from noormme_py.engine.new_file import NewFile, check_target
from noormme_py.errors import Interrupted, NoormmeError, TransferError
from noormme_py.frozen import replaced
from noormme_py.postgres.move.copying import OnError
from noormme_py.postgres.move.ledger import is_ledger_there
from noormme_py.postgres.move.move import Move, Moved
from noormme_py.postgres.move.rejects import Rejects
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.plan.planned import Hook, MoveOptions
from noormme_py.postgres.progress import Listener
from noormme_py.postgres.server.session import Session


class TransferJob:
    """One move of a PostgreSQL database into a SQLite file."""

    def __init__(
        self,
        source: str,
        target: str | os.PathLike[str],
        options: MoveOptions,
        *,
        hooks: Mapping[str, Hook],
        on_error: OnError,
        is_resumed: bool,
        is_forced: bool,
        is_verified: bool,
        report: str | os.PathLike[str] | None,
        listener: Listener,
    ) -> None:
        self._source = source
        self._file = NewFile(target)
        self._options = options
        self._hooks = hooks
        self._on_error: OnError = on_error
        self._is_resumed = is_resumed
        self._is_forced = is_forced
        self._is_verified = is_verified
        self._report = report_path(target) if report is None else Path(report)
        self._listener = listener
        self._session: Session | None = None
        self._is_whole = False

    def run(self) -> TransferReport:
        """Do it on this thread; raises NoormmeError, and then no target is there that was not there before."""
        began, started = monotonic(), datetime.now(UTC)
        backup = check_target(self._file.target, is_forced=self._is_forced)
        rejects = Rejects(rejects_path(self._file.target))
        with Session.open(self._source) as session, closing(self._file) as file:
            self._session = session
            try:
                file.open(is_resumed=self._is_resumed)
                move = Move(
                    session,
                    file,
                    rejects,
                    self._options,
                    hooks=self._hooks,
                    on_error=self._on_error,
                    is_verified=self._is_verified,
                    listener=self._listener,
                    stopped=file.is_stopped,
                )
                moved = move.run()
                kept = rejects.close()
                self._check_running()
                self._is_whole = True
                file.finish(keeping=backup)
            except BaseException as error:
                rejects.close()
                self._leave(error)
                if isinstance(error, Interrupted) and file.is_stopped():
                    raise TransferError("stopped", hint="go on with --resume") from None
                raise
            made = self._told(session, moved, started.isoformat(timespec="seconds"), monotonic() - began)
            report = _with_files(made, kept, backup)
            write_report(report, self._report)
            return report

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._file.stop()
        if self._session is not None:
            self._session.cancel()

    def _check_running(self) -> None:
        if self._file.is_stopped():
            raise TransferError("stopped", hint="go on with --resume")

    def _leave(self, error: BaseException) -> None:
        """Keep what is worth going on with, and remove what is not; a whole database only lacks its name."""
        if self._is_whole:
            self._file.close()
            return
        try:
            self._file.rollback()
            is_worth_it = self._file.is_open and is_ledger_there(self._file)
        except NoormmeError:
            is_worth_it = False
        if is_worth_it:
            self._file.close()
            if isinstance(error, NoormmeError) and error.hint is None:
                error.hint = "go on with --resume"
        elif self._file.is_open:
            self._file.remove()

    def _told(self, session: Session, moved: Moved, started: str, seconds: float) -> TransferReport:
        codecs = tuple(
            (f"{table.name}.{column.name}", column.codec)
            for table in moved.plan.tables
            for column in table.columns
            if column.codec is not None
        )
        return TransferReport(
            session.place,
            moved.database.name,
            moved.database.version,
            self._file.target.name,
            started,
            round(seconds, 3),
            self._options,
            moved.tables,
            moved.fates,
            moved.orphans,
            codecs,
        )


def _with_files(report: TransferReport, rejects: Path | None, backup: Path | None) -> TransferReport:
    return replaced(
        report,
        rejects_file=rejects.name if rejects else None,
        backup=backup.name if backup else None,
    )
