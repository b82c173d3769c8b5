"""A report as a file: it replaces a report of its kind, and nothing else."""

from __future__ import annotations

from pathlib import Path

from noormme_py.cli.written_module import write_whole
from noormme_py.errors import ConfigError
from noormme_py.optimize.report.analysis import Analysis
from noormme_py.optimize.report.page import BEGINNING, html_report


def check_replaceable(out: str, beginning: str = BEGINNING) -> None:
    """Raise ConfigError when there is a file that does not begin as such a report does; that of an analysis, if any."""
    try:
        with Path(out).open("rb") as file:
            head = file.read(len(beginning.encode()))
    except FileNotFoundError:
        return
    except (OSError, ValueError) as fault:
        hint = fault.strerror if isinstance(fault, OSError) else str(fault)
        raise ConfigError(f"{out!r} cannot be written", hint=hint) from None
    if head != beginning.encode():
        raise ConfigError(f"{out!r} is there and is no report", hint="give another name")


def write_report(out: str, analysis: Analysis) -> None:
    """Write the report of an analysis as HTML; raises ConfigError, and then nothing has changed."""
    check_replaceable(out)
    write_whole(out, html_report(analysis))
