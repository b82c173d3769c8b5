"""Taking a survey: everything is read in one snapshot, and what cannot be read is said in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from noormme_py.errors import TransferError
from noormme_py.frozen import replaced
from noormme_py.postgres.catalog.database import read_database
from noormme_py.postgres.model import PgTable
from noormme_py.postgres.plan.facts import ColumnFacts
from noormme_py.postgres.plan.planned import MoveOptions, Plan, PlannedTable
from noormme_py.postgres.plan.planner import check_options, movable, plan
from noormme_py.postgres.progress import Listener, Progress, nobody
from noormme_py.postgres.queries.names_of_plan import names_of
from noormme_py.postgres.server.attempt import attempt
from noormme_py.postgres.server.session import Session
from noormme_py.postgres.survey.advice import advice_for
from noormme_py.postgres.survey.counting import count_rows, find_facts
from noormme_py.postgres.survey.outcomes import all_fates, surveyed_columns, surveyed_types
from noormme_py.postgres.survey.survey import Survey, SurveyedTable
from noormme_py.postgres.survey.workload import read_workload

Counts = tuple[int, int | None]
_UNREADABLE = "this user may not read it: let the owner grant SELECT on it, or leave it out with --exclude"
_HIDDEN = "row security hides rows from this user: take the owner, or a user with BYPASSRLS"


def read_survey(
    session: Session,
    options: MoveOptions,
    *,
    is_quick: bool = False,
    free_bytes: int | None = None,
    listener: Listener = nobody,
    stopped: Callable[[], bool] = lambda: False,
) -> Survey:
    """Return what a database is and what would become of it. All rows are read, unless `is_quick`; none is written.

    `free_bytes` is what is free where the file would be. Raises ConfigError for options that name what is not there,
    and TransferError.
    """
    taken = datetime.now(UTC).isoformat(timespec="seconds")
    with session.snapshot():
        listener(Progress("looking"))
        database = read_database(session)
        check_options(database, options)
        tables = movable(database, options)
        # Before the survey's own reading is counted too.
        workload = read_workload(session, tables)
        looking = _Looking(session, listener, stopped)
        looking.check_running()
        if not is_quick:
            for table in tables:
                looking.at(table)
        made = plan(database, looking.facts, options)
    survey = Survey(
        session.place,
        database.name,
        database.version,
        database.encoding,
        database.collation,
        database.size_bytes,
        taken,
        is_quick,
        options,
        tuple(sorted(looking.surveyed(made), key=lambda table: (-table.bytes, table.source))),
        surveyed_types(made.tables),
        all_fates(database, made, names_of(database, made, types=dict(options.types))),
        workload,
    )
    return replaced(survey, advice=tuple(advice_for(survey, looking.facts, free_bytes)))


class _Looking:
    """Reads the rows of tables, one table after another."""

    def __init__(self, session: Session, listener: Listener, stopped: Callable[[], bool]) -> None:
        self._session = session
        self._listener = listener
        self._stopped = stopped
        self._counts: dict[tuple[str, str], Counts] = {}
        self._refusals: dict[tuple[str, str], str] = {}
        self.facts: dict[tuple[str, str, str], ColumnFacts] = {}

    def at(self, table: PgTable) -> None:
        """Read a table once for its size, and once for values that are kept in another way; one may be refused."""
        self._listener(Progress("looking", table.qualified))
        self.check_running()
        if not table.is_readable:
            return
        found, refused = attempt(self._session, lambda: self._read(table))
        self.check_running()
        if found is None:
            self._refusals[table.key] = refused or ""
        else:
            self._counts[table.key] = found[0]
            self.facts |= found[1]

    def surveyed(self, made: Plan) -> list[SurveyedTable]:
        """Return the tables with what was seen of their rows."""
        return [self._surveyed(table, made) for table in made.tables]

    def _read(self, table: PgTable) -> tuple[Counts, dict[tuple[str, str, str], ColumnFacts]]:
        return count_rows(self._session, table), find_facts(self._session, table)

    def _surveyed(self, table: PlannedTable, made: Plan) -> SurveyedTable:
        source = table.source
        counted = self._counts.get(source.key)
        estimated = None if source.estimated_rows < 0 else source.estimated_rows
        return SurveyedTable(
            source.qualified,
            table.name,
            estimated if counted is None else counted[0],
            counted is not None,
            source.size_bytes,
            surveyed_columns(table, made),
            bool(source.primary_key),
            None if counted is None else counted[1],
            self._refusals.get(source.key) if source.is_readable else _why_unreadable(source),
        )

    def check_running(self) -> None:
        """Raise TransferError when it was stopped; until then a refusal may have been the stop."""
        if self._stopped():
            raise TransferError("stopped")


def _why_unreadable(table: PgTable) -> str:
    return _HIDDEN if table.is_row_security_on else _UNREADABLE
