"""Who gives advice. Each takes a database file and a record of what it was asked, and returns statements of DDL."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.advisor.costs import cost_of, opened
from benchmarks.advisor.shape import wanted
from benchmarks.advisor.workload import Sample, Workload
from noormme_py import SyncNoormme
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.suggestion import Verification
from noormme_py.query.statement import Raw
from noormme_py.query.tokens import tokens

SHELL = "sqlite3"

# What is hot: a run takes this many steps, and all runs take this part of the whole.
HOT_STEPS = 1_500
HOT_SHARE = 0.001


class NotThere(Exception):
    """An adviser that this environment, or this version, does not have."""


@dataclass(frozen=True, slots=True)
class Adviser:
    name: str
    title: str
    advise: Callable[[Path, Record], list[str]]


def measured() -> list[Adviser]:
    """Return the advisers that are held against each other."""
    return [
        Adviser("expert", "`.expert`", expert),
        Adviser("expert-hot", "`.expert`, hot only", expert_of_hot),
        Adviser("copy", "noormme_py", lambda file, record: _suggested(file, record, "copy")),
        Adviser("plan", "noormme_py, plan only", lambda file, record: _suggested(file, record, "plan")),
    ]


def fixed(workload: Workload) -> list[Adviser]:
    """Return two that know nothing of SQL and show what the scores are worth: all right, and all wrong."""
    return [
        Adviser("right", "(what is written down)", lambda *_: by_heart(workload)),
        Adviser("wrong", "(each column)", lambda file, _: _each_column(file)),
    ]


def by_heart(workload: Workload) -> list[str]:
    """Return what the workload itself says is right."""
    made = [wanted(need.alternatives[0]).ddl(f"needed_{n}") for n, need in enumerate(workload.expected)]
    return made + [f"drop index {name}" for name in workload.drops_ok]


def expert(file: Path, record: Record) -> list[str]:
    """Ask SQLite's shell about each statement, with its parameters written into it."""
    asked = [_literal(said.sql, sample) for said in record.statements for sample in said.samples or ((),)]
    script = "".join(f".expert\n{sql};\n" for sql in dict.fromkeys(asked))
    try:
        ran = subprocess.run([SHELL, str(file)], input=script, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotThere(f"the program {SHELL} is not installed") from None
    # It cannot look at every statement (no upsert, for one), and goes on behind it.
    if ran.returncode and not ran.stdout:
        raise NotThere(f"{SHELL}: {(ran.stderr.splitlines() or ['it failed'])[0]}")
    lines = (line for line in ran.stdout.splitlines() if line.startswith("CREATE INDEX "))
    return [line.rstrip(";") for line in dict.fromkeys(lines)]


def expert_of_hot(file: Path, record: Record) -> list[str]:
    """Ask it only about statements that cost something, a run and in total."""
    with opened(file) as connection:
        steps = [
            sum(cost_of(connection, said.sql, _bound(sample), timings=0).steps for sample in said.samples)
            / len(said.samples)
            for said in record.statements
        ]
    total = sum(each * said.count for each, said in zip(steps, record.statements, strict=True))
    hot = tuple(
        said
        for each, said in zip(steps, record.statements, strict=True)
        if each >= HOT_STEPS and each * said.count >= HOT_SHARE * total
    )
    return expert(file, Record(hot, record.span_s))


def _suggested(file: Path, record: Record, verify: Verification) -> list[str]:
    with SyncNoormme(file) as db:
        suggest = getattr(db.optimizer, "suggest", None)
        if suggest is None:
            raise NotThere("this version of noormme_py has no db.optimizer.suggest")
        advice = suggest(record, budget_s=10, verify=verify)
    return [suggestion.ddl for suggestion in advice.suggestions]


def _each_column(file: Path) -> list[str]:
    with opened(file) as connection:
        pairs = connection.execute(
            "select t.name, c.name from sqlite_schema t, pragma_table_info(t.name) c "
            "where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\' order by 1, 2"
        ).fetchall()
    return [f'create index "every_{table}_{column}" on "{table}" ("{column}")' for table, column in pairs]


def _literal(sql: str, sample: object) -> str:
    values = iter(_bound(sample))
    written, at = "", 0
    for token in tokens(sql):
        if token.kind == "variable":
            written += sql[at : token.start] + _as_sql(next(values))
            at = token.end
    return written + sql[at:]


def _as_sql(value: Raw) -> str:
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


def _bound(sample: object) -> Sample:
    if not isinstance(sample, tuple):
        raise TypeError("the workloads bind tuples")
    return sample


def record_of(statements: list[tuple[str, int, tuple[Sample, ...], int, int]]) -> Record:
    """Make a record of texts, counts, samples, mean nanoseconds and mean rows, the most time in total first."""
    said = [
        StatementRecord(sql, count=count, samples=samples, total_ns=ns * count, max_ns=ns, rows=rows * count)
        for sql, count, samples, ns, rows in statements
    ]
    return Record(tuple(sorted(said, key=lambda one: -one.total_ns)), span_s=86_400.0)
