"""The file that a record of statements is kept in, beside the database: the owner's alone, for it may hold secrets."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from noormme_py.client.kept_files import alone, beside, make_folder, replace_text
from noormme_py.errors import RecordError
from noormme_py.location import Location
from noormme_py.optimize.recording.merge import merged, since, without_parameters
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.recording.record_text import from_text, to_text


def record_path(location: Location) -> Path:
    """Return where the record of a database is kept; raises RecordError for one in memory."""
    if location.is_memory:
        raise RecordError("a database in memory has no place beside it", hint='give a path: save_record("record.json")')
    return beside(location, "record.json")


def load_record(path: str | os.PathLike[str]) -> Record:
    """Return the record that a file holds; raises RecordError."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise _not_done("read", Path(path), fault) from None
    try:
        return from_text(text)
    except RecordError as fault:
        raise RecordError(f"{fault.message}: {path}", hint=fault.hint) from None


class RecordFiles:
    """The files that one process has saved its record to, with what it has put into each."""

    def __init__(self) -> None:
        self._saved: dict[Path, Record] = {}

    def save(self, take: Callable[[], Record], path: Path, *, with_parameters: bool) -> Path:
        """Add to a file what it does not have yet of the record that `take` gives; what others have put there stays."""
        path = path.absolute()
        # What is forgotten while this goes on stays forgotten.
        saved = self._saved
        try:
            make_folder(path.parent)
            with alone(path):
                # Not before: another save would be taken for an older state of this one.
                record, is_there = take(), path.exists()
                before = saved.get(path) if is_there else None
                new = record if before is None else since(record, before)
                whole = merged([load_record(path), new]) if is_there else new
                replace_text(path, to_text(whole if with_parameters else without_parameters(whole)))
                saved[path] = record
        except OSError as fault:
            raise _not_done("written", path, fault) from None
        return path

    def forget(self) -> None:
        """Let all that comes be new."""
        self._saved = {}


def _not_done(done: str, path: Path, fault: OSError | UnicodeDecodeError) -> RecordError:
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else "it is no text"
    return RecordError(f"the record cannot be {done}: {reason}: {path}", hint="give the path of a file of your own")
