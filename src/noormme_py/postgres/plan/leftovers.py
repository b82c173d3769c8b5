"""What no move takes along: it is named, with its SQL, for whoever has to do it in another way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noormme_py.postgres.fate import Fate, left_out
from noormme_py.postgres.model import PgDatabase, PgTable
from noormme_py.postgres.plan.collations import PLAIN_COLLATIONS

_NATIVE = frozenset({"plpgsql"})
_NOTES = {
    "privileges": "whoever may read the file may read all of it: rights are the application's affair",
    "default privileges": "whoever may read the file may read all of it: rights are the application's affair",
    "settings": "the library's options take their place",
    "empty schema": "SQLite has no schemas",
    "view of an extension": "it goes with its extension",
    "foreign key of a partition": "not all partitions of the table have it",
    "CHECK of a partition": "not all partitions of the table have it",
    "index of a partition": "not all partitions of the table have it, or it is unique in each of them alone",
    "DEFAULT of a partition": "the table's own is kept",
}
_OF_EACH = " of each partition"
_TYPES_ALONE = frozenset({"citext", "hstore"})


def leftovers(
    database: PgDatabase, moved: Iterable[PgTable], in_sqlite: Mapping[tuple[str, str], str]
) -> Iterable[Fate]:
    """Yield the fates of functions, triggers, policies and the like; `in_sqlite` are the names of tables there."""
    for table in moved:
        yield from _beside_rows(table, in_sqlite[table.key])
    for view in database.views:
        names = [view.qualified] if view.comment else []
        names += [f"{view.qualified}.{column.name}" for column in view.columns if column.comment]
        for name in names:
            yield left_out("comment", name, "SQLite keeps no comments on views")
    for function in database.functions:
        note = "SQLite has no stored functions: write it in the application"
        yield left_out("function", function.name, note, function.definition)
    for sequence in database.sequences:
        at = "was never used" if sequence.last_value is None else f"stands at {sequence.last_value}"
        yield left_out(
            "sequence", f"{sequence.schema}.{sequence.name}", f"SQLite has none beside primary keys; it {at}"
        )
    for extension in database.extensions:
        name = extension.split(" ", 1)[0]
        if name in _TYPES_ALONE:
            yield Fate("extension", extension, None, "changed", "its types are kept as said with their columns")
        elif name not in _NATIVE:
            yield left_out("extension", extension, "what it offers is not there in SQLite")
    for kind, name in database.others:
        if kind.endswith(_OF_EACH):
            yield Fate(kind, name, None, "changed", "the table has it once, as is said there")
        else:
            yield left_out(kind, name, _NOTES.get(kind, "SQLite has nothing like it"))
    if database.collation not in PLAIN_COLLATIONS:
        note = f"texts sort by code points, not by {database.collation!r}: `compare-queries` shows where that is seen"
        yield Fate("collation", database.name, None, "changed", note)


def _beside_rows(table: PgTable, name_in_sqlite: str) -> Iterable[Fate]:
    """Yield what a table has beside its rows, its keys and its checks."""
    for trigger in table.triggers:
        name = f"{table.qualified} ({trigger.name})"
        yield left_out("trigger", name, "what it does is written in PostgreSQL's language", trigger.definition)
    for rule in table.rules:
        yield left_out("rule", f"{table.qualified} ({rule.name})", "SQLite has no rules", rule.definition)
    for policy in table.policies:
        note = "SQLite has no row security: the application has to see to it"
        yield left_out("policy", f"{table.qualified} ({policy.name})", note, policy.definition)
    if table.is_row_security_on and not table.policies:
        yield left_out("row security", table.qualified, "without a policy it hid all rows from all but the owner")
    if table.comment:
        yield Fate("comment", table.qualified, None, "changed", "kept as a comment in the text of the table")
    for one in table.divisions:
        yield Fate("partition", one.name, None, "changed", f"its rows are in {name_in_sqlite}", one.definition)
