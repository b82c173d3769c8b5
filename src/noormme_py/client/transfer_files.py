"""The files of a move: the database in the making, the report beside it, and the rows that could not be kept."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from noormme_py.client.kept_files import replace_text
from noormme_py.engine.new_file import name_for_backup
from noormme_py.errors import ConfigError, TransferError
from noormme_py.location import parse_location
from noormme_py.postgres.move.report import TransferReport
from noormme_py.postgres.move.report_text import markdown


def check_file(target: str | os.PathLike[str]) -> None:
    """Raise ConfigError for what is a PostgreSQL database and no file; it may hold a password and is not shown."""
    text = os.fspath(target)
    if text.startswith(("postgres:", "postgresql:")) or "password=" in text:
        raise ConfigError("a PostgreSQL database stands where the file is expected", hint="change the two around")


class FilesBeside:
    """What a move leaves beside its target. Until that is in its place, each has `.incomplete` behind its name."""

    def __init__(self, target: Path, report: str | os.PathLike[str] | None) -> None:
        """Raises ConfigError for a report that cannot be where it is wanted."""
        self._target = target
        self.report = report_path(target) if report is None else _checked(report, target)
        self.rejects = rejects_path(target)
        self._markdown = self.report.with_suffix(".md")

    @property
    def rejects_for_now(self) -> Path:
        """Where the rows that cannot be kept are written."""
        return _for_now(self.rejects)

    def check(self, backup: Path | None) -> None:
        """Look whether a report can be written, before hours of work; raises ConfigError."""
        folder = self.report.parent
        if not folder.is_dir():
            raise ConfigError(f"the report's folder {str(folder)!r} does not exist", hint="make the folder first")
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
            names = [_for_now(path) for path in (self.report, self._markdown, self.rejects)]
            for name in [*names, *([report_path(backup)] if backup is not None else [])]:
                # Of a name that is too long, another error comes.
                with suppress(FileNotFoundError):
                    os.lstat(name)
        except OSError as fault:
            raise ConfigError(f"{str(self.report)!r} cannot be written", hint=fault.strerror) from None
        for path in (self.report, self._markdown, self.rejects):
            if path.is_dir():
                raise ConfigError(f"{str(path)!r} is a folder", hint="name a file for the report, or move that away")

    def write(self, report: TransferReport) -> None:
        """Write the report as JSON and as Markdown, under the names for now; raises TransferError."""
        try:
            replace_text(_for_now(self.report), _json(report))
            # Names of files need not be UTF-8.
            text = markdown(report).encode("utf-8", "backslashreplace").decode("utf-8")
            replace_text(_for_now(self._markdown), text)
        except OSError as fault:
            raise TransferError(f"{str(self.report)!r} cannot be written", hint=fault.strerror) from None

    def place(self, backup: Path | None) -> None:
        """Give all their names, once the target has its own; those of an earlier move are kept beside its `backup`.

        Raises TransferError for what stays as it is, when all else is done.
        """
        own, old_rejects = report_path(self._target), name_for_backup(self.rejects)
        steps: list[tuple[Path, Path]] = []
        if backup is not None:
            old_report, old_rejects = report_path(backup), rejects_path(backup)
            steps += [(own, old_report), (own.with_suffix(".md"), old_report.with_suffix(".md"))]
        steps.append((self.rejects, old_rejects))
        steps += [(_for_now(path), path) for path in (self.rejects, self._markdown, self.report)]
        failures: list[tuple[Path, OSError]] = []
        for path, name in steps:
            if any(name == kept for kept, _ in failures):
                continue
            try:
                path.replace(name)
            except FileNotFoundError:
                continue
            except OSError as fault:
                failures.append((path, fault))
        for path, refusal in failures:
            raise TransferError(
                f"{str(self._target)!r} is whole and in its place, but {str(path)!r} could not be renamed",
                hint=refusal.strerror,
            )

    def remove(self) -> None:
        """Remove what a move has left that did not come to its end."""
        for path in (self.rejects, self._markdown, self.report):
            with suppress(OSError):
                _for_now(path).unlink(missing_ok=True)


def report_path(target: str | os.PathLike[str]) -> Path:
    """Return where the report of a database's move is, as JSON."""
    return _beside(target, "transfer.json")


def rejects_path(target: str | os.PathLike[str]) -> Path:
    """Return where the rows are that a move could not keep."""
    return _beside(target, "rejects.jsonl")


def read_report(path: Path) -> TransferReport | None:
    """Return the report of an earlier move, None where there is none; raises TransferError for a damaged one."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        # A ValueError is bytes that are no text, or a NUL in the path.
        raise TransferError(f"{str(path)!r} cannot be read", hint=type(fault).__name__) from None
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise TransferError(f"{str(path)!r} is no report of a transfer") from None
    return TransferReport.from_dict(data)


def _beside(target: str | os.PathLike[str], kind: str) -> Path:
    path = Path(os.path.abspath(target))
    return path.with_name(f"{path.name}.{kind}")


def _for_now(path: Path) -> Path:
    return path.with_name(f"{path.name}.incomplete")


def _checked(report: str | os.PathLike[str], target: Path) -> Path:
    """Return where a report is wanted; raises ConfigError."""
    try:
        path = Path(parse_location(Path(report)).file)
    except ConfigError as fault:
        raise ConfigError(f"the report cannot be written: {fault.message}", hint="name another file") from None
    if not path.name:
        raise ConfigError("the report cannot be written: its path has no name", hint="name a file")
    if path.suffix.lower() == ".md":
        raise ConfigError(
            f"the report {path.name!r} is JSON, with Markdown beside it",
            hint=f"name it {path.with_suffix('.json').name!r}",
        )
    of_the_move = (target, _for_now(target), rejects_path(target))
    if {path, path.with_suffix(".md")} & set(of_the_move):
        raise ConfigError(f"the report {path.name!r} would be written over the database or its rows", hint="rename it")
    return path


def _json(report: TransferReport) -> str:
    text = json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n"
    try:
        text.encode()
    except UnicodeEncodeError:
        # Names of files need not be UTF-8.
        text = json.dumps(report.to_dict(), indent=1) + "\n"
    return text
