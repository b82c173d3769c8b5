"""Suggestions with what proves them: the plans and costs of the statements, with each index and without it."""

from __future__ import annotations

from collections.abc import Iterable

from noormme_py.names import quote
from noormme_py.optimize.advice.arena import STATISTICS
from noormme_py.optimize.advice.chooser import Chooser
from noormme_py.optimize.advice.costs import Cost
from noormme_py.optimize.advice.existing_indexes import Superfluous, drop_ddl
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.question import Question
from noormme_py.optimize.suggestion import Confidence, Served, Suggestion, Verification
from noormme_py.schema.model import Schema

# What the proof is measured with: a database that follows the advice has statistics sooner or later.
_STATISTICS = STATISTICS[-1]


def proven(
    chooser: Chooser, drops: Iterable[Superfluous], schema: Schema, verification: Verification
) -> list[Suggestion]:
    """Return the choice as suggestions, the most gain first, and what may then be dropped behind them."""
    made = [_creation(name, spec, chooser, verification) for name, spec in chooser.chosen.items()]
    made.sort(key=lambda suggestion: -suggestion.gain_steps)
    return made + [_dropping(drop, chooser, schema, verification) for drop in drops]


def _creation(name: str, spec: IndexSpec, chooser: Chooser, verification: Verification) -> Suggestion:
    served, gain, share = _served(name, chooser)
    entries = round(chooser.entries(spec))
    if any(each.after.elapsed_ms is None for each in served):
        # There was no time to run them.
        verification = "plan"
    confidence: Confidence = "high" if verification == "copy" else "medium"
    if not served or share > 0.5:
        confidence = "medium" if verification == "copy" else "low"
    return Suggestion(
        action="create",
        table=spec.table,
        index=name,
        ddl=spec.ddl(name),
        undo=f"drop index {quote(name)}",
        served=tuple(served),
        gain_steps=round(gain),
        upkeep_entries=entries,
        bytes=_bytes(name, chooser) if verification == "copy" else None,
        confidence=confidence,
        verification=verification,
        reason=_reason(spec, served, entries),
    )


def _served(name: str, chooser: Chooser) -> tuple[list[Served], float, float]:
    """Return the statements that an index changes, what they save, and which part of their cost is left."""
    arena = chooser.costs.arena
    found: list[tuple[float, Served]] = []
    gain, cost = 0.0, 0.0
    for question in chooser.questions:
        after = chooser.costs.of(question, chooser.visible, _STATISTICS)
        if after is None or name not in after.indexes:
            continue
        before = chooser.costs.of(question, chooser.visible - {name}, _STATISTICS)
        if before is None or before.steps <= after.steps:
            continue
        saved = question.count * (before.steps - after.steps)
        gain += saved
        cost += question.count * before.steps
        found.append((saved, _told(question, before, after)))
    arena.show(chooser.visible, _STATISTICS)
    found.sort(key=lambda pair: -pair[0])
    return [served for _, served in found], gain, 1 - gain / cost if cost else 1.0


def _told(question: Question, before: Cost, after: Cost) -> Served:
    return Served(question.told, question.count, before.figures, after.figures)


def _bytes(name: str, chooser: Chooser) -> int | None:
    return chooser.costs.arena.sizes.get(name)


def _reason(spec: IndexSpec, served: list[Served], entries: int) -> str:
    if not served:
        return "It goes with another index of this advice."
    first = served[0]
    assert first.before.steps is not None
    assert first.after.steps is not None
    others = f" and {len(served) - 1} more" if len(served) > 1 else ""
    times = first.before.steps / max(1, first.after.steps)
    upkeep = f"; writes keep {entries:,} {_entries(entries)} up" if entries else "; no write of the record touches it"
    return (
        f"A statement that ran {first.count:,} times{others} on {spec.table!r} goes from {first.before.steps:,} to"
        f" {first.after.steps:,} steps a run ({times:,.0f} times fewer){upkeep}."
    )


def _dropping(drop: Superfluous, chooser: Chooser, schema: Schema, verification: Verification) -> Suggestion:
    index = drop.index
    spec = chooser.costs.arena.indexes[index.name]
    entries = round(chooser.entries(spec))
    is_new = drop.instead in chooser.chosen
    return Suggestion(
        action="drop",
        table=index.table,
        index=index.name,
        ddl=drop_ddl(index),
        undo=spec.ddl(index.name),
        served=(),
        gain_steps=round(chooser.price(index.name)),
        upkeep_entries=entries,
        bytes=_bytes(index.name, chooser),
        confidence="medium" if is_new or drop.instead is None else "high",
        verification=verification,
        reason=_reason_to_drop(drop, entries, is_new=is_new),
        instead=drop.instead,
    )


def _reason_to_drop(drop: Superfluous, entries: int, *, is_new: bool) -> str:
    if drop.instead is None:
        return f"No statement is slower without it, and writes keep {entries:,} {_entries(entries)} up."
    after = " that is suggested here" if is_new else ""
    return f"All that it holds is the beginning of {drop.instead!r}{after}, which serves whatever it serves."


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
