"""How commits are kept: the journal mode in force, what a loss of power may undo, and the write-ahead log."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.circumstances import Circumstances
from noormme_py.optimize.doctor.case import MIB, Case, sized
from noormme_py.optimize.finding import Finding

# Twice of what a log grows to before it is moved into the database, when SQLite's own settings are in force.
_LONG_LOG = 8 * MIB
_VERY_LONG_LOG = 256 * MIB


def check_journal_mode(case: Case) -> Iterable[Finding]:
    """Look which journal mode is really in force."""
    mode = "wal" if case.is_wal else case.settings.journal_mode if case.settings is not None else "delete"
    if mode in ("off", "memory") and case.around.path is not None:
        yield Finding(
            "journal-mode",
            "high",
            f"journal_mode = {mode}",
            "There is no journal on the disk: a process that dies in a transaction leaves a damaged database.",
            f"journal mode {mode}",
            "pragma journal_mode = wal",
        )
    elif mode != "wal" and case.around.path is not None:
        yield Finding(
            "journal-mode",
            "info",
            "journal_mode",
            "The database is not in WAL mode: readers and writers wait for one another.",
            "the journal mode in force is a rollback journal" if case.settings is None else f"journal mode {mode}",
            None if case.around.is_network else "pragma journal_mode = wal",
        )


def check_synchronous(case: Case) -> Iterable[Finding]:
    """Look whether commits reach the disk in order."""
    if case.settings is None or case.around.path is None:
        return
    if case.settings.synchronous == 0:
        yield Finding(
            "synchronous",
            "high",
            "synchronous = OFF",
            "Nothing waits for the disk: a loss of power may leave a damaged database.",
            "synchronous is OFF on the connection that writes",
            "Set optimization.synchronous to NORMAL (with WAL) or FULL.",
        )
    elif case.settings.synchronous == 1 and not case.is_wal:
        yield Finding(
            "synchronous",
            "low",
            "synchronous = NORMAL",
            "Without WAL, a loss of power at a bad moment may damage the database.",
            "synchronous is NORMAL, and the database is not in WAL mode",
            "Set optimization.synchronous to FULL, or use WAL mode.",
        )


def check_leftover_journal(case: Case) -> Iterable[Finding]:
    """Look for a rollback journal that waits to be played back."""
    if case.around.is_journal_hot:
        yield leftover_journal(case.around, is_wal=case.is_wal)


def leftover_journal(around: Circumstances, *, is_wal: bool) -> Finding:
    """Return the finding for a journal that is whole."""
    evidence = f"a -journal of {sized(around.journal_bytes)} lies beside the file, and its header is whole"
    if is_wal:
        return Finding(
            "leftover-journal",
            "high",
            "-journal",
            "A rollback journal lies beside a WAL database: whoever opens it may play old pages back into it.",
            evidence,
            "Stop all that use it, copy all its files, then look whether the database is whole without the journal.",
        )
    return Finding(
        "leftover-journal",
        "medium",
        "-journal",
        "A process died in a transaction: nobody can read the database until somebody who may write rolls it back.",
        evidence,
        "Open it once for writing, then look again. Never remove the -journal: what is half done could not be undone.",
    )


def check_log_size(case: Case) -> Iterable[Finding]:
    """Look whether the write-ahead log is moved into the database, and who keeps it from that."""
    around = case.around
    if around.wal_bytes < _LONG_LOG:
        return
    is_grave = around.wal_bytes > around.file_bytes or around.wal_bytes >= _VERY_LONG_LOG
    if around.readers:
        title = "The write-ahead log is long, and somebody reads an old state of the database, which keeps it so."
        mend = "End the read transactions, or make them short; then `await db.checkpoint()`."
    else:
        title = "The write-ahead log is long: it was not moved into the database and emptied for a while."
        mend = "await db.checkpoint(), or pragma wal_checkpoint(truncate)"
    readers = "; ".join(around.readers) or "nobody, as far as the system tells"
    yield Finding(
        "long-log",
        "medium" if is_grave else "low",
        "-wal",
        title,
        f"the log has {sized(around.wal_bytes)}, the database {sized(around.file_bytes)}; reading now: {readers}",
        mend,
    )
