"""What a record says by itself: slow statements, statements in loops, and statements that fail."""

from __future__ import annotations

from noormme_py.optimize.finding import Finding, Severity, gravest_first
from noormme_py.optimize.recording.loops import LOOKED_AT
from noormme_py.optimize.recording.record import LoopRecord, Record, StatementRecord
from noormme_py.optimize.recording.shape_text import statement_shape

SLOW_P95_MS = 100.0
"""A statement whose 95th percentile is longer is slow."""

SLOW_SHARE = 0.25
"""… and so is one that has this share of all the time, where that is worth mentioning."""

_LEAST_TOTAL_S = 1.0
_LEAST_ERRORS = 3
_SHOWN = 60


def statement_findings(record: Record) -> list[Finding]:
    """Return all that the record says, the gravest first."""
    return gravest_first(
        [*slow_statements(record), *loops_of_statements(record), *repeated_statements(record), *failing(record)]
    )


def slow_statements(record: Record) -> list[Finding]:
    """Find the statements that take long each time, or most of the time together."""
    total_ns = sum(statement.total_ns for statement in record.statements)
    found: list[Finding] = []
    for statement in record.statements:
        p95_ms = statement.quantile_ns(0.95) / 1e6
        total_s = statement.total_ns / 1e9
        share = statement.total_ns / total_ns if total_ns else 0.0
        has_most = share >= SLOW_SHARE and total_s >= _LEAST_TOTAL_S and len(record.statements) > 1
        if p95_ms < SLOW_P95_MS and not has_most:
            continue
        severity: Severity = "high" if p95_ms >= SLOW_P95_MS and has_most else "medium"
        found.append(
            Finding(
                "slow-statement",
                severity,
                _subject(statement),
                f"A statement takes {p95_ms:.1f} ms or more in one run of twenty"
                if p95_ms >= SLOW_P95_MS
                else f"One statement takes {share:.0%} of all the time",
                f"{_runs(statement)}, {total_s:.2f} s together ({share:.0%} of all), mean "
                f"{statement.mean_ns / 1e6:.2f} ms, p95 {p95_ms:.2f} ms, longest {statement.max_ns / 1e6:.2f} ms",
                "look at its plan: an index may be missing, or it may read more than is needed",
                statement.sql,
                statement.call_site,
            )
        )
    return found


def loops_of_statements(record: Record) -> list[Finding]:
    """Find the statements that a loop runs with other parameters each time: one statement could do (N+1)."""
    return [
        Finding(
            "n-plus-one",
            "high" if loop.runs >= 100 * loop.units else "medium",
            _subject(statement),
            f"A loop runs one statement {_each(loop)}, with other parameters each time",
            f"{loop.runs:,} runs in {loop.units:,} {'tasks or threads' if loop.units > 1 else 'task or thread'}, mean "
            f"{statement.mean_ns / 1e6:.2f} ms",
            "read all that the loop needs at once: by include, a join, or where(column, 'in', values)",
            statement.sql,
            loop.call_site,
        )
        for statement in record.statements
        for loop in statement.loops
        if loop.most_distinct >= LOOKED_AT
    ]


def repeated_statements(record: Record) -> list[Finding]:
    """Find the statements that a loop runs with the same parameters again: the answer could be kept."""
    return [
        Finding(
            "repeated-statement",
            "low",
            _subject(statement),
            f"A loop runs one statement {_each(loop)}, mostly with parameters that it has had before",
            f"{loop.repeats} of the runs that were compared said nothing new; {loop.runs} runs altogether",
            "ask before the loop, or keep the answer",
            statement.sql,
            loop.call_site,
        )
        for statement in record.statements
        for loop in statement.loops
        if loop.most_distinct < LOOKED_AT and loop.repeats >= LOOKED_AT - 1
    ]


def failing(record: Record) -> list[Finding]:
    """Find the statements that fail, now and then or always."""
    found: list[Finding] = []
    for statement in record.statements:
        if statement.errors < _LEAST_ERRORS:
            continue
        share = statement.errors / (statement.errors + statement.count)
        names = ", ".join(f"{name} {count}×" for name, count in statement.error_names)
        found.append(
            Finding(
                "failing-statement",
                "high" if share > 0.5 else "medium" if share > 0.05 else "low",
                _subject(statement),
                f"A statement fails in {share:.0%} of its runs",
                f"{_runs(statement)} went well, {statement.errors} failed: {names}",
                "see what the error says; a conflict that is expected can be left to on_conflict",
                statement.sql,
                statement.call_site,
            )
        )
    return found


def _subject(statement: StatementRecord) -> str:
    # Of the shape, not of the text: that may have literals, which are values.
    shape = statement_shape(statement.sql)
    return shape if len(shape) <= _SHOWN else f"{shape[:_SHOWN]} …"


def _runs(statement: StatementRecord) -> str:
    return f"{statement.count} {'run' if statement.count == 1 else 'runs'}"


def _each(loop: LoopRecord) -> str:
    return f"{round(loop.runs / loop.units) if loop.units else loop.runs} times"
