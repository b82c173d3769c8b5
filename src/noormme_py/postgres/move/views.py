"""Views: translated, made, and kept when they give the same rows on both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from noormme_py.errors import DatabaseError, Interrupted, TransferError
from noormme_py.names import quote
from noormme_py.postgres.expressions.scope import Translated
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.forms.choose import form_of
from noormme_py.postgres.model import PgDatabase, PgView
from noormme_py.postgres.move.shaping import is_of_the_sql
from noormme_py.postgres.plan.planned import Plan
from noormme_py.postgres.queries import Names, translate_query
from noormme_py.postgres.queries.names_of_plan import names_of
from noormme_py.postgres.rows.building import Building
from noormme_py.postgres.rows.digest import Digest
from noormme_py.postgres.server.copy_text import columns_of
from noormme_py.postgres.server.identifiers import qualified, quoted
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.workload.answers import BUDGET_S, within
from noormme_py.postgres.workload.differences import DIGITS
from noormme_py.postgres.workload.rows import nearly, rendered

_ROWS = 256


def make_views(
    database: PgDatabase,
    plan: Plan,
    types: Mapping[str, str],
    session: Session,
    building: Building,
    stopped: Callable[[], bool],
    *,
    is_partial: bool,
) -> list[Fate]:
    """Make all views that mean the same in SQLite, and return what became of each; some rest on others.

    `types` are the forms that the move was asked for; `is_partial` says that it left rows of tables out.
    """
    names = names_of(database, plan, types)
    fates: list[Fate] = []
    waiting = list(database.views)
    while waiting:
        later: list[tuple[PgView, Fate]] = []
        for view in waiting:
            fate = _made(view, plan, names, session, building, stopped, is_partial=is_partial)
            if fate.outcome == "left out":
                later.append((view, fate))
            else:
                fates.append(fate)
        if len(later) == len(waiting):
            return fates + [fate for _, fate in later]
        waiting = [view for view, _ in later]
    return fates


def _made(
    view: PgView,
    plan: Plan,
    names: Names,
    session: Session,
    building: Building,
    stopped: Callable[[], bool],
    *,
    is_partial: bool,
) -> Fate:
    kind = "materialized view" if view.is_materialized else "view"
    translated = translate_query(view.definition, names)
    if not isinstance(translated, Translated):
        return left_out(kind, view.qualified, translated.reason, view.definition)
    name = plan.names[view.schema, view.name]
    columns = ", ".join(quote(column.name) for column in view.columns)
    try:
        building.execute(f"create view {quote(name)} ({columns}) as {translated.sql}")
        # SQLite looks at what a view says when it is asked.
        building.query(f"select * from {quote(name)} limit 0")
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        building.execute(f"drop view if exists {quote(name)}")
        return left_out(kind, view.qualified, f"SQLite does not take it: {error.message}", view.definition)
    notes = list(translated.notes)
    if view.is_materialized:
        notes.append("an ordinary view: it is computed when it is asked")
    if is_partial:
        notes.append("its rows were not compared: some of those below it were not moved")
        return carried(kind, view.qualified, name, notes, view.definition)
    try:
        is_same = _is_same(view, name, session, building, stopped)
    except _Unknown as unknown:
        notes.append(f"its rows were not compared: {unknown}")
    else:
        if not is_same:
            building.execute(f"drop view {quote(name)}")
            return left_out(kind, view.qualified, "it gives other rows in SQLite", view.definition)
    return carried(kind, view.qualified, name, notes, view.definition)


class _Unknown(Exception):
    """It cannot be said whether a view has the same rows; the argument is the reason."""


def _is_same(view: PgView, name: str, session: Session, building: Building, stopped: Callable[[], bool]) -> bool:
    """Whether a view has the same rows on both sides; raises _Unknown.

    The rows of a materialized view are of another time, so what it is made of is asked again.
    """
    forms = [form_of(column.type, column.modifier) for column in view.columns]
    there, here = Digest(len(forms)), Digest(len(forms))
    columns = ", ".join(
        form.select.format(quoted(column.name)) for form, column in zip(forms, view.columns, strict=True)
    )
    try:
        with within(session, BUDGET_S):
            rows = f"({view.definition}) as v" if view.is_materialized else qualified(view.schema, view.name)
            sql = f"select {columns} from {rows}"
            for lines in session.copy_out(sql, stopped=stopped):
                texts = columns_of(lines)
                same = [nearly(form, column, DIGITS) for form, column in zip(forms, texts, strict=True)]
                there.add(same, len(lines))
    except TransferError as error:
        if stopped():
            raise
        raise _Unknown(error.message) from None
    select = ", ".join(form.read.format(quote(column.name)) for form, column in zip(forms, view.columns, strict=True))
    try:
        for stored in building.batches(f"select {select} from {quote(name)}", _ROWS, budget_s=BUDGET_S):
            texts = [rendered(form, column) for form, column in zip(forms, stored, strict=True)]
            same = [nearly(form, column, DIGITS) for form, column in zip(forms, texts, strict=True)]
            here.add(same, len(texts[0]))
    except Interrupted:
        if stopped():
            raise
        raise _Unknown(f"in SQLite that takes more than {BUDGET_S:g} s") from None
    except DatabaseError as error:
        if not is_of_the_sql(error):
            raise
        return False
    return there == here
