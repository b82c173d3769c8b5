"""Reading a database's catalog, by a number of queries that does not depend on how many tables there are."""

from __future__ import annotations

from noormme_py.postgres.catalog import queries
from noormme_py.postgres.catalog.others import OTHERS, OtherRow, others_of
from noormme_py.postgres.catalog.queries import fetch
from noormme_py.postgres.catalog.tables import TableRows, families, grouped, sequences_of, table_of, view_of
from noormme_py.postgres.catalog.types import Types
from noormme_py.postgres.model import PgDatabase, PgDefinition
from noormme_py.postgres.server.session import Session


def read_database(session: Session) -> PgDatabase:
    """Return all that the database holds; inside of `session.snapshot()` it is one state of it.

    Texts of SQL name everything with its schema, those of pg_catalog apart. What belongs to an extension is left out.
    """
    [(path,)] = session.query("select current_setting('search_path')")
    session.query("select set_config('search_path', '', false)")
    found = _read(session)
    # An error ends the transaction, and with it what was set.
    session.query("select set_config('search_path', %s, false)", (path,))
    return found


def _read(session: Session) -> PgDatabase:
    [database] = fetch(session, queries.DATABASE, queries.DatabaseRow)
    members = {(row.catalog, row.oid): row.extension for row in fetch(session, queries.MEMBERS, queries.MemberRow)}
    rows = _table_rows(session)
    types = Types(
        fetch(session, queries.TYPES, queries.TypeRow),
        rows.columns,
        rows.constraints.get(0, ()),
        {oid: extension for (catalog, oid), extension in members.items() if catalog == "pg_type"},
    )
    own = [row for row in rows.relations.values() if not row.is_partition and ("pg_class", row.oid) not in members]
    tables = tuple(table_of(row, rows, types) for row in own if row.kind in ("r", "p", "f"))
    views = tuple(view_of(row, rows, types) for row in own if row.kind in ("v", "m"))
    functions = fetch(session, queries.FUNCTIONS, queries.FunctionRow)
    taken = {rows.sequences.number_of(column) for columns in rows.columns.values() for column in columns}
    others = others_of(fetch(session, OTHERS, OtherRow), rows, members, types.unused())
    if database.comment is not None:
        others += (("comment", f"database {database.name}"),)
    return PgDatabase(
        database.name,
        database.version.partition(" ")[0],
        database.encoding,
        database.collation,
        tables,
        views,
        tuple(PgDefinition(row.name, row.definition) for row in functions if ("pg_proc", row.oid) not in members),
        tuple(
            sequence
            for oid, sequence in rows.sequences.all.items()
            if oid not in taken and ("pg_class", oid) not in members
        ),
        tuple(row.name for row in fetch(session, queries.EXTENSIONS, queries.ExtensionRow)),
        others,
        database.size_bytes,
    )


def _table_rows(session: Session) -> TableRows:
    relations = {row.oid: row for row in fetch(session, queries.RELATIONS, queries.RelationRow)}
    partitions, parents = families(relations, fetch(session, queries.INHERITANCE, queries.InheritanceRow))
    return TableRows(
        relations,
        grouped(fetch(session, queries.COLUMNS, queries.ColumnRow), lambda row: row.relation),
        grouped(fetch(session, queries.CONSTRAINTS, queries.ConstraintRow), lambda row: row.relation),
        grouped(fetch(session, queries.INDEXES, queries.IndexRow), lambda row: row.relation),
        grouped(fetch(session, queries.ATTACHED, queries.AttachedRow), lambda row: row.relation),
        partitions,
        parents,
        sequences_of(
            fetch(session, queries.SEQUENCES, queries.SequenceRow),
            fetch(session, queries.SEQUENCE_USES, queries.SequenceUseRow),
        ),
    )
