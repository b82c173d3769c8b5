"""Whether the file is whole: SQLite reads every page of it."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding

_MOST_FAULTS = 100
_SHOWN = 5


def check_integrity(case: Case) -> Iterable[Finding]:
    """Read all pages, where that was asked for; it takes as long as reading the file does."""
    if not case.integrity:
        return
    pragma = "quick_check" if case.integrity == "quick" else "integrity_check"
    faults = [str(row[0]) for row in case.survey(f"pragma main.{pragma}({_MOST_FAULTS})") if row[0] != "ok"]
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        yield damaged(f"{'; '.join(faults[:_SHOWN])}{more}")


def damaged(evidence: str) -> Finding:
    """Return the finding for a file that is not whole."""
    return Finding(
        "damaged",
        "high",
        "database",
        "The database is damaged.",
        evidence,
        "Restore a backup, or save what can be read with the sqlite3 shell's .recover. Where only an index is named,"
        " REINDEX mends it.",
    )
