"""Conditions that make SQLite read a whole table where it could look rows up, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import pairwise

from noormme_py.errors import NoormmeError
from noormme_py.names import quote
from noormme_py.optimize.finding import Finding, Severity
from noormme_py.optimize.findings.hidden import Hidden, index_for
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access, Key
from noormme_py.optimize.reading.accesses import accesses
from noormme_py.optimize.reading.bound_values import bound_values, parameters_of
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.statement import Raw
from noormme_py.query.tokens import tokens
from noormme_py.query.trial import PlanRow
from noormme_py.schema.model import Schema, Table

# Smaller tables are read in less time than it takes to think about them.
_FEWEST_ROWS = 1000
_MANY_ROWS = 100_000
_LARGE_OFFSET = 1000

_Reading = Callable[[str, Schema, Laboratory, Sequence[list[Raw]]], list[Hidden]]


def non_sargable(statement: StatementRecord, schema: Schema, lab: Laboratory) -> list[Finding]:
    """Return what in a statement keeps indexes of large tables from being used, where its plan reads them whole.

    It takes the extra `advisor`; without it, only what the plan and the tokens tell is found. A statement that SQLite
    refuses has no findings.
    """
    samples = statement.samples or (parameters_of(statement.sql, None),)
    values = [bound_values(statement.sql, sample) for sample in samples]
    try:
        scanned = {alias for sample in samples for alias in _scanned(lab.explain(statement.sql, sample))}
        used = accesses(statement.sql, schema, lab)
        found = [hidden for hidden in _hidden(statement.sql, schema, lab, values) if hidden.alias in scanned]
        found += [hidden for access in used if access.alias in scanned for hidden in _sides(access, schema)]
        found += _offset(statement.sql, values, used)
        rows = {table: _rows(table, lab) for table in {hidden.table for hidden in found}}
    except NoormmeError:
        return []
    return [
        _finding(hidden, rows[hidden.table], statement)
        for hidden in dict.fromkeys(found)
        if rows[hidden.table] >= _FEWEST_ROWS
    ]


def _finding(hidden: Hidden, rows: int, statement: StatementRecord) -> Finding:
    severity: Severity = "high" if hidden.severity == "medium" and rows >= _MANY_ROWS else hidden.severity
    count = f"{rows} rows" if rows < _MANY_ROWS else f"{rows} rows or more"
    return Finding(
        hidden.kind,
        severity,
        f"{hidden.table}.{hidden.subject}" if hidden.subject else hidden.table,
        hidden.title,
        f"{hidden.table} has {count}, and the plan reads them one by one",
        hidden.mend,
        statement.sql,
        statement.call_site,
    )


def _rows(table: str, lab: Laboratory) -> int:
    (row,) = lab.survey(f"select count(*) from (select 1 from main.{quote(table)} limit {_MANY_ROWS})")
    count = row[0]
    assert isinstance(count, int)
    return count


def _scanned(rows: Sequence[PlanRow]) -> Iterator[str]:
    for row in rows:
        if row.detail.startswith("SCAN "):
            name = row.detail.removeprefix("SCAN ").partition(" USING ")[0]
            # Older releases say "SCAN TABLE users AS u".
            yield name.removeprefix("TABLE ").rpartition(" AS ")[2]


def _hidden(sql: str, schema: Schema, lab: Laboratory, values: Sequence[list[Raw]]) -> list[Hidden]:
    read = _reading()
    return [] if read is None else read(sql, schema, lab, values)


@cache
def _reading() -> _Reading | None:
    try:
        found: _Reading = import_module("noormme_py.optimize.findings.hidden_columns").hidden_columns
    except ModuleNotFoundError as missing:
        if missing.name != "sqlglot":
            raise
        return None
    return found


def _sides(access: Access, schema: Schema) -> Iterator[Hidden]:
    """Yield an OR of which not every side has an index: then none of them is of use."""
    table = schema.table(access.table)
    keys = list(dict.fromkeys(side[0].key for side in access.branches))
    lacking = [side[0].key for side in access.branches if not any(_has_index(table, term.key) for term in side)]
    if len(keys) > 1 and lacking:
        names = ", ".join(key.name or str(key.expression) for key in keys)
        mend = "; ".join(dict.fromkeys(index_for(table.name, key) for key in lacking))
        title = f"an OR of {names} needs an index for every side, or it reads the whole table"
        yield Hidden(table.name, access.alias, names, "or-without-index", title, mend)


def _has_index(table: Table, key: Key) -> bool:
    if key.name is not None and key.name == table.rowid_alias:
        return True
    own = table.column(key.name).collation if key.name is not None else "BINARY"
    wanted = (key.name, key.expression, (key.collation or own).upper())
    firsts = [index.columns[0] for index in table.indexes if index.where is None]
    return wanted in [(first.name, first.expression, first.collation.upper()) for first in firsts]


def _offset(sql: str, values: Sequence[list[Raw]], used: Sequence[Access]) -> Iterator[Hidden]:
    stream = list(tokens(sql))
    variables = [token.start for token in stream if token.kind == "variable"]
    for before, token in pairwise(stream):
        if before.keyword != "OFFSET" or not used:
            continue
        found: list[Raw] = []
        if token.kind == "variable":
            found = [sample[variables.index(token.start)] for sample in values]
        elif token.text.isdigit():
            found = [int(token.text)]
        if any(isinstance(value, int) and value >= _LARGE_OFFSET for value in found):
            title = "the rows before a large OFFSET are read and thrown away, page after page"
            mend = "page by key: paginate_after() of a repository, or a condition on the last row's values"
            yield Hidden(used[0].table, used[0].alias, "", "large-offset", title, mend)
