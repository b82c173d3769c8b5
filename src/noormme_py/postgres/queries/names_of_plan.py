"""What the tables and views in a query are in SQLite, by the plan of the move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from noormme_py.postgres.expressions.scope import scope_column
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgDatabase, PgView
from noormme_py.postgres.plan.names import HOME
from noormme_py.postgres.plan.planned import Plan
from noormme_py.postgres.queries import Names, QueryTable


def names_of(
    database: PgDatabase, plan: Plan, types: Mapping[str, str] | None = None, search_path: Sequence[str] = (HOME,)
) -> Names:
    """Return what finds the tables and views of a plan; `types` are the forms that the move was asked for.

    A name without a schema is looked for in those of `search_path`, one after another, as PostgreSQL does.
    """
    known = {
        table.source.key: QueryTable(
            table.name,
            {
                column.source.name: scope_column(
                    column.source,
                    column.form,
                    column.name,
                    is_strict=table.is_strict,
                    collation=database.collation,
                )
                for column in table.columns
            },
        )
        for table in plan.tables
    }
    known |= dict(_views(database.views, plan, database.collation, types))

    def find(schema: str | None, name: str) -> QueryTable | None:
        schemas = search_path if schema is None else (schema,)
        return next((found for one in schemas if (found := known.get((one, name))) is not None), None)

    return find


def _views(
    views: Iterable[PgView], plan: Plan, collation: str, types: Mapping[str, str] | None
) -> Iterable[tuple[tuple[str, str], QueryTable]]:
    for view in views:
        name = plan.names.get((view.schema, view.name))
        if name is None:
            continue
        columns = {
            column.name: scope_column(
                column, form_of(column.type, column.modifier, types), column.name, collation=collation
            )
            for column in view.columns
        }
        yield (view.schema, view.name), QueryTable(name, columns)
