"""The record that a database keeps of its statements, when it is to, and the files that it is saved to."""

from __future__ import annotations

import os
from pathlib import Path

from noormme_py.client.record_file import RecordFiles, record_path
from noormme_py.config import Config
from noormme_py.engine.async_engine import AsyncEngine
from noormme_py.engine.call_sites import Mutex, current_origin, current_spot, current_unit
from noormme_py.errors import RecordError
from noormme_py.introspect.discover import DISCOVERY_SQL
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.recording.recorder import Recorder


class AsyncRecording:
    """Recording, which is on when the configuration asks for analysis or for recommendations."""

    def __init__(self, engine: AsyncEngine, config: Config) -> None:
        self._engine = engine
        self._config = config
        self._files = RecordFiles()
        self._recorder: Recorder | None = None
        if config.automation.enable_query_analysis or config.automation.enable_index_recommendations:
            self._recorder = Recorder(current_unit, current_origin, current_spot, Mutex(), ignored=DISCOVERY_SQL)
            engine.observers.recorder = self._recorder

    @property
    def is_on(self) -> bool:
        return self._recorder is not None

    def record(self) -> Record:
        """Return what the database has been asked so far."""
        return self._running.record()

    def reset(self) -> None:
        """Forget what has been recorded, in memory only."""
        self._running.reset()
        self._files.forget()

    async def save(self, path: str | os.PathLike[str] | None, *, with_parameters: bool) -> Path:
        """Add to a file what was recorded since it was last saved there; return the file's path."""
        target = record_path(self._config.location) if path is None else Path(path)
        running, files = self._running, self._files
        return await self._engine.aside(lambda: files.save(running.record, target, with_parameters=with_parameters))

    @property
    def _running(self) -> Recorder:
        if self._recorder is None:
            raise RecordError(
                "this database keeps no record of statements",
                hint='open it with automation={"enable_query_analysis": True}, or give a record',
            )
        return self._recorder
