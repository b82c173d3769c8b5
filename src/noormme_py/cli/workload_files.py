"""What a database is asked, read from the file that an option names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from noormme_py.errors import ConfigError
from noormme_py.optimize.log_reading import record_of_log
from noormme_py.optimize.record import Record
from noormme_py.optimize.workload import Workload, record_of_sql

_LONGEST_LINE = 1_000_000


def read_workload(sql: str | None, log: str | None) -> Workload:
    """Return the statements of the one file that is named; raises ConfigError."""
    if sql is not None and log is not None:
        raise ConfigError("--sql and --log are two sources", hint="give one of them")
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
    return Workload(
        Record(), ("Nothing says what the database is asked: name a workload with --sql or a log with --log.",)
    )


def _lines(log: str) -> Iterator[str]:
    """Yield the lines as they are read; one that has no end comes in pieces."""
    with Path(log).open(encoding="utf-8", errors="replace", newline=None) as file:
        while line := file.readline(_LONGEST_LINE):
            yield line


def _unreadable(path: str, fault: OSError | ValueError) -> ConfigError:
    hint = fault.strerror if isinstance(fault, OSError) else str(fault)
    return ConfigError(f"{path!r} cannot be read", hint=hint)
