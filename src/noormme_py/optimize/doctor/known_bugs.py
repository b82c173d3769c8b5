"""The bugs of SQLite's releases that lose data or give wrong answers, and which of them the library at hand has.

From sqlite.org/changes.html and sqlite.org/wal.html; only releases that this library runs on.
"""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.frozen import frozen
from noormme_py.optimize.doctor.case import Case
from noormme_py.optimize.finding import Finding, Severity

Version = tuple[int, int, int]


@frozen
class KnownBug:
    """A bug of the releases from `since` to before `fixed`; `backports` are the first sound ones of older lines.

    What only harms databases in WAL mode is of no weight (info) for others.
    """

    name: str
    since: Version
    fixed: Version
    severity: Severity
    harm: str
    backports: tuple[Version, ...] = ()
    is_of_wal: bool = False

    def is_in(self, version: Version) -> bool:
        """Whether a release has it."""
        is_mended = any(version[:2] == line[:2] and version >= line for line in self.backports)
        return self.since <= version < self.fixed and not is_mended


# A bug that corrupts but has hardly ever been met is "medium": what is high must be mended before going on.
KNOWN_BUGS = (
    KnownBug(
        "the WAL-reset bug",
        (3, 7, 0),
        (3, 51, 3),
        "medium",
        "a checkpoint that meets a commit of another connection may, very rarely, damage the database",
        ((3, 44, 6), (3, 50, 7)),
        is_of_wal=True,
    ),
    KnownBug(
        "the savepoint bug of 3.35.0",
        (3, 35, 0),
        (3, 37, 2),
        "high",
        "with temp_store = MEMORY, a commit after a savepoint was rolled back may damage the database",
    ),
    KnownBug(
        "the UPSERT bug of 3.35.0",
        (3, 35, 0),
        (3, 45, 2),
        "low",
        "an INSERT with several ON CONFLICT clauses may leave an index that differs from its table",
    ),
    KnownBug(
        "the Bloom filter bug of 3.38.0",
        (3, 38, 0),
        (3, 38, 3),
        "medium",
        "joins may leave out rows of their answer",
    ),
    KnownBug(
        "the number bug of 3.47.0",
        (3, 47, 0),
        (3, 47, 2),
        "low",
        "numbers read from text that begin with the digits 1844674407370955 may become others",
    ),
)


def bugs_of(version: Version) -> list[KnownBug]:
    """Return the known bugs of a release."""
    return [bug for bug in KNOWN_BUGS if bug.is_in(version)]


def check_version(case: Case) -> Iterable[Finding]:
    """Look whether the SQLite at hand has known bugs."""
    text = str(case.survey("select sqlite_version()")[0][0])
    for bug in bugs_of(parsed(text)):
        is_met = case.is_wal or not bug.is_of_wal
        fixed = [".".join(map(str, version)) for version in (bug.fixed, *reversed(bug.backports))]
        yield Finding(
            "sqlite-bug",
            bug.severity if is_met else "info",
            f"SQLite {text}",
            f"This SQLite has {bug.name}: {bug.harm}.",
            f"SQLite {text}; the database is {'' if case.is_wal else 'not '}in WAL mode",
            f"Run with SQLite {' or later, or '.join(fixed)} or later of its line."
            if bug.backports
            else f"Run with SQLite {fixed[0]} or later.",
        )


def parsed(text: str) -> Version:
    """Return a version as numbers."""
    numbers = [*map(int, text.split(".")), 0, 0]
    return (numbers[0], numbers[1], numbers[2])
