"""The examination: all checks, one after another, of one database."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.circumstances import Circumstances
from noormme_py.errors import CannotOpen, Corrupt, DatabaseBusy, DatabaseError, Interrupted, NotADatabase, ReadOnly
from noormme_py.optimize.doctor.build import check_build
from noormme_py.optimize.doctor.case import Case, Check, Integrity, Settings, TableCheck
from noormme_py.optimize.doctor.foreign_keys import check_enforcement, check_foreign_keys
from noormme_py.optimize.doctor.integrity import check_integrity, damaged
from noormme_py.optimize.doctor.journal import (
    check_journal_mode,
    check_leftover_journal,
    check_log_size,
    check_synchronous,
)
from noormme_py.optimize.doctor.keys import check_primary_key, check_rowids, check_unique
from noormme_py.optimize.doctor.known_bugs import check_version
from noormme_py.optimize.doctor.pages import check_pages
from noormme_py.optimize.doctor.place import check_backups, check_filesystem, check_permissions, check_room
from noormme_py.optimize.doctor.stored_types import check_stored_types
from noormme_py.optimize.finding import Finding, gravest_first
from noormme_py.optimize.survey import Survey
from noormme_py.schema.model import Schema

CHECKS: tuple[Check, ...] = (
    check_version,
    check_build,
    check_filesystem,
    check_permissions,
    check_room,
    check_backups,
    check_journal_mode,
    check_synchronous,
    check_leftover_journal,
    check_log_size,
    check_pages,
    check_enforcement,
    check_integrity,
)
TABLE_CHECKS: tuple[TableCheck, ...] = (
    check_foreign_keys,
    check_primary_key,
    check_unique,
    check_rowids,
    check_stored_types,
)

# They are about the file or the moment, not about what was looked at.
_OF_THE_WHOLE = (CannotOpen, DatabaseBusy, Interrupted, NotADatabase, ReadOnly)


def examine(
    survey: Survey,
    schema: Schema,
    around: Circumstances,
    settings: Settings | None = None,
    *,
    integrity: Integrity = False,
) -> tuple[Finding, ...]:
    """Return what is not as it should be, the gravest first; raises DatabaseError for a file that cannot be read."""
    # Opened as if on a CD, a WAL database seems to have another mode: then its header tells.
    is_wal = around.has_wal_header or survey("pragma main.journal_mode") == [("wal",)]
    case = Case(survey, schema, around, settings, is_wal, integrity)
    found: dict[Finding, None] = {}
    for check in CHECKS:
        found |= dict.fromkeys(_findings(check(case), "the database"))
    for table in case.tables:
        for look in TABLE_CHECKS:
            found |= dict.fromkeys(_findings(look(case, table), table.name))
    return tuple(gravest_first([*found]))


def _findings(check: Iterable[Finding], subject: str) -> list[Finding]:
    """Return what a check finds; one that SQLite cannot do is told, and keeps no other from being done."""
    found: list[Finding] = []
    try:
        found.extend(check)
    except _OF_THE_WHOLE:
        raise
    except Corrupt as error:
        found.append(damaged(error.message))
    except DatabaseError as error:
        found.append(
            Finding(
                "not-examined",
                "low",
                subject,
                f"A part of {subject} could not be looked at.",
                error.message,
                "It may need a function or a collation that only the application has.",
            )
        )
    return found
