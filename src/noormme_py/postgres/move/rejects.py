"""Rows that could not be kept, in a file of JSON lines beside the target: nothing is lost with them."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from noormme_py.errors import TransferError
from noormme_py.frozen import frozen
from noormme_py.postgres.plan.planned import PlannedTable

_SHOWN = 200


@frozen
class Reject:
    """A row as PostgreSQL wrote it, by its columns, and why it could not be kept. `key` is its primary key."""

    table: str
    column: str | None
    reason: str
    key: tuple[tuple[str, str | None], ...]
    row: tuple[tuple[str, str | None], ...]

    @classmethod
    def of(cls, table: PlannedTable, row: Sequence[Any], column: str | None, reason: str) -> Reject:
        """Return the reject for a row of texts."""
        values = tuple(zip((column.source.name for column in table.columns), row, strict=True))
        key = tuple((name, value) for name, value in values if name in table.source.primary_key)
        return cls(table.source.qualified, column, reason, key, values)

    @property
    def words(self) -> str:
        """What is said of it: the key, and no other value."""
        where = f"{self.table}.{self.column}" if self.column else self.table
        key = ", ".join(f"{name} = {str(value)[:_SHOWN]}" for name, value in self.key)
        return f"{where}: a value cannot be kept: {self.reason}" + (f"; it is in the row with {key}" if key else "")


class Rejects:
    """The file of rejected rows, which comes into being with the first one; its owner alone can read it.

    Raises TransferError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: TextIO | None = None
        self._mark = (0, 0)

    def begin(self) -> None:
        """Say that another table begins."""
        with self._told():
            self._mark = (self.count, self._file.tell() if self._file is not None else 0)

    def add(self, reject: Reject) -> None:
        """Keep a row aside."""
        line = {
            "table": reject.table,
            "column": reject.column,
            "reason": reject.reason,
            "key": dict(reject.key),
            "row": dict(reject.row),
        }
        with self._told():
            if self._file is None:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
                self._file = os.fdopen(descriptor, "w", encoding="ascii")
            self._file.write(json.dumps(line) + "\n")
        self.count += 1

    def forget(self) -> None:
        """Forget the rows of the table at hand, which is copied again."""
        self.count, place = self._mark
        if self._file is not None:
            with self._told():
                self._file.seek(place)
                self._file.truncate()

    def close(self) -> bool:
        """Have the file whole on the disk, and return whether there is one: not where every row was kept."""
        if self._file is not None:
            with self._told():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None
                if not self.count:
                    self.path.unlink()
        return self.count > 0

    def abandon(self) -> None:
        """Close the file without a word of what cannot be written any more; the move is broken off."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except OSError as fault:
            raise TransferError(f"{str(self.path)!r} cannot be written", hint=fault.strerror) from None
