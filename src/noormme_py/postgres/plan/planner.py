"""The plan of a move: pure, from what the source is, what its values are like, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from noormme_py.errors import ConfigError
from noormme_py.frozen import replaced
from noormme_py.names import suggest
from noormme_py.postgres.expressions.scope import Translated
from noormme_py.postgres.expressions.translate import translate_check
from noormme_py.postgres.fate import Fate, left_out
from noormme_py.postgres.forms.choose import check_wanted
from noormme_py.postgres.model import PgDatabase, PgTable
from noormme_py.postgres.plan.columns import ColumnPlanner
from noormme_py.postgres.plan.facts import Facts
from noormme_py.postgres.plan.keys import ForeignKeyPlanner, IndexPlanner
from noormme_py.postgres.plan.leftovers import leftovers
from noormme_py.postgres.plan.names import KnownNames, Namespace, home_of, name_in_sqlite
from noormme_py.postgres.plan.planned import Hook, MoveOptions, Plan, PlannedCheck, PlannedTable
from noormme_py.postgres.plan.selection import check_patterns, condition, selected
from noormme_py.postgres.plan.sequences import sequence_fates, with_sequence

NoHooks: Mapping[str, Hook] = {}
PlainColumns = Mapping[tuple[str, str], frozenset[str]]


def movable(database: PgDatabase, options: MoveOptions) -> list[PgTable]:
    """Return the tables whose rows are moved."""
    found, _ = selected(database.tables, options)
    return [table for table in found if _why_not(table, options) is None]


def check_options(database: PgDatabase, options: MoveOptions, hooks: Mapping[str, Hook] = NoHooks) -> None:
    """Raise ConfigError for options that name tables, types or columns which are not there."""
    check_patterns((table.qualified for table in database.tables), options)
    tables = movable(database, options)
    known = {column.type.name for table in tables for column in table.columns} | set(_domains(tables))
    check_wanted(dict(options.types), known)
    _check_hooks(hooks, tables)


def plan(
    database: PgDatabase,
    facts: Facts,
    options: MoveOptions,
    hooks: Mapping[str, Hook] = NoHooks,
    plain: PlainColumns | None = None,
    known: KnownNames | None = None,
) -> Plan:
    """Return what is to be made in SQLite. Raises ConfigError for forms that cannot be.

    `plain` names generated columns by tables whose values SQLite was found to compute in another way. `known` are the
    names that an earlier move gave: then the plan is of its tables alone, whatever there is in PostgreSQL since.
    """
    tables = movable(database, options)
    if known is not None:
        tables = [table for table in tables if table.qualified in known.tables]
    types = dict(options.types)
    namespace = Namespace()
    home = home_of([table.schema for table in tables] or [view.schema for view in database.views])
    names = {
        table.key: namespace.take(
            name_in_sqlite(*table.key, home, is_snake_case=options.is_snake_case)
            if known is None
            else known.tables[table.qualified]
        )
        for table in tables
    }
    planners = {
        table.key: ColumnPlanner(
            table,
            facts,
            types,
            hooks,
            is_snake_case=options.is_snake_case,
            is_strict=options.is_strict,
            collation=database.collation,
            plain=(plain or {}).get(table.key, frozenset()),
            known={} if known is None else known.columns,
        )
        for table in tables
    }
    keys = ForeignKeyPlanner(names, {key: planner.names for key, planner in planners.items()}, database.tables)
    planned: list[PlannedTable] = []
    fates: list[Fate] = list(_left_tables(database, options))
    for table in tables:
        planner = planners[table.key]
        indexes = IndexPlanner(table, planner.scope, namespace, is_snake_case=options.is_snake_case)
        made = PlannedTable(
            table,
            names[table.key],
            planner.columns(),
            tuple(planner.names[name] for name in table.primary_key),
            planner.rowid_alias,
            checks=(),
            foreign_keys=keys.planned(table),
            indexes=indexes.planned(),
            is_strict=options.is_strict,
            where=condition(table, options),
        )
        fates.append(_table_fate(made))
        if made.primary_key:
            name = next((index.name for index in table.indexes if index.constraint == "primary key"), "primary key")
            fates.append(Fate("primary key", f"{table.qualified} ({name})", ", ".join(made.primary_key), "exact"))
        checks = tuple(_checks(table, planner, fates))
        planned.append(replaced(with_sequence(made), checks=checks))
        fates += [*planner.fates, *indexes.fates]
    fates += [*keys.fates, *sequence_fates(planned), *leftovers(database, tables, names)]
    for view in database.views:
        names[view.schema, view.name] = namespace.take(
            name_in_sqlite(view.schema, view.name, home, is_snake_case=options.is_snake_case)
        )
    return Plan(tuple(planned), tuple(fates), names)


def _checks(table: PgTable, planner: ColumnPlanner, fates: list[Fate]) -> Iterable[PlannedCheck]:
    yield from planner.checks()
    for check in table.checks:
        source, text = f"{table.qualified} ({check.name})", f"CHECK ({check.expression})"
        found = translate_check(check.expression, planner.scope)
        if isinstance(found, Translated):
            yield PlannedCheck(check.name, found.sql, source, text, tuple(found.notes))
        else:
            fates.append(left_out("check", source, found.reason, text))


def _table_fate(table: PlannedTable) -> Fate:
    source, notes = table.source, list[str]()
    if source.partitions:
        notes.append("its partitions are one table")
    if source.parents:
        notes.append(f"it inherits from {', '.join(source.parents)}: a query of those does not give its rows any more")
    if table.where is not None:
        notes.append(f"only the rows where {table.where}")
    if table.name != source.name:
        notes.append(f"named {table.name!r}")
    return Fate("table", source.qualified, table.name, "changed" if notes else "exact", "; ".join(notes) or None)


def _left_tables(database: PgDatabase, options: MoveOptions) -> Iterable[Fate]:
    moved, excluded = selected(database.tables, options)
    for table in excluded:
        yield left_out("table", table.qualified, "it was not asked for")
    for table in moved:
        if reason := _why_not(table, options):
            yield left_out("table", table.qualified, reason)


def _why_not(table: PgTable, options: MoveOptions) -> str | None:
    if not table.columns:
        return "SQLite has no tables without columns"
    if table.kind == "foreign" and not options.include:
        return "its rows are on another server: name it to be included"
    return None


def _domains(tables: Iterable[PgTable]) -> Iterable[str]:
    """Yield the types below the domains of columns."""
    for column in chain.from_iterable(table.columns for table in tables):
        kind = column.type
        while kind.kind == "domain" and kind.element is not None:
            kind = kind.element
            yield kind.name


def _check_hooks(hooks: Mapping[str, Hook], tables: list[PgTable]) -> None:
    known = {f"{table.qualified}.{column.name}" for table in tables for column in table.columns}
    known |= {f"{table.name}.{column.name}" for table in tables for column in table.columns}
    for name in hooks:
        if name not in known:
            raise ConfigError(f"there is no column {name[:100]!r} to change", hint=suggest(name, known))
