"""What was found, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from benchmarks.advisor.advisers import measured
from benchmarks.advisor.proof import Line
from benchmarks.advisor.score import Bench, Score, Worst
from benchmarks.advisor.workload import Workload

UNIT = "expert-hot"
"""The adviser that gains are compared with."""

TITLES = {adviser.name: adviser.title for adviser in measured()} | {
    "right": "(what is written down)",
    "wrong": "(each column)",
}
GOALS = (
    "needed indexes found ≥ 95 %",
    "false ≤ 5 %",
    "unused 0",
    "wrong drops 0",
    "gain ≥ 1.5 × hot only: all steps",
    "the same: part of each workload",
    "workloads slower than 1.1 × 0",
    "seconds ≤ 10, plan only ≤ 2",
    "advice for the well indexed 0",
)
HEADS = "adviser found created false unused drops wrong_drops gain ratio steps ms seconds".split()


def of_workload(bench: Bench, scores: Sequence[Score], *, details: bool) -> Iterator[str]:
    """Yield the table of one workload."""
    workload = bench.workload
    total = bench.total(bench.effort.states[0])
    yield f"### {workload.name}: {workload.about}"
    yield ""
    needed = len(workload.expected)
    yield f"{len(workload.statements)} statements, {total / 1e6:.0f} million steps, {needed} indexes needed"
    yield ""
    yield from _table(HEADS, (_row(workload, score, _unit_gain(scores)) for score in scores))
    yield ""
    if details:
        for score in scores:
            yield from _details(score)


def _row(workload: Workload, score: Score, unit: float) -> list[str]:
    title = TITLES[score.adviser]
    if score.problem:
        return [title, score.problem]
    needed = len(workload.expected)
    return [
        title,
        f"{needed - len(score.missed)}/{needed}",
        str(score.created),
        str(len(score.false)),
        str(len(score.unused)),
        f"{len(score.right_drops)}/{len(workload.drops_ok)}",
        str(len(score.wrong_drops)),
        f"{score.gain / 1e6:.1f} M",
        f"{score.gain / unit:.2f}" if unit > 0 else "-",
        _times(score.worst_steps),
        _times(score.worst_ms),
        f"{score.seconds:.1f}",
    ]


def _details(score: Score) -> Iterator[str]:
    yield f"{TITLES[score.adviser]}:"
    yield ""
    yield from (f"- `{ddl}`" for ddl in score.ddl)
    yield from (f"- missed: {why}" for why in score.missed)
    yield from (f"- false: {why}" for why in score.false)
    yield from (f"- wrong drop: {name}" for name in score.wrong_drops)
    for unit, worst in (("steps", score.worst_steps), ("time", score.worst_ms)):
        if worst.ratio > 1:
            yield f"- {worst.ratio:.2f} × the {unit}: `{worst.sql}`"
    yield ""


def summary(
    workloads: Mapping[str, Workload], scores: Mapping[str, Sequence[Score]], held_out: set[str]
) -> Iterator[str]:
    """Yield each adviser's figures over all workloads, and over those held out, beside the goals."""
    for title, names in (("all workloads", set(scores)), ("those held out", held_out & set(scores))):
        if not names:
            continue
        yield f"### {title}"
        yield ""
        columns = [
            name for name in TITLES if any(s.adviser == name and not s.problem for n in names for s in scores[n])
        ]
        rows = [[goal] for goal in GOALS]
        for adviser in columns:
            each = {n: s for n in sorted(names) for s in scores[n] if s.adviser == adviser and not s.problem}
            for row, (said, is_met) in zip(rows, _goals(adviser, workloads, scores, each), strict=True):
                row.append(f"{said} {'✓' if is_met else '✗'}")
        yield from _table(["goal", *(TITLES[name] for name in columns)], rows)
        yield ""


def _goals(
    adviser: str, workloads: Mapping[str, Workload], scores: Mapping[str, Sequence[Score]], each: Mapping[str, Score]
) -> Iterator[tuple[str, bool]]:
    needed = sum(len(workloads[name].expected) for name in each)
    found = needed - sum(len(score.missed) for score in each.values())
    created = sum(score.created for score in each.values())
    false = sum(len(score.false) for score in each.values())
    yield f"{found}/{needed}", found >= 0.95 * needed
    yield f"{false}/{created}", false <= 0.05 * created
    unused = sum(len(score.unused) for score in each.values())
    yield str(unused), unused == 0
    wrong = sum(len(score.wrong_drops) for score in each.values())
    yield str(wrong), wrong == 0
    for weigh in (_steps, _part):
        own = sum(weigh(score.gain, score) for score in each.values())
        unit = sum(weigh(_unit_gain(scores[name]), score) for name, score in each.items())
        yield (f"{own / unit:.2f}", own >= 1.5 * unit) if unit > 0 else ("-", own > 0)
    slower = sum(max(score.worst_steps.ratio, score.worst_ms.ratio) > 1.1 for score in each.values())
    yield str(slower), slower == 0
    slowest = max(score.seconds for score in each.values())
    yield f"{slowest:.1f}", slowest <= (2 if adviser == "plan" else 10)
    idle = sum(len(score.ddl) for name, score in each.items() if not workloads[name].expected)
    yield str(idle), idle == 0


def of_proof(bench: Bench, lines: Sequence[Line]) -> Iterator[str]:
    """Yield the table of a workload's proof, in thousandths of what the whole workload takes."""
    yield f"### {bench.workload.name}: {bench.total('analyzed') / 1e6:.0f} million steps"
    yield ""
    yield from _table(
        ["kind", "index", "alone ‰", "beside the needed ‰", "right"],
        (
            [
                line.kind,
                f"`{line.ddl}`",
                "" if line.alone is None else f"{1000 * line.alone / line.total:.2f}",
                f"{1000 * line.beside / line.total:.2f}",
                "yes" if line.is_right else "NO",
            ]
            for line in lines
        ),
    )
    yield ""


def _unit_gain(scores: Sequence[Score]) -> float:
    return next((score.gain for score in scores if score.adviser == UNIT), 0.0)


def _steps(gain: float, _: Score) -> float:
    return gain


def _part(gain: float, score: Score) -> float:
    """Return a gain as a part of its workload's steps, so that each counts alike; more than all is all."""
    return max(-1.0, min(gain / score.total, 1.0))


def _times(worst: Worst) -> str:
    return "-" if worst.ratio <= 1 else f"{worst.ratio:.2f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    filled = [[*row, *[""] * (len(heads) - len(row))] for row in rows]
    widths = [max(len(row[n]) for row in [[*heads], *filled]) for n in range(len(heads))]
    yield _line(heads, widths)
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    yield from (_line(row, widths) for row in filled)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
