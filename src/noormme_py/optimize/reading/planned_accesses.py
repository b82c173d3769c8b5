"""What a statement asks of its tables, as the planner shows it: no parser is needed.

Each column that is read gets an index of its own, for as long as one looks. Which of them the planner takes says
what could be looked up; the one it took is dropped, until it takes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from noormme_py.errors import NoormmeError
from noormme_py.names import fold, quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.optimize.reading.bound_values import parameters_of
from noormme_py.optimize.reading.told_accesses import Told, told
from noormme_py.query.trial import PlanRow
from noormme_py.schema.model import Column, Schema, Table

_TRIAL = "noormme trial "
_SEARCH, _BY_ROWID = "SEARCH ", " USING INTEGER PRIMARY KEY ("


@dataclass(slots=True)
class _Use:
    """One use of a table, as far as it is known."""

    table: Table
    terms: list[Term] = field(default_factory=list)
    branches: list[tuple[Term, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Index:
    table: Table
    column: Column
    collation: str


def planned_accesses(sql: str, schema: Schema, lab: Laboratory) -> tuple[Access, ...]:
    """Return what the planner can look up for a statement, by columns; expressions it does not show.

    The laboratory had better be a clone: with rows, each index is filled. Nothing is left behind.
    """
    try:
        read = _columns_read(sql, schema, lab)
        said = told(sql, schema)
        found = {alias: _Use(table) for alias, table in said.aliases.items() if table.name in read}
        lab.query("savepoint accesses")
        try:
            _look(sql, schema, lab, read, said, found)
        finally:
            lab.query("rollback to accesses")
            lab.query("release accesses")
    except NoormmeError:
        return ()
    _note_not_null(said, read, found)
    named = {use.table.name for use in found.values()}
    found.update({name: _Use(schema.table(name)) for name in read if name not in named})
    return tuple(
        Access(
            use.table.name,
            alias,
            tuple(dict.fromkeys(use.terms)),
            tuple(dict.fromkeys(use.branches)),
            said.order if said.ordered == alias else (),
            said.is_order_free and said.ordered == alias,
            read[use.table.name],
        )
        for alias, use in found.items()
    )


def _columns_read(sql: str, schema: Schema, lab: Laboratory) -> dict[str, frozenset[str]]:
    read: dict[str, set[str]] = {}
    for table_name, column_name in sorted(lab.columns_read(sql)):
        table = schema.find_table(table_name)
        if table is None or table.kind != "table":
            continue
        columns = read.setdefault(table.name, set())
        column = table.find_column(column_name)
        if column is not None:
            columns.add(column.name)
    return {name: frozenset(columns) for name, columns in read.items()}


def _look(
    sql: str, schema: Schema, lab: Laboratory, read: dict[str, frozenset[str]], said: Told, found: dict[str, _Use]
) -> None:
    for name in read:
        for index in schema.table(name).indexes:
            if not index.is_automatic:
                # The laboratory may hide some.
                lab.query(f"drop index if exists {quote(index.name)}")
    if lab.query("select 1 from sqlite_schema where name = 'sqlite_stat1'"):
        # A table that is small today would be scanned.
        lab.query("delete from sqlite_stat1")
        lab.query("analyze sqlite_schema")
    tried: dict[str, _Index] = {}
    for name, columns in read.items():
        for trial in _indexes(schema.table(name), columns, said.collations):
            tried[f"{_TRIAL}{len(tried)}"] = trial
    for name, trial in tried.items():
        key = f"{quote(trial.column.name)} collate {quote(trial.collation)}"
        lab.query(f"create index {quote(name)} on {quote(trial.table.name)} ({key})")
    # LIKE could begin with it.
    parameters = parameters_of(sql, "a%")
    used = {""}
    while used:
        rows = lab.explain(sql, parameters)
        _note_rowids(rows, found)
        used = set(_note(rows, tried, said, found))
        for name in used:
            lab.query(f"drop index {quote(name)}")


def _indexes(table: Table, columns: frozenset[str], collations: tuple[str, ...]) -> Iterator[_Index]:
    for name in sorted(columns):
        column = table.column(name)
        if name == table.rowid_alias:
            continue
        yield _Index(table, column, column.collation)
        for collation in collations:
            if collation != column.collation.upper():
                yield _Index(table, column, collation)


def _note(rows: Sequence[PlanRow], tried: dict[str, _Index], said: Told, found: dict[str, _Use]) -> Iterator[str]:
    """Note what the trial indexes are used for, and yield their names."""
    inside = _alternatives(rows)
    for row in rows:
        head, _, rest = row.detail.partition(f"INDEX {_TRIAL}")
        number, _, asked = rest.partition(" ")
        name = _TRIAL + number
        if name not in tried:
            continue
        yield name
        if not head.startswith(_SEARCH) or not asked:
            continue
        index = tried[name]
        use = found.setdefault(_alias(head), _Use(index.table))
        # A rowid may follow: every index ends with it.
        term = _term(index, asked.startswith(f"({index.column.name}="), said)
        if row.id in inside:
            use.branches.append((term,))
        else:
            use.terms.append(term)


def _note_rowids(rows: Sequence[PlanRow], found: dict[str, _Use]) -> None:
    inside = _alternatives(rows)
    for row in rows:
        head, is_found, asked = row.detail.partition(_BY_ROWID)
        use = found.get(_alias(head))
        if is_found and head.startswith(_SEARCH) and use is not None and use.table.rowid_alias is not None:
            term = Term(Key(use.table.rowid_alias), "equal" if asked.endswith("=?)") else "range")
            if row.id in inside:
                use.branches.append((term,))
            else:
                use.terms.append(term)


def _note_not_null(said: Told, read: dict[str, frozenset[str]], found: dict[str, _Use]) -> None:
    """Note what the planner looks up for itself only when it has counted the NULLs."""
    for use in found.values():
        for name in sorted(read[use.table.name]):
            if ("is not null", None) in said.asked.get(fold(name), ()):
                use.terms.append(Term(Key(name), "is not null"))


def _term(index: _Index, is_equal: bool, said: Told) -> Term:
    is_own = index.collation.upper() == index.column.collation.upper()
    key = Key(index.column.name, collation=None if is_own else index.collation)
    asked = said.asked.get(fold(index.column.name), ())
    if is_equal:
        fitting = [one for one in asked if one[0] in ("equal", "in", "is null")] or [("equal", None)]
        # Of several, the planner does not say which it took.
        comparison, literal = fitting[0] if len(set(fitting)) == 1 else ("equal", None)
        # NULL is NULL in each collation.
        return Term(Key(index.column.name) if comparison == "is null" else key, comparison, literal)
    ranges = [one for one in asked if one[0] in ("range", "prefix")] or [("range", None)]
    return Term(key, *(ranges[0] if len(set(ranges)) == 1 else ("range", None)))


def _alias(head: str) -> str:
    """Return the name in "SEARCH name USING COVERING INDEX", or "SEARCH TABLE t AS name" of older releases."""
    name = head.removeprefix(_SEARCH).partition(" USING ")[0]
    return name.removeprefix("TABLE ").rpartition(" AS ")[2]


def _alternatives(rows: Sequence[PlanRow]) -> set[int]:
    """Return the ids of all that is within a look-up for the sides of an OR."""
    found: set[int] = set()
    for row in rows:
        if row.detail == "MULTI-INDEX OR" or row.parent in found:
            found.add(row.id)
    return found
