"""What was found, as text and as JSON: how quick each peer was, and what it lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.report import number
from benchmarks.transfer.peers import PEERS, UNIT
from benchmarks.transfer.run import Outcome, Results

MB = 1_000_000


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
        "rows": results.rows,
        "database_bytes": results.database_bytes,
        "validation_seconds": results.validation(),
        "validation_cpu_seconds": results.validation("cpu_seconds"),
        "peers": {
            name: {
                "title": PEERS[name].title,
                "seconds": outcome.median("seconds") if outcome.samples else None,
                "speed_to_floor": results.share(name),
                "speed_to_floor_by_cpu": results.share(name, "cpu_seconds"),
                "samples": [asdict(sample) for sample in outcome.samples],
                "kept": outcome.kept,
                "problem": outcome.problem,
            }
            for name, outcome in results.outcomes.items()
        },
    }


def as_text(results: Results, about: dict[str, Any]) -> str:
    """Return the table of times, and the one of losses."""
    lines = [f"{name:<14}{value}" for name, value in about.items() if name != "versions"]
    shown = (f"{package} {number or '(not installed)'}" for package, number in about["versions"].items())
    lines.append(f"{'versions':<14}" + ", ".join(shown))
    lines += ["", *_times(results), "", *_losses(results), "", *_gaps(results)]
    return "\n".join(lines).rstrip() + "\n"


def _times(results: Results) -> Iterator[str]:
    size = f"{results.rows:,} rows in 10 tables, {results.database_bytes / MB:.0f} MB in PostgreSQL"
    yield f"moving {size}; speed as a share of the floor's"
    yield (
        f"  {'':<28}{'s':>8}{'rows/s':>9}{'ratio':>8}{'lowest s':>10}{'highest s':>10}"
        f"{'own CPU s':>11}{'ratio':>7}{'peak MB':>9}{'file MB':>9}"
    )
    measured = {name: outcome for name, outcome in results.outcomes.items() if outcome.samples}
    for name, outcome in sorted(measured.items(), key=lambda item: item[1].median("seconds")):
        seconds = outcome.median("seconds")
        lowest, highest = (pick(sample.seconds for sample in outcome.samples) for pick in (min, max))
        yield (
            f"{'*' if PEERS[name].is_ours else ' '} {PEERS[name].title:<28}{number(seconds):>8}"
            f"{results.rows / seconds:>9.0f}{_share(results.share(name)):>8}{number(lowest):>10}{number(highest):>10}"
            f"{number(outcome.median('cpu_seconds')):>11}{_share(results.share(name, 'cpu_seconds')):>7}"
            f"{outcome.median('peak_kib') * 1024 / MB:>9.0f}{outcome.median('file_bytes') / MB:>9.0f}"
        )
    added, cpu_added = results.validation(), results.validation("cpu_seconds")
    if added is not None and cpu_added is not None:
        sides = 2 * results.rows / 1_000_000
        yield (
            f"  validation adds {added:.2f} s, {added / sides:.2f} s per million rows and side;"
            f" {cpu_added:.2f} s of own CPU, {cpu_added / sides:.2f} s"
        )


def _share(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _losses(results: Results) -> Iterator[str]:
    looked_at = {name: outcome for name, outcome in results.outcomes.items() if outcome.kept}
    if not looked_at:
        return
    yield "what is lost, of how many; found in the files of the first round"
    for place, name in enumerate(looked_at, 1):
        yield f"  {place}  {PEERS[name].title}"
    yield f"  {'':<32}{'of':>10}" + "".join(f"{place:>10}" for place in range(1, len(looked_at) + 1))
    for aspect, (_, total) in next(iter(looked_at.values())).kept.items():
        yield f"  {aspect:<32}{total:>10,}" + "".join(f"{_lost(outcome, aspect):>10}" for outcome in looked_at.values())


def _lost(outcome: Outcome, aspect: str) -> str:
    kept, total = outcome.kept[aspect]
    return "-" if kept == total else "all" if kept == 0 else f"{total - kept:,}"


def _gaps(results: Results) -> Iterator[str]:
    missing = {name: outcome.problem for name, outcome in results.outcomes.items() if outcome.problem}
    if missing:
        yield "no number"
    for name, problem in missing.items():
        yield f"  {PEERS[name].title}: {problem}"
