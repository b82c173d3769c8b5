"""What a database is asked, read from the file that an option names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from noormme_py.cli.read_untouched import location_of
from noormme_py.client.record_file import load_record, record_path
from noormme_py.errors import ConfigError
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.workload.log_reading import record_of_log
from noormme_py.optimize.workload.workload import Workload, record_of_sql

_LONGEST_LINE = 1_000_000
_NOTHING = (
    "Nothing says what the database is asked: have the application save a record (db.optimizer.save_record()),"
    " or name a workload with --sql or a log with --log."
)


def read_workload(file: str, *, sql: str | None, log: str | None, record: str | None) -> Workload:
    """Return the statements of the one source that is named, else of the record beside the database, if there is one.

    Raises ConfigError and RecordError.
    """
    given = [name for name, value in (("--sql", sql), ("--log", log), ("--record", record)) if value is not None]
    if len(given) > 1:
        raise ConfigError(f"{' and '.join(given)} are different sources", hint="give one of them")
    if record is not None:
        return Workload(load_record(record), ())
    if sql is not None:
        try:
            return record_of_sql(Path(sql).read_text("utf-8", errors="replace"))
        except (OSError, ValueError) as fault:
            raise _unreadable(sql, fault) from None
    if log is not None:
        try:
            return record_of_log(_lines(log))
        except (OSError, ValueError) as fault:
            raise _unreadable(log, fault) from None
    beside = record_path(location_of(file))
    if beside.exists():
        return Workload(load_record(beside), ())
    return Workload(Record(), (_NOTHING,))


def _lines(log: str) -> Iterator[str]:
    """Yield the lines as they are read; one that has no end comes in pieces."""
    with Path(log).open(encoding="utf-8", errors="replace", newline=None) as file:
        while line := file.readline(_LONGEST_LINE):
            yield line


def _unreadable(path: str, fault: OSError | ValueError) -> ConfigError:
    hint = fault.strerror if isinstance(fault, OSError) else str(fault)
    return ConfigError(f"{path!r} cannot be read", hint=hint)
