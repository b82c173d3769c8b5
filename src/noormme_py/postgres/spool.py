"""Which rows differ: hashes of both sides' rows by their keys, in a database on disk, so that any size will do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from noormme_py.frozen import frozen
from noormme_py.postgres.forms.form import Column
from noormme_py.query.statement import Parameters, Raw


class SpoolFile(Protocol):
    """An empty database that nobody else sees."""

    def query(self, sql: str, parameters: Parameters = ()) -> list[tuple[Raw, ...]]: ...
    def execute(self, sql: str, parameters: Parameters = ()) -> None: ...
    def insert(self, sql: str, columns: Sequence[Column]) -> None: ...
    def close(self) -> None: ...


@frozen
class DifferingKeys:
    """Hashes of the keys of rows that differ: `missing` in SQLite, `extra` in it, or `changed`. `count` is of all."""

    missing: frozenset[int]
    extra: frozenset[int]
    changed: frozenset[int]
    count: int


def key_hashes(columns: Sequence[Column], key: Sequence[int]) -> list[int]:
    """Return the hash of each row's key: some of its columns, or all of them where it has none."""
    wanted = [columns[position] for position in key] if key else columns
    return list(map(hash, zip(*wanted, strict=True)))


def differing_keys(
    there: Iterable[Sequence[Column]], here: Iterable[Sequence[Column]], key: Sequence[int], spool: SpoolFile, most: int
) -> DifferingKeys:
    """Return the keys of the rows that differ, no more than `most` of each kind.

    A row that stands twice on one side and once on the other counts as one that differs.
    """
    # One transaction: a commit for each batch would take longer than all the rest.
    spool.execute("begin")
    for name, batches in (("there", there), ("here", here)):
        spool.execute(f"drop table if exists {name}")
        spool.execute(f"create table {name} (key integer, row integer)")
        for columns in batches:
            rows = list(map(hash, zip(*columns, strict=True)))
            spool.insert(f"insert into {name} values (?, ?)", [key_hashes(columns, key), rows])
    for one, other in (("there", "here"), ("here", "there")):
        spool.execute(f"drop table if exists only_{one}")
        counted = "select key, row, count(*) from {} group by key, row"
        spool.execute(
            f"create table only_{one} as select distinct key from"
            f" ({counted.format(one)} except {counted.format(other)})"
        )
    both = "select key from only_there intersect select key from only_here"
    found = [
        _keys(spool, sql, most)
        for sql in (
            "select key from only_there except select key from only_here",
            "select key from only_here except select key from only_there",
            both,
        )
    ]
    spool.execute("commit")
    counted_all = "select count(*) from (select key from only_there union select key from only_here)"
    return DifferingKeys(*found, int(str(spool.query(counted_all)[0][0])))


def _keys(spool: SpoolFile, sql: str, most: int) -> frozenset[int]:
    return frozenset(int(str(row[0])) for row in spool.query(f"{sql} limit ?", (most,)))
