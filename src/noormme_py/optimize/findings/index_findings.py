"""Findings about indexes and what the planner knows of them. Pure: the figures come from a census and a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noormme_py.names import fold, quote
from noormme_py.optimize.advice.foreign_key_indexes import finds_any_children, finds_children
from noormme_py.optimize.advice.index_spec import spec_of
from noormme_py.optimize.finding import Finding, Severity, gravest_first
from noormme_py.optimize.findings.census import Census
from noormme_py.optimize.findings.redundant_indexes import (
    copies_of_the_rowid,
    redundant,
)
from noormme_py.optimize.findings.traffic import Traffic, traffic_of
from noormme_py.optimize.recording.record import Record
from noormme_py.schema.model import ForeignKey, Index, Schema, Table

DAY_S = 86_400.0

# Looking through fewer rows than this costs less than anybody notices.
_LEAST_ROWS = 1_000
_MANY_ROWS = 10_000
# The steps of SQLite's virtual machine for each row that is looked through.
_STEPS_A_ROW = 3
_MANY_STEPS = 10_000_000

_STALE = 10
_VERY_STALE = 100
_LEAST_WRITES = 1_000
_WRITES_A_READ = 10
_MANY_INDEXES = 3


def index_findings(
    schema: Schema,
    census: Census,
    record: Record | None = None,
    used: frozenset[str] | None = None,
    *,
    least_span_s: float = DAY_S,
) -> list[Finding]:
    """Return what is wrong with the indexes of a database, the gravest first.

    `used` are the names of the indexes in the plans of the record's statements. Which ones are unused is only told
    of a record that spans `least_span_s` seconds.
    """
    traffic = traffic_of(record or Record(), schema)
    found = [
        *_missing_under_foreign_keys(schema, census, traffic, is_recorded=bool(record and record.statements)),
        *_redundant(schema, census),
        *_stale_statistics(schema, census),
        *_write_heavy(schema, traffic),
    ]
    if record is not None and used is not None and record.span_s >= least_span_s:
        found += _unused(schema, record, used)
    return gravest_first(found)


def _missing_under_foreign_keys(
    schema: Schema, census: Census, traffic: Mapping[str, Traffic], *, is_recorded: bool
) -> Iterable[Finding]:
    for parent in schema:
        for child, key in schema.foreign_keys_to(parent.name):
            rows = census.rows_of(child.name)
            if rows < _LEAST_ROWS or _is_broken(key, parent) or _is_supported(child, key, schema):
                continue
            looks = _looks(parent, key, traffic)
            partly = any(_leads(index, key) for index in child.indexes)
            yield Finding(
                "foreign-key-without-index",
                "low" if partly else _gravity(rows, looks, key, is_recorded=is_recorded),
                f"{child.name} ({', '.join(key.columns)})",
                f"Each row of {parent.name} that goes, or changes its key, has {'many' if partly else 'all'} rows of"
                f" {child.name} looked through for the ones that refer to it.",
                f"{rows} rows; no index begins with {', '.join(key.columns)}; on delete {key.on_delete};"
                f" in the record {looks} statements delete from {parent.name} or set its key",
                f"create index {quote('_'.join((child.name, *key.columns)))} on {quote(child.name)}"
                f" ({', '.join(map(quote, key.columns))})",
            )


def _is_broken(key: ForeignKey, parent: Table) -> bool:
    known = [name for name in key.parent_columns if parent.find_column(name) is not None]
    return len(known) != len(key.columns)


def _is_supported(child: Table, key: ForeignKey, schema: Schema) -> bool:
    # A column that is the rowid needs no index, and a number is the same in every collation.
    if key.columns == (child.rowid_alias,):
        return True
    return any(finds_children(spec_of(index), key, child, schema) for index in child.indexes)


def _leads(index: Index, key: ForeignKey) -> bool:
    return index.where is None and fold(index.columns[0].name or "") in map(fold, key.columns)


def _looks(parent: Table, key: ForeignKey, traffic: Mapping[str, Traffic]) -> int:
    """Return how many recorded statements have SQLite look for children."""
    done = traffic[fold(parent.name)]
    return done.deletes + max((done.updates[fold(name)] for name in key.parent_columns), default=0)


def _gravity(rows: int, looks: int, key: ForeignKey, *, is_recorded: bool) -> Severity:
    if rows * looks * _STEPS_A_ROW >= _MANY_STEPS:
        return "high"
    # Who says what is to happen to the children means to delete parents; a record knows whether that is done.
    is_meant = looks > 0 or (not is_recorded and key.on_delete not in ("no action", "restrict"))
    return "medium" if is_meant and rows >= _MANY_ROWS else "low"


def _redundant(schema: Schema, census: Census) -> Iterable[Finding]:
    for index, other in redundant(schema):
        is_same = len(index.columns) == len(other.columns)
        yield Finding(
            "redundant-index",
            "low",
            index.name,
            f"The index {index.name} does {'the same as' if is_same else 'nothing that is not also done by'}"
            f" {other.name}, and every write keeps both.",
            f"{_key(index)} on {index.table} ({census.rows_of(index.table)} rows) beside {_key(other)}",
            f"drop index {quote(index.name)}",
        )
    for index in copies_of_the_rowid(schema):
        yield Finding(
            "redundant-index",
            "low",
            index.name,
            f"The index {index.name} is of the column that is the rowid: the table itself is in that order.",
            f"{_key(index)} on {index.table} ({census.rows_of(index.table)} rows)",
            f"drop index {quote(index.name)}",
        )


def _unused(schema: Schema, record: Record, used: frozenset[str]) -> Iterable[Finding]:
    known = frozenset(map(fold, used))
    count = sum(statement.count for statement in record.statements)
    for table in schema:
        for index in table.indexes:
            if fold(index.name) in known or not _can_go(index, table, schema):
                continue
            yield Finding(
                "unused-index",
                "info",
                index.name,
                f"No recorded statement used the index {index.name} so far.",
                f"{count} statements in {record.span_s / DAY_S:.1f} days, in none of whose plans it is",
                "Look again when all that the application does was recorded, its rare reports too.",
            )


def _stale_statistics(schema: Schema, census: Census) -> Iterable[Finding]:
    for table in schema:
        rows, believed = census.rows_of(table.name), census.believed.get(fold(table.name))
        if table.kind != "table" or not table.indexes or max(rows, believed or 0) < _LEAST_ROWS:
            continue
        if believed is None:
            yield _stale("low", table, "knows nothing of", f"{rows} rows, and never analyzed")
            continue
        factor = max(rows, believed) / max(1, min(rows, believed))
        new = [index.name for index in table.indexes if index.where is None and not _is_analyzed(index, table, census)]
        if factor >= _STALE:
            severity: Severity = "medium" if factor >= _VERY_STALE else "low"
            yield _stale(severity, table, "has old figures of", f"{rows} rows, and {believed} when it was analyzed")
        elif new:
            evidence = f"made after the last analysis: {', '.join(new)}"
            yield _stale("low", table, "knows nothing of an index of", evidence)


def _is_analyzed(index: Index, table: Table, census: Census) -> bool:
    # The index of a WITHOUT ROWID table's key is the table, and goes by its name.
    is_table = table.is_without_rowid and index.origin == "primary key"
    return fold(table.name if is_table else index.name) in census.analyzed


def _stale(severity: Severity, table: Table, knows: str, evidence: str) -> Finding:
    return Finding(
        "stale-statistics",
        severity,
        table.name,
        f"The planner {knows} {table.name}, and chooses among its indexes by rules of thumb.",
        evidence,
        f"analyze {quote(table.name)}",
    )


def _write_heavy(schema: Schema, traffic: Mapping[str, Traffic]) -> Iterable[Finding]:
    for table in schema:
        done = traffic[fold(table.name)]
        indexes = [index for index in table.indexes if _can_go(index, table, schema)]
        if len(indexes) < _MANY_INDEXES or done.writes < max(_LEAST_WRITES, done.reads * _WRITES_A_READ):
            continue
        entries = (done.inserts + done.deletes) * len(indexes)
        yield Finding(
            "write-heavy",
            "low",
            table.name,
            f"{table.name} is written much more often than read, and each write keeps {len(indexes)} indexes.",
            f"{done.writes} statements write, {done.reads} read; at least {entries} entries of indexes were written",
            f"See which of them a statement needs: {', '.join(index.name for index in indexes)}.",
        )


def _can_go(index: Index, table: Table, schema: Schema) -> bool:
    """Whether nothing but speed rests on an index."""
    return not index.is_automatic and not index.is_unique and not finds_any_children(spec_of(index), table, schema)


def _key(index: Index) -> str:
    parts = (f"{part.name or part.expression}{' desc' * part.is_descending}" for part in index.columns)
    return f"({', '.join(parts)}){f' where {index.where}' if index.where is not None else ''}"
