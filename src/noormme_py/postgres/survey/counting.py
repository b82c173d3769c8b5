"""What is to be known of a table's rows: how many there are, how large the largest is, and what is unusual in them."""

from __future__ import annotations

from noormme_py.postgres.model import PgColumn, PgTable
from noormme_py.postgres.plan.facts import ColumnFacts, base_of, facts_of, facts_query
from noormme_py.postgres.server.identifiers import quoted, relation
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.survey.workload import OWN

# Of these PostgreSQL knows the length without reading the value.
_KNOWN_LENGTHS = frozenset({"text", "varchar", "bytea", "bpchar"})
# They may be stored in a compressed form, so that their size says nothing of their text's.
_COMPRESSED = frozenset({"json", "jsonb", "xml", "hstore", "citext", "tsvector"})


def count_rows(session: Session, table: PgTable) -> tuple[int, int | None]:
    """Return the number of rows, and about how many bytes the largest one has; None where there is no row."""
    sizes = " + ".join(_size(column) for column in table.columns) or "0"
    found = session.query(f"select {OWN} count(*), max({sizes}) from {relation(table)}")[0]
    return int(found[0]), None if found[1] is None else int(found[1])


def find_facts(session: Session, table: PgTable) -> dict[tuple[str, str, str], ColumnFacts]:
    """Return which columns have values that are kept in another way than the rest."""
    asked = facts_query(table)
    if asked is None:
        return {}
    sql, counted = asked
    return facts_of(table, counted, session.query(sql.replace("select ", f"select {OWN} ", 1))[0])


def _size(column: PgColumn) -> str:
    name, base = quoted(column.name), base_of(column.type)
    if base.name in _KNOWN_LENGTHS:
        size = f"octet_length({name})"
    elif base.name in _COMPRESSED or base.kind in ("array", "composite"):
        size = f"octet_length({name}::text)"
    else:
        size = f"pg_column_size({name})"
    return f"coalesce({size}, 0)::bigint"
