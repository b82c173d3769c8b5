"""What surrounds a database file: the file system, the files beside it, and who reads it now."""

from __future__ import annotations

from noormme_py.frozen import frozen


@frozen
class Circumstances:
    """What the operating system tells of one database file at one moment; of one in memory it is all empty.

    Sizes are in bytes; `mode` and `folder_mode` are permission bits. `readers` says who has a read transaction open:
    connections of this process, and other processes where the system tells. `backups` are names of files beside it
    that look like a backup. `has_wal_header` is None where the file could not be looked into.
    """

    path: str | None = None
    filesystem: str | None = None
    is_network: bool = False
    file_bytes: int = 0
    wal_bytes: int = 0
    journal_bytes: int = 0
    is_journal_hot: bool = False
    mode: int = 0
    folder_mode: int = 0
    free_bytes: int | None = None
    backups: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    has_wal_header: bool | None = None
