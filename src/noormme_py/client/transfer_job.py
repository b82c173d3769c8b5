"""A move as one piece of work that can be stopped: it joins the PostgreSQL side and the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import get_args

from noormme_py.client.transfer_files import FilesBeside, check_file
from noormme_py.engine.new_file import NewFile, check_target
from noormme_py.engine.unbroken import run_unbroken
from noormme_py.errors import ConfigError, Interrupted, NoormmeError, TransferError
from noormme_py.postgres.move.copying import OnError
from noormme_py.postgres.move.ledger import drop_ledger, is_ledger_there
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
        check_file(target)
        _check_options(options, on_error)
        self._source = source
        self._file = NewFile(target)
        self._options = options
        self._hooks = hooks
        self._on_error: OnError = on_error
        self._is_resumed = is_resumed
        self._is_forced = is_forced
        self._is_verified = is_verified
        self._beside = FilesBeside(self._file.target, report)
        self._listener = listener
        self._session: Session | None = None
        self._is_whole = False

    def run(self) -> TransferReport:
        """Do it on this thread; raises NoormmeError, and then no target is there that was not there before.

        Should a file beside the target not get its name although the target has got its own, the error says so.
        """
        began, started = monotonic(), datetime.now(UTC)
        backup = check_target(self._file.target, is_forced=self._is_forced)
        self._beside.check(backup)
        rejects = Rejects(self._beside.rejects_for_now)
        with Session.open(self._source) as session, closing(self._file) as file:
            self._session = session
            try:
                file.open(is_resumed=self._is_resumed)
                self._beside.remove()
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
                kept = self._beside.rejects if rejects.close() else None
                seconds = round(monotonic() - began, 3)
                report = self._told(session, moved, started.isoformat(timespec="seconds"), seconds, kept, backup)
                self._beside.write(report)
                self._check_running()
                file.check_place(keeping=backup)
                self._is_whole = True
                run_unbroken(lambda: self._place(backup))
            except BaseException as error:
                rejects.abandon()
                self._leave(error)
                if isinstance(error, Interrupted) and file.is_stopped():
                    raise TransferError("stopped", hint="go on with --resume") from None
                raise
            return report

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._file.stop()
        if self._session is not None:
            self._session.cancel()

    def _check_running(self) -> None:
        if self._file.is_stopped():
            raise TransferError("stopped", hint="go on with --resume")

    def _place(self, backup: Path | None) -> None:
        """Put the target in its place, and what lies beside it."""
        drop_ledger(self._file)
        self._file.finish(keeping=backup)
        self._beside.place(backup)

    def _leave(self, error: BaseException) -> None:
        """Keep what is worth going on with, and remove what is not; a whole database only lacks its name."""
        if self._is_whole or not self._file.is_open:
            self._file.close()
            return
        self._beside.remove()
        try:
            self._file.rollback()
            is_worth_it = is_ledger_there(self._file)
        except NoormmeError:
            is_worth_it = False
        if is_worth_it:
            self._file.close()
            if isinstance(error, NoormmeError) and error.hint is None:
                error.hint = "go on with --resume"
        else:
            # Whatever the disk says, the reason is the error at hand.
            with suppress(OSError):
                self._file.remove()

    def _told(
        self, session: Session, moved: Moved, started: str, seconds: float, rejects: Path | None, backup: Path | None
    ) -> TransferReport:
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
            seconds,
            self._options,
            moved.tables,
            moved.fates,
            moved.orphans,
            codecs,
            rejects.name if rejects else None,
            backup.name if backup else None,
        )


def _check_options(options: MoveOptions, on_error: str) -> None:
    """Raise ConfigError for what no server needs to be asked about."""
    if on_error not in get_args(OnError):
        raise ConfigError(f"on_error cannot be {on_error!r}", hint='"stop" or "report"')
    for table, condition in options.where:
        _check_text(f"the condition for {table!r}", condition)
    _check_text("an option", *options.include, *options.exclude, *chain(*options.types))


def _check_text(what: str, *texts: str) -> None:
    for text in texts:
        try:
            text.encode()
            is_text = "\0" not in text
        except UnicodeEncodeError:
            is_text = False
        if not is_text:
            raise ConfigError(f"{what} has bytes that are not UTF-8, or a NUL, which PostgreSQL has in no text")
