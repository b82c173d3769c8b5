"""Where the file lies: the file system, who may write to it, how much room is left, and whether there is a backup."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.optimize.doctor.case import MIB, Case, sized
from noormme_py.optimize.finding import Finding, Severity

# They pass files on from another system, and do not keep the promises on locks and shared memory that SQLite needs.
_PASSED_ON = frozenset({"drvfs", "fuse", "prl_fs", "vboxsf", "virtiofs", "vmhgfs"})
_PASSING = {
    "overlay": "is a layer of a container, and gone with it unless the folder is a volume",
    "ramfs": "is memory, and gone when the machine stops",
    "tmpfs": "is memory, and gone when the machine stops",
}


def check_filesystem(case: Case) -> Iterable[Finding]:
    """Look at the kind of file system."""
    around = case.around
    kind = around.filesystem
    if kind is None:
        return
    if around.is_network or kind in _PASSED_ON:
        what = "a network file system, or may be one" if around.is_network else "passed on from another system"
        severity: Severity = "high" if case.is_wal else "medium"
        harm = "WAL mode needs shared memory, which does not work there" if case.is_wal else "its locks may not work"
        mend = "Move the database to a local disk"
        yield Finding(
            "file-system",
            severity,
            kind,
            f"The file system ({kind}) is {what}: {harm}.",
            f"file system {kind}; journal mode {'wal' if case.is_wal else 'not wal'}",
            f"{mend}, or set optimization.enable_wal_mode to false." if case.is_wal else f"{mend}.",
        )
    elif kind in _PASSING:
        yield Finding(
            "file-system",
            "info",
            kind,
            f"The file system ({kind}) {_PASSING[kind]}.",
            f"file system {kind}",
            "Keep what is to last on a disk.",
        )


def check_permissions(case: Case) -> Iterable[Finding]:
    """Look whether everybody on the machine may write to the file, or put another one in its place."""
    around = case.around
    if around.mode & 0o002:
        yield Finding(
            "permissions",
            "medium",
            "file",
            "Every user of this machine may write to the database.",
            f"its mode is {around.mode:04o}",
            "chmod o-w",
        )
    # In a folder with the sticky bit only the owner of a file may replace it.
    if around.folder_mode & 0o002 and not around.folder_mode & 0o1000:
        yield Finding(
            "permissions",
            "medium",
            "folder",
            "Every user of this machine may replace the database by another file.",
            f"the mode of its folder is {around.folder_mode:04o}",
            "chmod o-w",
        )


def check_room(case: Case) -> Iterable[Finding]:
    """Look how much room is left on the disk."""
    around = case.around
    free, size = around.free_bytes, around.file_bytes + around.wal_bytes
    if free is None or around.path is None:
        return
    evidence = f"{sized(free)} are free; the database and its log have {sized(size)}"
    if free < 64 * MIB:
        yield Finding(
            "disk-space", "high", "disk", "The disk is nearly full: writes are about to fail.", evidence, "Free some."
        )
    elif free < size:
        yield Finding(
            "disk-space",
            "medium",
            "disk",
            "The disk has no room for a copy: neither a backup nor VACUUM can be made on it.",
            evidence,
            "Free some, or make backups elsewhere.",
        )


def check_backups(case: Case) -> Iterable[Finding]:
    """Look for a backup beside the file. One that lies elsewhere is not seen, so this is for information only."""
    if case.around.path is not None and not case.around.backups:
        yield Finding(
            "no-backup",
            "info",
            "backup",
            "No file beside the database looks like a backup of it.",
            "looked for names such as shop.db.bak or shop-20260105.db; one that lies elsewhere is not seen",
            "vacuum into 'backup.db' (never copy the file alone while it is in use)",
        )
