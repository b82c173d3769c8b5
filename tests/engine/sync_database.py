"""A synchronous database with one small table, for the tests of its engine."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from noormme_py import SyncNoormme
from tests.engine.neighbour import Neighbour


@contextmanager
def opened(path: Path, *, readers: int = 2, busy_timeout: int = 20_000, rows: int = 0) -> Generator[SyncNoormme]:
    """Open it, with so many rows."""
    settings = {"max_readers": readers}
    with SyncNoormme(path, performance=settings, optimization={"busy_timeout": busy_timeout}) as db:
        db.execute("create table if not exists t (id integer primary key, n integer not null)")
        db.get_repository("t").insert_many({"n": n} for n in range(rows))
        yield db


def check_that_nothing_is_lost(db: SyncNoormme, readers: int) -> None:
    """Hold every reader and the writer at once."""
    streams = [db.select_from("t").select("n").stream() for _ in range(readers)]
    try:
        for stream in streams:
            next(stream, None)
        with db.transaction() as tx:
            tx.execute("select 1 as one")
    finally:
        for stream in streams:
            stream.close()


def check_that_the_file_is_free(path: Path) -> None:
    """Have another process take the file for itself."""
    with Neighbour(path) as neighbour:
        neighbour.execute("pragma locking_mode = exclusive")
        neighbour.check_that_it_can_write()
