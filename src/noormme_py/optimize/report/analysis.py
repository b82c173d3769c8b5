"""All that a report shows: what was asked, how it is answered, what was found, and what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from noormme_py.amounts import plural, times
from noormme_py.optimize.finding import SEVERITIES, Finding, Severity
from noormme_py.optimize.findings.mending import CAUSES, mending
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.recording.shape_text import shown_sql
from noormme_py.optimize.suggestion import Advice, Served, Suggestion

FORMAT = 1
"""Raised when a key of the JSON is renamed or removed; new keys may come."""

SUGGESTED: Severity = "medium"
"""How grave it is that an index is missing or superfluous."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One look at one database, made at `made_at` (UTC).

    `plans` has the lines of EXPLAIN QUERY PLAN by the text of the statement, those inside others indented. `advice` is
    None where none was asked for. `notes` say what limits the rest.
    """

    database: str
    made_at: datetime
    sqlite_version: str
    record: Record
    plans: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    findings: tuple[Finding, ...] = ()
    advice: Advice | None = None
    notes: tuple[str, ...] = ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        return () if self.advice is None else self.advice.suggestions

    @property
    def served(self) -> dict[str, Served]:
        """The statements that the suggestions change, by their text: from before the first to after the last."""
        found: dict[str, Served] = {}
        for one in (served for suggestion in self.suggestions for served in suggestion.served):
            known = found.get(one.sql)
            found[one.sql] = one if known is None else Served(one.sql, one.count, known.before, one.after)
        return found

    @property
    def verdict(self) -> str:
        """What it comes to, in one sentence or two."""
        grave = sum(found.severity == "high" for found in self.open_findings)
        if self.suggestions:
            return f"{self._promise()} {plural(grave, 'grave finding')} besides." if grave else self._promise()
        if grave:
            is_are = "is" if grave == 1 else "are"
            return f"There {is_are} {plural(grave, 'grave finding')}: {_lower(self.open_findings[0].title)}"
        if not self.record.statements:
            return "No statement was recorded yet, so nothing can be said about the indexes."
        lesser = sum(found.severity in ("low", "medium") for found in self.open_findings)
        unasked = "Nothing urgent was found" if self.advice is None else "The indexes are as they should be"
        return f"{unasked}; {plural(lesser, 'finding')} may be worth a look." if lesser else f"{unasked}."

    @property
    def findings_gravest_first(self) -> list[Finding]:
        """The findings by severity, those of one severity as they came."""
        return sorted(self.findings, key=lambda found: -SEVERITIES.index(found.severity))

    @property
    def open_findings(self) -> list[Finding]:
        """The findings that no suggestion mends, the gravest first.

        That a statement is slow is left out where another of them says why.
        """
        left = [found for found in self.findings_gravest_first if mending(found, self.suggestions) is None]
        told = {found.sql for found in left if found.kind in CAUSES}
        return [found for found in left if found.kind != "slow-statement" or found.sql not in told]

    def mended_by(self, suggestion: Suggestion) -> list[Finding]:
        """Return the findings that a suggestion mends, the gravest first."""
        return [found for found in self.findings_gravest_first if mending(found, self.suggestions) == suggestion]

    def with_advice(self, advice: Advice) -> Analysis:
        """Return this analysis with what `suggest` has found for the same record."""
        return replace(self, advice=advice)

    @property
    def first_step(self) -> Suggestion | Finding | None:
        """What to do before anything else: what is wrong with the database itself, then what gains most."""
        ordered = self.open_findings
        for found in ordered:
            if found.severity == "high" and found.sql is None:
                return found
        if self.suggestions:
            return self.suggestions[0]
        return next((found for found in ordered if found.severity != "info"), None)

    def reaches(self, severity: Severity) -> bool:
        """Whether something is as grave as this; a suggestion counts as medium."""
        found = [found.severity for found in self.findings] + [SUGGESTED] * bool(self.suggestions)
        return any(SEVERITIES.index(one) >= SEVERITIES.index(severity) for one in found)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON. Parameters are not in it, nor literals of statements that could be somebody's data."""
        return {
            "format": FORMAT,
            "database": self.database,
            "made_at": self.made_at.isoformat(),
            "sqlite_version": self.sqlite_version,
            "verdict": self.verdict,
            "span_s": self.record.span_s,
            "statements": [self._statement(one) for one in self.record.statements],
            "findings": [self._finding(found) for found in self.findings_gravest_first],
            "advice": None if self.advice is None else _advice(self.advice),
            "notes": list(self.notes),
        }

    def _promise(self) -> str:
        creates = sum(suggestion.action == "create" for suggestion in self.suggestions)
        drops = len(self.suggestions) - creates
        if not creates:
            return f"{plural(drops, 'index')} can be dropped."
        also = f" {plural(drops, 'index')} can be dropped." if drops else ""
        served = self.served.values()
        ratios = [ratio for ratio in map(_ratio, served) if ratio is not None]
        up_to = "up to " if len(ratios) > 1 else ""
        how = f"{up_to}{times(max(ratios), 1)} faster" if ratios else "faster"
        which = f"{len(served):,} of {plural(len(self.record.statements), 'statement')}"
        return f"{plural(creates, 'new index')} would make {which} {how}.{also}"

    def _statement(self, one: StatementRecord) -> dict[str, Any]:
        return {
            "sql": shown_sql(one.sql),
            "count": one.count,
            "total_ms": one.total_ns / 1e6,
            "mean_ms": one.total_ns / 1e6 / max(one.count, 1),
            "p95_ms": one.quantile_ns(0.95) / 1e6,
            "max_ms": one.max_ns / 1e6,
            "wait_ms": one.wait_ns / 1e6,
            "rows": one.rows,
            "errors": one.errors,
            "call_site": one.call_site,
            "plan": list(self.plans[one.sql]) if one.sql in self.plans else None,
        }

    def _finding(self, found: Finding) -> dict[str, Any]:
        by = mending(found, self.suggestions)
        return {**finding_dict(found), "mended_by": None if by is None else by.index}


def finding_dict(found: Finding) -> dict[str, Any]:
    """Return a finding for JSON, its statement without what could be somebody's data."""
    told = {part.name: getattr(found, part.name) for part in fields(Finding)}
    return {**told, "sql": None if found.sql is None else shown_sql(found.sql)}


def _ratio(served: Served) -> float | None:
    """Return how many times less the statement costs, in time where it was measured."""
    before, after = served.before, served.after
    if before.elapsed_ms and after.elapsed_ms:
        return before.elapsed_ms / after.elapsed_ms
    return before.steps / after.steps if before.steps and after.steps else None


def _advice(advice: Advice) -> dict[str, Any]:
    told = asdict(advice)
    for suggestion in told["suggestions"]:
        for served in suggestion["served"]:
            served["sql"] = shown_sql(served["sql"])
    return told


def _lower(sentence: str) -> str:
    """Return a sentence as it goes on behind a colon; a name keeps its capitals."""
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
