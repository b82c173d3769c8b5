"""Which rows differ: hashes of both sides' rows by their keys, in a database on disk, so that any size will do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeAlias

from noormme_py.postgres.form import Column
from noormme_py.postgres.rows.digest import row_hashes
from noormme_py.query.statement import Parameters, Raw

_BUCKETS = 1 << 16
_BUCKET = _BUCKETS - 1
_MASK = 2**64 - 1

Batches: TypeAlias = Callable[[], Iterable[Sequence[Column]]]


class SpoolFile(Protocol):
    """An empty database that nobody else sees."""

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]: ...
    def execute(self, sql: str, parameters: Parameters = ()) -> None: ...
    def insert(self, sql: str, columns: Sequence[Column]) -> None: ...
    def close(self) -> None: ...


def key_hashes(columns: Sequence[Column], key: Sequence[int]) -> list[int]:
    """Return the hash of each row's key: some of its columns, or all of them where it has none."""
    wanted = [columns[position] for position in key] if key else columns
    return list(map(hash, zip(*wanted, strict=True)))


def differing_keys(
    there: Batches, here: Batches, key: Sequence[int], spool: SpoolFile, most: int
) -> tuple[frozenset[int], int]:
    """Return the hashes of the keys of rows that differ, no more than `most`, and how many there are.

    Both sides are read twice. First rows are added up in buckets by their keys; only those of buckets that differ are
    looked at one by one. A row that stands twice on one side and once on the other differs too.
    """
    sums = [0] * _BUCKETS
    for batches, sign in ((there, 1), (here, -1)):
        for columns in batches():
            for one, row in zip(key_hashes(columns, key), row_hashes(columns), strict=True):
                sums[one & _BUCKET] += sign * row
    differing = {bucket for bucket, difference in enumerate(sums) if difference & _MASK}
    # One transaction: a commit for each batch would take longer than all the rest.
    spool.execute("begin")
    spool.execute("create table rows (key integer, row integer, side integer)")
    for batches, sign in ((there, 1), (here, -1)):
        for columns in batches():
            _keep(columns, key, differing, sign, spool)
    spool.execute(
        "create table differing as select distinct key from"
        " (select key, sum(side) as net from rows group by key, row having net <> 0)"
    )
    spool.execute("commit")
    count = int(str(spool.query("select count(*) from differing")[0][0]))
    keys = frozenset(int(str(row[0])) for row in spool.query("select key from differing limit ?", (most,)))
    spool.execute("drop table rows")
    spool.execute("drop table differing")
    return keys, count


def _keep(columns: Sequence[Column], key: Sequence[int], differing: set[int], sign: int, spool: SpoolFile) -> None:
    kept = [
        (one, row)
        for one, row in zip(key_hashes(columns, key), row_hashes(columns), strict=True)
        if one & _BUCKET in differing
    ]
    if kept:
        keys, rows = zip(*kept, strict=True)
        spool.insert("insert into rows values (?, ?, ?)", [keys, rows, [sign] * len(kept)])
