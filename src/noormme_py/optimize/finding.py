"""Something that is not as it should be, with the evidence and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from noormme_py.frozen import frozen

Severity = Literal["info", "low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the least to the gravest."""


@frozen
class Finding:
    """One thing found.

    `kind` is a word for programs ("full-scan"), `subject` the table, index or setting concerned. `title` says in one
    sentence what is wrong, `evidence` what was seen (figures, never values), `mend` what to do: SQL, or a sentence.
    `sql` is the statement concerned, and `call_site` where in the caller's code it is run.
    """

    kind: str
    severity: Severity
    subject: str
    title: str
    evidence: str
    mend: str | None = None
    sql: str | None = None
    call_site: str | None = None


def alike(findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """Return together what says the same of several statements, each at the place of the first one."""
    found: dict[tuple[str, str, str, str | None], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.kind, one.severity, one.title, one.mend), []).append(one)
    return [tuple(group) for group in found.values()]


def gravest_first(findings: list[Finding]) -> list[Finding]:
    """Return the findings in the order in which they are shown."""
    return sorted(findings, key=lambda found: (-SEVERITIES.index(found.severity), found.kind, found.subject))
