"""A laboratory in which indexes come and go, and the planner knows of statistics or not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from noormme_py.names import fold, quote
from noormme_py.optimize.advice.index_spec import IndexSpec, spec_of
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Schema

Statistics = Literal["as found", "fresh"]
"""What the planner knows: what the database has noted, or what ANALYZE would note now."""

STATISTICS: tuple[Statistics, ...] = ("as found", "fresh")
# As many rows of an index as an application's own `PRAGMA optimize` would look at.
_ANALYSIS_LIMIT = 2_000

_StatRow = tuple[Raw, ...]


class Arena:
    """`indexes` are all that are there, by name; those that were not found there can be shown or not."""

    def __init__(self, lab: Laboratory, schema: Schema) -> None:
        self.lab = lab
        self.found = frozenset(index.name for table in schema for index in table.indexes)
        self.indexes = {index.name: spec_of(index) for table in schema for index in table.indexes}
        self._taken = {fold(name) for name in self.found} | {fold(table.name) for table in schema}
        # It makes the table of statistics where there is none, and an empty one says nothing.
        has_statistics = bool(lab.query("select 1 from sqlite_schema where name = 'sqlite_stat1'"))
        as_found = self._read() if has_statistics else []
        lab.query(f"pragma analysis_limit = {_ANALYSIS_LIMIT}")
        lab.query("analyze")
        self._rows: dict[Statistics, list[_StatRow]] = {"as found": as_found, "fresh": self._read()}
        # Names are used again; these tell one index of a name from a later one.
        self.numbers = {name: number for number, name in enumerate(self.indexes)}
        self._next = len(self.numbers)
        self._noted: Statistics | None = None
        self._shown: tuple[frozenset[str], Statistics] | None = None
        self.sizes: dict[str, int] = {}
        """The bytes of the indexes that were added."""

    def note_statistics(self, rows: Iterable[_StatRow]) -> None:
        """Take these (table, index, figures) for the fresh statistics, where there are no rows to look at."""
        self._rows["fresh"] = list(rows)
        self._noted = self._shown = None

    def add(self, spec: IndexSpec, *, statistics: str | None = None) -> str:
        """Build an index and return its name; it is seen once it is shown.

        `statistics` are what ANALYZE would note of it; without them it looks.
        """
        name = spec.name(self._taken)
        if statistics is None:
            before = self._bytes()
            self.lab.query(spec.ddl(name))
            self.sizes[name] = self._bytes() - before
            self.lab.query(f"analyze {quote(name)}")
            self._rows["fresh"] += self._read(name)
        else:
            self.lab.query(spec.ddl(name))
            self._rows["fresh"].append((spec.table, name, statistics))
        self._taken.add(fold(name))
        self.indexes[name] = spec
        self.numbers[name], self._next = self._next, self._next + 1
        self._noted = self._shown = None
        return name

    def remove(self, names: Collection[str]) -> None:
        """Drop indexes that were added."""
        self.lab.hide(())
        for name in names:
            self.lab.query(f"drop index {quote(name)}")
            del self.indexes[name]
            self._taken.discard(fold(name))
        self._rows["fresh"] = [row for row in self._rows["fresh"] if row[1] not in names]
        self._noted = self._shown = None

    def show(self, visible: frozenset[str], statistics: Statistics) -> None:
        """Have the planner see these indexes and these statistics."""
        if self._shown == (visible, statistics):
            return
        if self._noted != statistics:
            self.lab.query("delete from sqlite_stat1")
            rows = self._rows[statistics]
            if rows:
                places = ", ".join(["(?, ?, ?)"] * len(rows))
                self.lab.query(f"insert into sqlite_stat1 values {places}", [value for row in rows for value in row])
            self._noted = statistics
        # The schema is read anew, and the statistics with it.
        self.lab.hide(self.indexes.keys() - visible)
        self._shown = (visible, statistics)

    def _bytes(self) -> int:
        sql = "select (p.page_count - f.freelist_count) * s.page_size from pragma_page_count() p, "
        return int(self.lab.query(f"{sql}pragma_freelist_count() f, pragma_page_size() s")[0][0] or 0)

    def _read(self, index: str | None = None) -> list[_StatRow]:
        where = " where idx = ?" if index is not None else ""
        return self.lab.query(f"select tbl, idx, stat from sqlite_stat1{where}", () if index is None else (index,))
