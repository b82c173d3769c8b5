"""What a plan would cost, by the figures of its tables: a rough model, to say which of two plans is worth trying.

It counts steps of the virtual machine per row as they were seen: about four for a row that is looked at, twice that
where its table is looked up from an index, and as much again for one that goes on to the next loop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import log2, prod

from noormme_py.frozen import frozen
from noormme_py.names import fold
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.table_figures import TableFigures
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.query.trial import PlanRow

_LOOP = re.compile(r"(SCAN|SEARCH) (?:TABLE )?(.*)", re.DOTALL)
_INDEX = re.compile(
    r" USING (AUTOMATIC )?(?:PARTIAL )?(COVERING )?INDEX (.*?)(?: \(((?:ANY\(|[^()]*[=<>]).*)\))?$", re.DOTALL
)
_KEY = re.compile(r" USING PRIMARY KEY \((.*)\)$", re.DOTALL)
_SORTER = re.compile(r"USE TEMP B-TREE FOR (?:ORDER|GROUP) BY")
_ROWID = re.compile(r" USING INTEGER PRIMARY KEY \((.*)\)$", re.DOTALL)

_A_LOOP, _A_ROW, _A_LOOKUP, _A_RESULT, _A_SORTED = 8.0, 4.0, 5.0, 4.0, 10.0
# Rows that are brought together are not compared as often as those that are put in order.
_A_GROUPED = 7.0
_SHARE_OF_RANGE = 0.25
_ROWS_OF_UNKNOWN = 100.0
_ROWS_OF_A_LOOK = 3.0
# A LIMIT is taken for this many rows.
_LIMITED = 50.0


@frozen
class PlanCosts:
    """What is known of the tables and indexes that plans are about; `indexes` by their names.

    `keys` are the primary keys of the tables that are ordered by them, by the folded names of the tables.
    """

    figures: TableFigures
    indexes: Mapping[str, IndexSpec]
    keys: Mapping[str, IndexSpec]

    def steps(self, rows: Sequence[PlanRow], accesses: Sequence[Access], *, is_limited: bool) -> float:
        """Return about how many steps a run of this plan takes."""
        walk = _Walk(self, rows, {fold(access.alias): access for access in accesses})
        cost, out = walk.level(0, 1.0)
        # Before the first row comes out of it, a sorter has read all of them.
        is_sorted = any(row.parent == 0 and _SORTER.match(row.detail) for row in rows)
        if is_limited and not is_sorted and out > _LIMITED:
            cost *= _LIMITED / out
        return cost + _A_RESULT * (min(out, _LIMITED) if is_limited else out)


class _Walk:
    def __init__(self, costs: PlanCosts, rows: Sequence[PlanRow], accesses: dict[str, Access]) -> None:
        self._costs = costs
        self._accesses = accesses
        self._children: dict[int, list[PlanRow]] = {}
        self._bound: set[str] = set()
        for row in rows:
            self._children.setdefault(row.parent, []).append(row)

    def level(self, parent: int, loops: float) -> tuple[float, float]:
        """Return the steps of what a row of the plan holds, and how many rows come out."""
        cost, running = 0.0, loops
        for row in self._children.get(parent, ()):
            loop = _LOOP.match(row.detail)
            if loop is not None:
                steps, out = self._loop(loop[2], running)
                cost += steps
                running *= out
            elif row.detail.startswith("MULTI-INDEX OR"):
                steps = sum(self.level(branch.id, running)[0] for branch in self._children.get(row.id, ()))
                cost += steps
                running *= max(1.0, steps / max(1.0, running) / (_A_ROW + _A_LOOKUP))
            elif row.detail.startswith("USE TEMP B-TREE"):
                is_order = "ORDER BY" in row.detail
                cost += running * (_A_SORTED + log2(running + 2) if is_order else _A_GROUPED)
            elif "SUBQUERY" in row.detail:
                is_each = row.detail.startswith("CORRELATED")
                cost += self.level(row.id, running if is_each else 1.0)[0]
            else:
                steps, out = self.level(row.id, loops)
                cost += steps
                running = max(running, out) if row.detail.startswith(("COMPOUND", "LEFT-MOST", "UNION")) else running
        return cost, running

    def _loop(self, text: str, loops: float) -> tuple[float, float]:
        text = text.removesuffix(" LEFT-JOIN")
        rowid = _ROWID.search(text)
        key = None if rowid is not None else _KEY.search(text)
        index = None if rowid is not None or key is not None else _INDEX.search(text)
        found = rowid or key or index
        name = text[: found.start()] if found is not None else text
        access = self._access(name)
        if access is None:
            return loops * (_A_LOOP + _A_ROW * _ROWS_OF_UNKNOWN), _ROWS_OF_UNKNOWN
        figures = self._costs.figures
        total = float(max(1, figures.rows(access.table)))
        once, each, visited = 0.0, _A_ROW, total
        if rowid is not None:
            visited = 1.0 if "=?" in rowid[1] else total * _SHARE_OF_RANGE
        elif key is not None:
            visited = self._found(self._costs.keys.get(fold(access.table)), key[1], total, access)
        elif index is not None:
            terms = index[4] or ""
            each += 0.0 if index[2] else _A_LOOKUP
            if index[1]:
                once = total * (_A_SORTED + log2(total + 2))
                visited = max(1.0, total * self._share_of_terms(access, is_joined=True))
            else:
                visited = self._found(self._costs.indexes.get(index[3]), terms, total, access)
        self._bound.add(fold(access.alias))
        out = min(visited, total * self._share_of_terms(access, is_joined=False))
        return once + loops * (_A_LOOP + each * visited), max(out, 0.01)

    def _found(self, spec: IndexSpec | None, terms: str, total: float, access: Access) -> float:
        if spec is None:
            return total * (0.01 if "=?" in terms else _SHARE_OF_RANGE if "?" in terms else 1.0)
        figures = self._costs.figures
        visited = total * (figures.share(spec.table, spec.where) if spec.where is not None else 1.0)
        skipped = terms.count("ANY(")
        for key in spec.keys[skipped : skipped + terms.count("=?")]:
            shares = [figures.share_of(spec.table, term) for term in access.terms if _is_fixed(term, key)]
            visited *= min(shares, default=1 / figures.values(spec.table, key))
        if "<?" in terms or ">?" in terms:
            visited *= _SHARE_OF_RANGE
        # A skip-scan looks once for each value of the keys that it skips.
        looks = prod(figures.values(spec.table, key) for key in spec.keys[:skipped])
        return max(1.0, visited + (_ROWS_OF_A_LOOK * looks if skipped else 0.0))

    def _access(self, name: str) -> Access | None:
        return self._accesses.get(fold(name)) or self._accesses.get(fold(name.rpartition(" AS ")[2]))

    def _share_of_terms(self, access: Access, *, is_joined: bool) -> float:
        share = 1.0
        for term in access.terms:
            if term.other is None or is_joined or fold(term.other) in self._bound:
                share *= self._costs.figures.share_of(access.table, term)
        return share


def _is_fixed(term: Term, key: Key) -> bool:
    is_same = fold(term.key.name or "") == fold(key.name or "") and term.key.expression == key.expression
    return is_same and term.comparison in ("equal", "in", "is null")
