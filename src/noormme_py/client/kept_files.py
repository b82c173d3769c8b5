"""The folder `.noormme` beside a database, and how a file in it is written."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from noormme_py.location import Location

FOLDER = ".noormme"


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
