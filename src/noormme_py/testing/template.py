"""A seeded database that is made once, and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

from noormme_py.testing.seeds import Seed, Settings, sow


class SeedFailed(AssertionError):
    """There is no seeded database."""


class Template:
    """A seeded database in a file that nobody opens any more; it is made when it is first copied."""

    def __init__(self, file: Path, seed: Seed, settings: Settings) -> None:
        self._file = file
        self._seed = seed
        self._settings = settings
        self._is_made = False
        self._has_failed = False

    def clone(self, file: Path) -> Path:
        """Copy the database to a path and return it; raises SeedFailed, with its cause the first time."""
        __tracebackhide__ = True
        if self._has_failed:
            raise SeedFailed("the seed failed; the first test that asked for it tells how")
        if not self._is_made:
            # Whatever comes out, Ctrl-C too, half a database is not copied.
            self._has_failed = True
            self._make()
            self._has_failed = False
            self._is_made = True
        shutil.copyfile(self._file, file)
        return file

    def _make(self) -> None:
        try:
            sow(self._seed, self._file, self._settings)
        except Exception as fault:
            raise SeedFailed(f"the seed failed: {type(fault).__name__}: {fault}") from fault
        log = self._file.with_name(f"{self._file.name}-wal")
        if log.exists() and log.stat().st_size:
            # A copy of the file alone would be without what the log holds.
            raise SeedFailed("the seed left a connection of its own open, and rows in the write-ahead log")
