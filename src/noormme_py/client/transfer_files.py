"""The files of a move: the database in the making, the report beside it, and the rows that could not be kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

from noormme_py.client.kept_files import replace_text
from noormme_py.errors import TransferError
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.move.report_text import markdown


def report_path(target: str | os.PathLike[str]) -> Path:
    """Return where the report of a database's move is, as JSON."""
    return _beside(target, "transfer.json")


def rejects_path(target: str | os.PathLike[str]) -> Path:
    """Return where the rows are that a move could not keep."""
    return _beside(target, "rejects.jsonl")


def write_report(report: TransferReport, path: Path) -> None:
    """Write the report as JSON, and beside it as Markdown; raises TransferError."""
    try:
        replace_text(path, json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n")
        replace_text(path.with_suffix(".md"), markdown(report))
    except OSError as fault:
        raise TransferError(f"{str(path)!r} cannot be written", hint=fault.strerror) from None


def read_report(path: Path) -> TransferReport | None:
    """Return the report of an earlier move, None where there is none; raises TransferError for a damaged one."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as fault:
        raise TransferError(f"{str(path)!r} cannot be read", hint=type(fault).__name__) from None
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError
    except ValueError:
        raise TransferError(f"{str(path)!r} is no report of a transfer") from None
    return TransferReport.from_dict(data)


def _beside(target: str | os.PathLike[str], kind: str) -> Path:
    path = Path(os.path.abspath(target))
    return path.with_name(f"{path.name}.{kind}")
