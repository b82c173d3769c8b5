"""What a database is asked, and which of its tables are busy, by PostgreSQL's own statistics where they can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from noormme_py.frozen import frozen
from noormme_py.postgres.model import PgTable
from noormme_py.postgres.server.attempt import attempt
from noormme_py.postgres.server.identifiers import qualified
from noormme_py.postgres.server.session import Session

OWN = "/* noormme survey */"
"""What the survey's own queries hold, so that the next survey does not take them for the application's."""

_MOST_STATEMENTS = 50
_MOST_SQL = 4_000
# What drivers and tools ask, this one too.
_OF_TOOLS = r"\m(from|join)\s+(pg_|information_schema\.)|^\s*select (set_config|current_setting)\("
_NO_EXTENSION = (
    "pg_stat_statements is not there, so it is not known what the database is asked: load it on the server"
    " (shared_preload_libraries), CREATE EXTENSION pg_stat_statements, and take the survey again after a busy day"
)
_EXTENSION = """
    select n.nspname, array_agg(a.attname::text)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relname = 'pg_stat_statements' and c.relkind = 'v'
    group by c.oid, n.nspname order by n.nspname limit 1
"""
_DATABASE = """
    select pg_catalog.to_char(stats_reset at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
        extract(epoch from now() - stats_reset)::float8, (tup_inserted + tup_updated + tup_deleted)::float8
    from pg_catalog.pg_stat_database where datname = current_database()
"""
_TABLES = """
    select schemaname || '.' || relname, seq_scan, coalesce(seq_tup_read, 0), coalesce(idx_scan, 0),
        coalesce(idx_tup_fetch, 0), n_tup_ins, n_tup_upd, n_tup_del,
        pg_catalog.to_char(
            greatest(last_analyze, last_autoanalyze) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
    from pg_catalog.pg_stat_user_tables
"""
# What comes first may be a comment; utility statements keep their constants and are no queries.
_QUERY = re.compile(
    r"(?>\s+|\(|--[^\n]*\n|/\*.*?\*/)*+(?:select|insert|update|delete|merge|with|values|table)\b",
    re.IGNORECASE | re.DOTALL,
)
# PostgreSQL puts $1 for constants, but not when a statement was thrown out of its memory while it ran.
_TEXTS = re.compile(r"[eE]'(?:[^'\\]|''|\\.)*+'|'(?:[^']|'')*+'|\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$", re.DOTALL)


@frozen
class SurveyedStatement:
    """A statement that the database is asked often, or that takes long. `sql` has `$1` where values were."""

    sql: str
    calls: int
    total_ms: float
    mean_ms: float
    rows: int


@frozen
class TableUse:
    """How a table is used. `read_rows` are those that scans and indexes gave, since the statistics were begun."""

    table: str
    sequential_scans: int
    index_scans: int
    read_rows: int
    inserted: int
    updated: int
    deleted: int
    analyzed: str | None = None

    @property
    def written_rows(self) -> int:
        return self.inserted + self.updated + self.deleted


@frozen
class Workload:
    """How a database is used: statements by the time they took in all, tables by the rows read and written.

    `since` is when the statistics were begun, in UTC; then `writes_per_s` is known. `notes` say what could not be read.
    """

    statements: tuple[SurveyedStatement, ...] = ()
    tables: tuple[TableUse, ...] = ()
    since: str | None = None
    writes_per_s: float | None = None
    notes: tuple[str, ...] = ()


def read_workload(session: Session, tables: Iterable[PgTable]) -> Workload:
    """Return how a database and these of its tables are used; what cannot be read becomes a note."""
    notes: list[str] = []
    statements = _statements(session, notes)
    counted, refused = attempt(session, lambda: session.query(_TABLES))
    uses = () if counted is None else tuple(_uses(counted, tables))
    totals, refused_totals = attempt(session, lambda: session.query(_DATABASE))
    notes += [f"the statistics of tables cannot be read: {why}" for why in (refused or refused_totals,) if why]
    since, writes_per_s = None, None
    if totals and totals[0][0] is not None:
        since = str(totals[0][0])
        writes_per_s = round(float(totals[0][2]) / max(float(totals[0][1]), 1.0), 3)
    return Workload(statements, uses, since, writes_per_s, tuple(notes))


def _statements(session: Session, notes: list[str]) -> tuple[SurveyedStatement, ...]:
    views, refused = attempt(session, lambda: session.query(_EXTENSION))
    if not views:
        notes.append(_NO_EXTENSION if refused is None else f"pg_stat_statements cannot be looked for: {refused}")
        return ()
    schema, columns = views[0]
    sql = _query(schema, frozenset(columns))
    found, refused = attempt(session, lambda: session.query(sql))
    if found is None:
        notes.append(f"pg_stat_statements cannot be read: {refused}")
        return ()
    statements: list[SurveyedStatement] = []
    hidden = 0
    for text, calls, total_ms, rows in found:
        if text == "<insufficient privilege>":
            hidden += 1
        elif _QUERY.match(text):
            shown = _TEXTS.sub("'…'", text.strip())
            shown = shown if len(shown) <= _MOST_SQL else shown[:_MOST_SQL] + "…"
            mean_ms = round(total_ms / max(calls, 1), 4)
            statements.append(SurveyedStatement(shown, int(calls), round(total_ms, 3), mean_ms, int(rows)))
    if hidden:
        notes.append("statements of other users are not shown to this one: GRANT pg_read_all_stats shows them")
    elif not statements:
        notes.append("pg_stat_statements has seen no query of this database yet")
    return tuple(statements[:_MOST_STATEMENTS])


def _query(schema: str, columns: frozenset[str]) -> str:
    """Return the query of the view, whose columns have other names before PostgreSQL 13."""
    total = "total_exec_time" if "total_exec_time" in columns else "total_time"
    # What a function runs inside of it is counted with its caller.
    top = "and s.toplevel" if "toplevel" in columns else ""
    return f"""
        select s.query, sum(s.calls)::bigint, sum(s.{total})::float8, sum(s.rows)::bigint
        from {qualified(schema, "pg_stat_statements")} s
        join pg_catalog.pg_database d on d.oid = s.dbid and d.datname = current_database()
        where s.query !~* '{_OF_TOOLS}' and position('{OWN}' in s.query) = 0 {top}
        group by s.query order by 3 desc limit {_MOST_STATEMENTS * 4}
    """


def _uses(counted: Iterable[tuple[object, ...]], tables: Iterable[PgTable]) -> Iterable[TableUse]:
    rows = {str(row[0]): row for row in counted}
    found: list[TableUse] = []
    for table in tables:
        parts = [rows[name] for name in (table.qualified, *table.partitions) if name in rows]
        if parts:
            sums = [sum(_int(part[at]) for part in parts) for at in range(1, 8)]
            scans, scanned, by_index, fetched, inserted, updated, deleted = sums
            analyzed = max((str(part[8]) for part in parts if part[8] is not None), default=None)
            read = scanned + fetched
            found.append(TableUse(table.qualified, scans, by_index, read, inserted, updated, deleted, analyzed))
    return sorted(found, key=lambda one: (-(one.read_rows + one.written_rows), one.table))


def _int(value: object) -> int:
    return int(str(value))
