"""A survey of a PostgreSQL database as one piece of work that can be stopped."""

from __future__ import annotations

import shutil
from pathlib import Path

from noormme_py.errors import TransferError
from noormme_py.postgres.plan.planned import MoveOptions
from noormme_py.postgres.progress import Listener
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.survey.reading import read_survey
from noormme_py.postgres.survey.survey import Survey


class SurveyJob:
    """One survey."""

    def __init__(self, source: str, options: MoveOptions, *, is_quick: bool, listener: Listener) -> None:
        self._source = source
        self._options = options
        self._is_quick = is_quick
        self._listener = listener
        self._session: Session | None = None
        self._is_stopped = False

    def run(self) -> Survey:
        """Do it on this thread; raises TransferError and ConfigError."""
        with Session.open(self._source) as session:
            self._session = session
            try:
                return read_survey(
                    session,
                    self._options,
                    is_quick=self._is_quick,
                    free_bytes=_free_bytes(),
                    listener=self._listener,
                    stopped=lambda: self._is_stopped,
                )
            except TransferError:
                if self._is_stopped:
                    raise TransferError("stopped") from None
                raise

    def stop(self) -> None:
        """End it soon, from any thread."""
        self._is_stopped = True
        if self._session is not None:
            self._session.cancel()


def _free_bytes() -> int | None:
    try:
        return shutil.disk_usage(Path.cwd()).free
    except OSError:
        return None  # the folder is gone
