"""What was found, as text and as JSON. Every number has its unit, and every gap its reason."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.peers import PEERS, UNIT
from benchmarks.run import Results
from benchmarks.work import FRESH, WORKS

TITLES = {**{work.name: work.title for work in WORKS}, **FRESH}
UNITS = {**{work.name: "µs" for work in WORKS}, "cold_start": "ms", "memory": "MB"}


def conditions(settings: dict[str, Any], server_version: str | None) -> dict[str, Any]:
    """Return under which conditions a run was made."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
        "postgresql": server_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        **settings,
        "versions": versions(),
    }


def versions() -> dict[str, str | None]:
    """Return the version of every package that a peer needs, None where it is not installed."""
    found: dict[str, str | None] = {}
    for package in sorted({package for entry in PEERS.values() for package in entry.packages}):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def as_json(results: Results, about: dict[str, Any]) -> dict[str, Any]:
    return {
        "conditions": about,
        "unit_of_ratios": UNIT,
        "peers": {name: entry.title for name, entry in PEERS.items()},
        "works": {
            work: {
                "title": TITLES[work],
                "unit": UNITS[work],
                "peers": {
                    peer: {
                        "median": outcome.median,
                        "ratio": results.ratio(work, peer),
                        "samples": outcome.samples,
                        "problem": outcome.problem,
                    }
                    for peer, outcome in results.outcomes[work].items()
                },
            }
            for work in _order(results)
        },
    }


def as_text(results: Results, about: dict[str, Any]) -> str:
    """Return the tables: a work at a time, then all ratios at once."""
    lines = list(_about(about))
    for work in _order(results):
        lines += ["", *_work(results, work)]
    lines += ["", *_ratios(results), "", *_gaps(results)]
    return "\n".join(lines).rstrip() + "\n"


def _about(about: dict[str, Any]) -> Iterator[str]:
    for name, value in about.items():
        if name != "versions":
            yield f"{name:<14}{value}"
    shown = (f"{package} {number or '(not installed)'}" for package, number in about["versions"].items())
    yield f"{'versions':<14}" + ", ".join(shown)


def _order(results: Results) -> list[str]:
    return [work for work in TITLES if work in results.outcomes]


def _work(results: Results, work: str) -> Iterator[str]:
    yield f"{TITLES[work]}  [{UNITS[work]}]"
    yield f"  {'':<34}{'median':>10}{'ratio':>9}{'lowest':>10}{'highest':>10}"
    measured = {peer: o.median for peer, o in results.outcomes[work].items() if o.median is not None}
    for peer in sorted(measured, key=lambda name: measured[name]):
        samples = results.outcome(work, peer).samples
        ratio = results.ratio(work, peer)
        shown = "" if ratio is None else f"{ratio:.2f}"
        mark = "*" if PEERS[peer].is_ours else " "
        yield (
            f"{mark} {PEERS[peer].title:<34}{number(measured[peer]):>10}{shown:>9}"
            f"{number(min(samples)):>10}{number(max(samples)):>10}"
        )


def _ratios(results: Results) -> Iterator[str]:
    order = _order(results)
    yield f"ratios to {PEERS[UNIT].title}"
    for index, work in enumerate(order, 1):
        yield f"  {index:>2}  {TITLES[work]}"
    yield f"  {'':<34}" + "".join(f"{index:>7}" for index in range(1, len(order) + 1))
    for peer, entry in PEERS.items():
        cells = [results.ratio(work, peer) if peer in results.outcomes[work] else None for work in order]
        if any(peer in results.outcomes[work] for work in order):
            yield f"{'*' if entry.is_ours else ' '} {entry.title:<34}" + "".join(f"{_short(cell):>7}" for cell in cells)


def _gaps(results: Results) -> Iterator[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for work in _order(results):
        for peer, outcome in results.outcomes[work].items():
            if outcome.problem is not None:
                reasons.setdefault((peer, outcome.problem), []).append(work)
    if reasons:
        yield "no number"
    for (peer, problem), missing in reasons.items():
        named = "everything" if len(missing) == len(results.outcomes) else ", ".join(missing)
        yield f"  {PEERS[peer].title}: {named}: {problem}"


def number(value: float) -> str:
    """Write three figures or so."""
    return f"{value:.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _short(ratio: float | None) -> str:
    if ratio is None:
        return "-"
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}"
