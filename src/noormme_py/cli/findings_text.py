"""Findings for the eyes. Everything printed is a `Text`: rich reads no markup in the names of a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from noormme_py.cli.escape import visible
from noormme_py.optimize.finding import SEVERITIES, Finding, Severity, alike

_STYLES: dict[Severity, str] = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Print a row for each finding, those alike together: how grave it is, what it is, what was seen, what to do."""
    if findings:
        console.print(_table(findings))
    console.print(Text(_summary(findings)))


def _table(findings: Sequence[Finding]) -> Grid:
    grid = Grid(box=SIMPLE_HEAD, header_style="dim", show_edge=False, show_lines=False)
    grid.add_column("severity", no_wrap=True)
    grid.add_column("what", no_wrap=True)
    grid.add_column("finding", overflow="fold")
    for group in alike(findings):
        first = group[0]
        text = Text(visible(first.title))
        for found in group:
            text.append(f"\n{visible(found.evidence)}", "dim")
            if found.call_site is not None:
                text.append(f"\nat {visible(found.call_site)}", "dim")
        if first.mend is not None:
            text.append(f"\n→ {visible(first.mend)}", "green")
        grid.add_row(Text(first.severity, _STYLES[first.severity]), Text(visible(first.kind)), text)
    return grid


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(found.severity for found in findings)
    said = ", ".join(f"{counts[severity]} {severity}" for severity in reversed(SEVERITIES) if counts[severity])
    return f"{len(findings)} finding{'s' * (len(findings) != 1)}: {said}" if findings else "Nothing was found."
