"""How many rows a table has and how many values its columns, looked up once and from a sample where it is large."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

from noormme_py.errors import DatabaseError
from noormme_py.names import fold, quote
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.plans.table_rows import count_rows
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.schema.model import Schema

# As many rows as the values of columns are counted in.
_SAMPLE = 20_000
# What hardly ever comes twice among the rows that were looked at is taken to be unique.
_UNIQUE = 0.98
_STRIDE, _PRIME = 7_368_787, 1_000_033

_VALUES_OF_LIST = 4.0
_SHARE_OF_RANGE, _SHARE_OF_PREFIX = 0.25, 0.01


class TableFigures:
    """The figures of one database at one moment."""

    def __init__(self, lab: Laboratory, schema: Schema) -> None:
        self._lab = lab
        self._schema = schema
        self._rows: dict[str, int] = {}
        self._values: dict[tuple[str, str], float] = {}
        self._nulls: dict[tuple[str, str], float] = {}
        self._shares: dict[tuple[str, str], float] = {}

    def rows(self, table: str) -> int:
        """Return the number of rows, 0 for what cannot be counted."""
        key = fold(table)
        if key not in self._rows:
            # All of them: they are the whole that shares are of.
            self._rows[key] = count_rows(self._lab.survey, table)
        return self._rows[key]

    def values(self, table: str, key: Key) -> float:
        """Return about how many different values a key has."""
        self.count_values(table, [key])
        return self._values.get((fold(table), _sql(key)), 1.0)

    def count_all(self, accesses: Iterable[Access]) -> None:
        """Count the values of all that accesses ask for, in one pass for each table."""
        keys: dict[str, list[Key]] = {}
        for access in accesses:
            terms = [term for each in (access.terms, *access.branches) for term in each]
            keys.setdefault(access.table, []).extend([*(term.key for term in terms), *access.order])
        for table, found in keys.items():
            self.count_values(table, found)

    def count_values(self, table: str, keys: Iterable[Key]) -> None:
        """Count the values of several keys in one pass."""
        place = fold(table)
        wanted = [text for text in dict.fromkeys(map(_sql, keys)) if (place, text) not in self._values]
        if not wanted:
            return
        rows = self.rows(table)
        sample = self._sample(table, wanted, rows)
        for text, (taken, filled, distinct, single) in zip(wanted, sample, strict=True):
            self._nulls[place, text] = 1 - filled / taken if taken else 0.0
            self._values[place, text] = max(1.0, min(float(rows or 1), _distinct(rows, taken, distinct, single)))

    def share_of(self, table: str, term: Term) -> float:
        """Return about which part of the rows, from 0 to 1, a term leaves."""
        if term.comparison == "equal" and term.literal is not None:
            return self.share(table, predicate(term))
        values = self.values(table, term.key)
        nulls = self._nulls.get((fold(table), _sql(term.key)), 0.0)
        match term.comparison:
            case "equal":
                # What it is compared with is some value, not NULL.
                return (1 - nulls) / values
            case "in":
                return min(1.0, _VALUES_OF_LIST * (1 - nulls) / values)
            case "is null":
                return nulls
            case "is not null":
                return 1 - nulls
            case "range":
                return _SHARE_OF_RANGE
            case _:
                return _SHARE_OF_PREFIX

    def share(self, table: str, where: str) -> float:
        """Return which part of the rows, from 0 to 1, a condition holds for."""
        place = (fold(table), where)
        if place not in self._shares:
            rows = self.rows(table)
            found = self._number(f"select count(*) from {quote(table)} where {where}")
            self._shares[place] = found / rows if rows else 0.0
        return self._shares[place]

    def statistics(self, spec: IndexSpec) -> str:
        """Return what ANALYZE would note of an index: the rows, then the rows for each value of 1, 2, … keys."""
        rows = self.rows(spec.table)
        if spec.where is not None:
            rows = int(rows * self.share(spec.table, spec.where))
        self.count_values(spec.table, spec.keys)
        known = 1.0
        figures = [max(1, rows)]
        for key in spec.keys:
            # Of values that come together nothing is known: they are taken for independent.
            known = min(float(max(1, rows)), known * self.values(spec.table, key))
            figures.append(max(1, round(rows / known)))
        return " ".join(map(str, figures))

    def _sample(self, table: str, keys: list[str], rows: int) -> list[tuple[int, ...]]:
        """Return for each key how many rows were looked at, and in them its values, the different and the single."""
        known = self._schema.find_table(table)
        columns = ", ".join(f"{text} as k{number}" for number, text in enumerate(keys))
        every_row = f"select {columns} from {quote(table)}"
        if rows <= _SAMPLE:
            return self._counted(every_row, len(keys))
        if known is None or not known.has_rowid:
            return self._counted(f"{every_row} limit {_SAMPLE}", len(keys))
        # Rows from all over the table, because what lies together is alike; and not every so many, because what a
        # program has written repeats itself.
        last = self._number(f"select max(rowid) from {quote(table)}")
        picked = self._counted(
            f"with recursive p(i) as (select 1 union all select i + 1 from p where i < {_SAMPLE})"
            f" select {columns} from p cross join {quote(table)} as t on t.rowid = 1 + i * {_STRIDE} % {max(1, last)}",
            len(keys),
        )
        if picked[0][0] >= _SAMPLE // 2:
            return picked
        # Most rowids are free: all rows are walked by.
        spread = f"(rowid % {_PRIME} * {_STRIDE}) % {_PRIME} % {rows // _SAMPLE} = 0"
        return self._counted(f"{every_row} where {spread}", len(keys))

    def _counted(self, sample: str, keys: int) -> list[tuple[int, ...]]:
        counts = ", ".join(
            f"(select count(k{n}) from s),"
            f" (select count(*) from (select 1 from s where k{n} is not null group by k{n})),"
            f" (select count(*) from (select 1 from s where k{n} is not null group by k{n} having count(*) = 1))"
            for n in range(keys)
        )
        sql = f"with s as materialized ({sample}) select (select count(*) from s), {counts}"
        try:
            found = [int(value or 0) for value in self._lab.survey(sql)[0]]
        except DatabaseError:
            return [(0, 0, 1, 0)] * keys
        taken, of_keys = found[0], found[1:]
        return [(taken, *of_keys[3 * n : 3 * n + 3]) for n in range(keys)]

    def _number(self, sql: str) -> int:
        try:
            return int(self._lab.survey(sql)[0][0] or 0)
        except DatabaseError:
            return 0


def _distinct(rows: int, taken: int, distinct: int, single: int) -> float:
    """Return about how many different values all rows have, by those that were taken."""
    if taken >= rows or not taken:
        return distinct
    if distinct >= _UNIQUE * taken:
        return rows * distinct / taken
    # The guaranteed-error estimator of Charikar et al., "Towards Estimation Error Guarantees for Distinct Values",
    # PODS 2000: what was seen once stands for the square root of what was not looked at.
    return sqrt(rows / taken) * single + (distinct - single)


def predicate(term: Term) -> str:
    """Return the SQL text of a term that says all of its condition itself."""
    match term.comparison:
        case "is null" | "is not null":
            return f"{_sql(term.key)} {term.comparison}"
        case _:
            return f"{_sql(term.key)} = {term.literal}"


def _sql(key: Key) -> str:
    text = quote(key.name) if key.name is not None else f"({key.expression})"
    return f"{text} collate {quote(key.collation)}" if key.collation else text
