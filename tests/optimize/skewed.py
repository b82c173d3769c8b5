"""A database of which the averages mislead: five jobs are open, and the planner is told that half of them are."""

from __future__ import annotations

import sqlite3

from noormme_py.optimize.recording.record import Record, StatementRecord

SCHEMA = """
    create table jobs (id integer primary key, owner text, state text, note text);
    create index jobs_owner on jobs (owner);
    create index jobs_state on jobs (state);
"""
OPEN_JOBS = "select note from jobs where state = ? and owner = ?"
RECORD = Record((StatementRecord(OPEN_JOBS, 500, samples=(["open", 7],)),))
BY_STATE = "SEARCH jobs USING INDEX jobs_state (state=?)"
BY_OWNER = "SEARCH jobs USING INDEX jobs_owner (owner=?)"


def misleading(connection: sqlite3.Connection) -> None:
    rows = [(n % 40, "open" if n % 1200 == 7 else "done", "note") for n in range(6000)]
    connection.executemany("insert into jobs (owner, state, note) values (?, ?, ?)", rows)


def true(connection: sqlite3.Connection) -> None:
    """The index that is made last is taken without statistics, and is the worse one."""
    rows = [(n, "open" if n % 2 else "done", "note") for n in range(6000)]
    connection.executemany("insert into jobs (owner, state, note) values (?, ?, ?)", rows)
