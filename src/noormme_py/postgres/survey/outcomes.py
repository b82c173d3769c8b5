"""What becomes of everything in a database, as far as it is known before any row is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from noormme_py.postgres.expressions import Translated
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.model import PgDatabase
from noormme_py.postgres.move.shaping import check_name
from noormme_py.postgres.plan.planned import Plan, PlannedColumn, PlannedTable
from noormme_py.postgres.queries import Names, translate_query
from noormme_py.postgres.survey.survey import SurveyedColumn, SurveyedType

_COMPARED = "its rows are compared in the move"


def all_fates(database: PgDatabase, made: Plan, names: Names) -> tuple[Fate, ...]:
    """Return the fates that the plan knows, and of checks, indexes and views those that the move will try."""
    return (*made.fates, *_tried(made.tables), *_views(database, made, names))


def surveyed_columns(table: PlannedTable, made: Plan) -> tuple[SurveyedColumn, ...]:
    """Return the columns of a table with what becomes of them."""
    fates = {fate.source: fate for fate in made.fates if fate.kind == "column"}
    found: list[SurveyedColumn] = []
    for column in table.columns:
        fate = fates[f"{table.source.qualified}.{column.source.name}"]
        said = (column.source.name, column.source.declared, column.name, column.declared)
        found.append(SurveyedColumn(*said, fate.outcome, fate.note))
    return tuple(found)


def surveyed_types(tables: Iterable[PlannedTable]) -> tuple[SurveyedType, ...]:
    """Return the types of all columns, the most frequent first; what is said is of the type and of no single column."""
    counts = Counter(_type(column, table.is_strict) for table in tables for column in table.columns)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0][0], one[0][1]))
    return tuple(
        SurveyedType(declared, target, count, "exact" if note is None else "changed", note)
        for (declared, target, note), count in ordered
    )


def _type(column: PlannedColumn, is_strict: bool) -> tuple[str, str, str | None]:
    form = column.form
    return column.source.declared, form.strict if is_strict else form.declared, form.note


def _tried(tables: Iterable[PlannedTable]) -> Iterable[Fate]:
    for table in tables:
        for check in table.checks:
            yield carried("check", check_name(check), table.name, list(check.notes), check.text)
        for index in table.indexes:
            yield carried(index.kind, index.source, index.name, list(index.notes), index.text)


def _views(database: PgDatabase, made: Plan, names: Names) -> Iterable[Fate]:
    for view in database.views:
        kind = "materialized view" if view.is_materialized else "view"
        translated = translate_query(view.definition, names)
        if not isinstance(translated, Translated):
            yield left_out(kind, view.qualified, translated.reason, view.definition)
            continue
        notes = [*translated.notes, *(["an ordinary view"] if view.is_materialized else []), _COMPARED]
        yield Fate(
            kind,
            view.qualified,
            made.names[view.schema, view.name],
            "changed" if len(notes) > 1 else "exact",
            "; ".join(notes),
            view.definition,
        )
