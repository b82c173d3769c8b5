"""The folder `.noormme` beside a database, and how a file in it is written."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from time import monotonic, sleep, time

from noormme_py.errors import RecordError
from noormme_py.location import Location

FOLDER = ".noormme"

# A save takes milliseconds; what is older was left behind by a process that was killed.
_STALE_S = 10.0
_PATIENCE_S = 20.0
_LOOK_S = 0.01


def beside(location: Location, kind: str) -> Path:
    """Return where a file of this kind is kept for a database."""
    file = Path(location.file)
    return file.parent / FOLDER / f"{file.name}.{kind}"


def make_folder(folder: Path) -> None:
    """Make the folder, which git is to leave alone; any other one has to be there."""
    if folder.name != FOLDER:
        return
    folder.mkdir(exist_ok=True, mode=0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")


def replace_text(path: Path, text: str) -> None:
    """Write a file so that whoever reads it, at whatever moment, finds the old text or the new one."""
    temporary = path.with_name(f"{path.name}.{token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Keep other processes and threads from saving to the same file; raises RecordError when one does not end."""
    lock = path.with_name(f"{path.name}.lock")
    deadline = monotonic() + _PATIENCE_S
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            break
        except FileExistsError:
            if monotonic() > deadline:
                raise RecordError(
                    f"somebody else has been saving this file for too long: {path}",
                    hint=f"if nobody is, remove {lock.name}",
                ) from None
            _remove_stale(lock)
            sleep(_LOOK_S)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _remove_stale(lock: Path) -> None:
    try:
        is_stale = time() - lock.stat().st_mtime > _STALE_S
    except FileNotFoundError:
        return
    if is_stale:
        lock.unlink(missing_ok=True)
