"""A database file in the making: it lies beside its target until it is whole, and then takes its place at once."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from noormme_py.engine.faults import translate
from noormme_py.engine.plain_file import PlainFile
from noormme_py.errors import CannotOpen, DatabaseBusy, DiskFull, NoormmeError
from noormme_py.location import Location, parse_location

_CACHE_KIB = 32 * 1024
_BESIDE = ("-wal", "-shm", "-journal")


class NewFile(PlainFile):
    """One connection to a database that nobody else knows of.

    Nothing waits for the disk until `finish`. A rollback journal is kept all the same: it costs nothing measurable
    where rows are only added, and a process that is killed leaves a file that can be gone on with.
    """

    def __init__(self, target: str | os.PathLike[str]) -> None:
        self.target = Path(parse_location(Path(target)).file)
        self.path = self.target.with_name(f"{self.target.name}.incomplete")
        super().__init__(None, str(self.path))

    def open(self, *, is_resumed: bool = False) -> None:
        """Begin with an empty file, or go on with what is there; raises NoormmeError."""
        _check_folder(self.path.parent)
        try:
            if self.path.exists() and self.target.exists() and self.path.samefile(self.target):
                # A process was killed right after it gave the file its name: this is only another name of it.
                self.path.unlink()
            self._connect()
            try:
                # Two moves to one target would write over each other.
                self._run("begin exclusive", "commit")
            except sqlite3.DatabaseError as fault:
                if is_resumed or isinstance(fault, sqlite3.OperationalError):
                    raise
            if not is_resumed:
                self.remove()
                self._connect()
            self._run(
                "pragma journal_mode = truncate",
                "pragma synchronous = off",
                f"pragma cache_size = -{_CACHE_KIB}",
                "pragma foreign_keys = off",
                "pragma ignore_check_constraints = on",
                "pragma temp_store = file",
                "begin exclusive",
                "commit",
            )
        except sqlite3.Error as fault:
            self.close()
            raise self._told(fault) from None
        except OSError as fault:
            self.close()
            raise CannotOpen(f"{str(self.path)!r} cannot be made", hint=fault.strerror) from None

    def redefine(self, table: str, sql: str) -> None:
        """Give a table another CREATE TABLE text, as sqlite.org/lang_altertable.html section 7 says how to.

        Only constraints may be different, which change nothing of how rows are stored.
        """
        self.execute("pragma writable_schema = on")
        try:
            self.execute("update sqlite_schema set sql = ? where type = 'table' and name = ?", (sql, table))
        finally:
            # It also makes the schema read anew.
            self.execute("pragma writable_schema = reset")

    def check_place(self, *, keeping: Path | None) -> None:
        """Look whether `finish` would be refused now, while the file can still be gone on with; raises NoormmeError."""
        try:
            if keeping is not None:
                _check_unused(self.target)
            elif os.path.lexists(self.target):
                raise CannotOpen(
                    f"{str(self.target)!r} came into being meanwhile", hint="move it away and go on with --resume"
                )
        except OSError as fault:
            raise _cannot_be(self.target, fault) from None

    def finish(self, *, keeping: Path | None = None) -> None:
        """Put the whole database in the place of its target, on the disk; raises NoormmeError.

        A target that is there is kept as the file `keeping`; without that name it is an error, also where the target
        came into being meanwhile.
        """
        try:
            self.execute("pragma journal_mode = delete")
            self.close()
            _sync(self.path)
            if keeping is None:
                _place_anew(self.path, self.target)
            else:
                _check_unused(self.target)
                _keep(self.target, keeping)
                self.path.replace(self.target)
            _sync(self.target.parent)
        except OSError as fault:
            raise CannotOpen(f"{str(self.target)!r} cannot be put in its place", hint=fault.strerror) from None

    def remove(self) -> None:
        """Remove the file, and what SQLite keeps beside it."""
        self.close()
        for name in ("", *_BESIDE):
            Path(f"{self.path}{name}").unlink(missing_ok=True)

    def _connect(self) -> None:
        self._raw = sqlite3.connect(self.path, isolation_level=None, timeout=0, check_same_thread=False)
        self._run("pragma locking_mode = exclusive")

    def _run(self, *statements: str) -> None:
        for sql in statements:
            self._connection.execute(sql).close()

    def _told(self, fault: sqlite3.Error, sql: str | None = None) -> NoormmeError:
        error = translate(fault, sql)
        if isinstance(error, DatabaseBusy):
            return DatabaseBusy(
                f"{str(self.path)!r} is in use: another move to the same target is at work",
                hint="wait for it to end, or name another target",
            )
        if isinstance(error, DiskFull):
            return DiskFull(f"{self.path.parent}: {error.message}", hint="free some space and go on with --resume")
        return error


def check_target(target: Path, *, is_forced: bool) -> Path | None:
    """Return the name that the target which is there will be kept under, None where there is none.

    Raises NoormmeError: for a target that is there without `is_forced`, that somebody has open, that is no file, or
    whose name no file can have.
    """
    try:
        return _checked(target, is_forced=is_forced)
    except OSError as fault:
        raise _cannot_be(target, fault) from None


def name_for_backup(path: Path) -> Path:
    """Return a name beside a file that is not used yet, with the time of now."""
    name = f"{path.name}.backup-{datetime.now():%Y%m%d-%H%M%S}"
    found, number = path.with_name(name), 2
    while os.path.lexists(found):
        found, number = path.with_name(f"{name}-{number}"), number + 1
    return found


def _cannot_be(target: Path, fault: OSError) -> CannotOpen:
    return CannotOpen(f"{str(target)!r} cannot be a target", hint=fault.strerror)


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise CannotOpen(f"the folder {str(folder)!r} does not exist", hint="make the folder first")


def _checked(target: Path, *, is_forced: bool) -> Path | None:
    _check_folder(target.parent)
    for name in (".incomplete-journal", ".backup-20260101-000000"):
        # A name that is too long has no file of these beside it.
        with suppress(FileNotFoundError):
            os.lstat(f"{target}{name}")
    for name in _BESIDE:
        # SQLite would take it for the new database's own, and spoil that with it.
        if not target.exists() and Path(f"{target}{name}").exists():
            raise CannotOpen(f"{str(target)!r} is not there, and {target.name + name!r} is", hint="move that file away")
    if not target.exists() and not target.is_symlink():
        return None
    if not target.is_file() or target.is_symlink():
        raise CannotOpen(f"{str(target)!r} is there and is no file", hint="name another target")
    if not is_forced:
        raise CannotOpen(
            f"{str(target)!r} is there already", hint="name another target, or give --force, which keeps it as a backup"
        )
    _check_unused(target)
    return name_for_backup(target)


def _check_unused(target: Path) -> None:
    """Raise DatabaseBusy where somebody has the database open, and put its log into it where nobody has."""
    try:
        connection = sqlite3.connect(Location(str(target), "rw").uri, uri=True, isolation_level=None, timeout=1)
    except sqlite3.Error as fault:
        raise translate(fault) from None
    try:
        connection.execute("pragma locking_mode = exclusive").close()
        # It leaves the mode only where no other connection is open (sqlite.org/wal.html, "Persistence of WAL mode").
        if connection.execute("pragma journal_mode = delete").fetchone()[0] != "delete":
            raise DatabaseBusy(f"{str(target)!r} is in use", hint="stop what uses it first")
        connection.execute("begin exclusive").close()
        # Of a process that was killed; with the lock nobody else has a use for it.
        Path(f"{target}-shm").unlink(missing_ok=True)
        connection.execute("rollback").close()
    except sqlite3.Error as fault:
        if getattr(fault, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB:
            return
        if getattr(fault, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseBusy(f"{str(target)!r} is in use", hint="stop what uses it first") from None
        raise translate(fault) from None
    finally:
        connection.close()


def _keep(target: Path, name: Path) -> None:
    """Give the target another name too, so that there is no moment without it."""
    try:
        os.link(target, name)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links.
        target.rename(name)


def _place_anew(path: Path, target: Path) -> None:
    """Rename the file to a name that nothing has: what came there meanwhile is not written over."""
    try:
        os.link(path, target)
    except FileExistsError:
        raise CannotOpen(
            f"{str(target)!r} came into being meanwhile", hint=f"the moved database is {str(path)!r}"
        ) from None
    except OSError:
        # A file system without hard links.
        if target.exists():
            raise
        path.rename(target)
        return
    path.unlink()


def _sync(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
