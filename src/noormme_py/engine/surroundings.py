"""Looking at what surrounds a database file.

Nothing here opens the database or its -shm while this process may have it open: closing a file, by whatever handle,
drops all the locks that the process has on it (sqlite.org/howtocorrupt.html §2.2).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from noormme_py.circumstances import Circumstances
from noormme_py.engine.filesystem import filesystem, is_network
from noormme_py.engine.open_connections import OPEN_CONNECTIONS, told
from noormme_py.location import Location

_MOUNTS = Path("/proc/self/mounts")
_LOCKS = Path("/proc/locks")

# sqlite.org/walformat.html: a read transaction holds one of these bytes of the -shm.
_READ_LOCKS = range(123, 128)
_JOURNAL_MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
_BACKUP_WORDS = ("backup", "bak", "copy", "dump", "old", "snapshot")
_BACKUP_FOLDERS = frozenset({"backup", "backups"})


def look_around(
    location: Location, *, is_alone: bool = False, mounts: Path = _MOUNTS, locks: Path = _LOCKS
) -> Circumstances:
    """Return what surrounds a database. `is_alone` says that this process has no connection to it."""
    if location.is_memory:
        return Circumstances()
    # SQLite follows links before it names the files beside a database.
    path = Path(os.path.realpath(location.file))
    kind = filesystem(str(path), mounts)
    journal = path.with_name(f"{path.name}-journal")
    return Circumstances(
        path=str(path),
        filesystem=kind,
        is_network=kind is not None and is_network(kind),
        file_bytes=_size(path),
        wal_bytes=_size(path.with_name(f"{path.name}-wal")),
        journal_bytes=_size(journal),
        is_journal_hot=_head(journal, 8) == _JOURNAL_MAGIC,
        mode=_mode(path),
        folder_mode=_mode(path.parent),
        free_bytes=_free(path.parent),
        backups=_backups(path),
        readers=(*_own_readers(location.file), *_other_readers(path.with_name(f"{path.name}-shm"), locks)),
        has_wal_header=_head(path, 20)[18:20] == b"\x02\x02" if is_alone else None,
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o7777
    except OSError:
        return 0


def _head(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError:
        return b""


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _backups(path: Path) -> tuple[str, ...]:
    own = {path.name, *(f"{path.name}-{end}" for end in ("wal", "shm", "journal"))}
    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.name not in own)
    except OSError:
        return ()
    return tuple(name for name in names if name.lower() in _BACKUP_FOLDERS or _is_backup(name, path.stem))


def _is_backup(name: str, stem: str) -> bool:
    if not name.startswith(stem):
        return False
    rest = name[len(stem) :].lower()
    return any(word in rest for word in _BACKUP_WORDS) or sum(map(str.isdigit, rest)) >= 6


def _own_readers(file: str) -> list[str]:
    return [told(one) for one in OPEN_CONNECTIONS.readers_of(file)]


def _other_readers(shm: Path, locks: Path) -> list[str]:
    """Name the processes that hold a read lock of the WAL index; the kernel lists them, no file is opened."""
    try:
        inode = str(shm.stat().st_ino)
        lines = locks.read_text().splitlines()
    except OSError:
        return []
    found: dict[str, None] = {}
    for line in lines:
        # 1: POSIX  ADVISORY  READ 4711 fe:00:305562 124 124
        fields = line.split()
        if len(fields) < 8 or fields[1] != "POSIX" or fields[5].rpartition(":")[2] != inode:
            continue
        process, first = fields[4], fields[6]
        if process != str(os.getpid()) and first.isdigit() and int(first) in _READ_LOCKS:
            found[f"process {process}"] = None
    return [*found]
