"""What applied suggestions have come to: the statements of a record with them and without them, on a private copy."""

from __future__ import annotations

from noormme_py.names import fold
from noormme_py.optimize.advice.application import Application, Compared
from noormme_py.optimize.advice.arena import Arena
from noormme_py.optimize.advice.chooser import is_slower
from noormme_py.optimize.advice.costs import MeasuredCosts
from noormme_py.optimize.advice.question import Reader, questions
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.recording.record import Record
from noormme_py.schema.model import Schema

_MOST_STEPS = 20_000_000


def compared(
    lab: Laboratory,
    schema: Schema,
    record: Record,
    applied: Application,
    accesses: Reader,
) -> tuple[Compared, ...]:
    """Return every statement that a created index serves, or that has got slower, the slower ones first."""
    created = {fold(known.index) for known in applied.suggestions if known.action == "create"}
    costs = MeasuredCosts(Arena(lab, schema), max_steps=_MOST_STEPS)
    there = costs.arena.found
    without = frozenset(name for name in there if fold(name) not in created)
    found: list[Compared] = []
    for question in questions(record.statements, schema, lab, accesses):
        before = costs.of(question, without, "as found")
        after = costs.of(question, there, "as found")
        if before is None or after is None:
            continue
        slower = is_slower(after, before)
        is_served = bool({fold(name) for name in after.indexes} & created) and after.steps != before.steps
        if not slower and not is_served:
            continue
        found.append(Compared(question.told, question.count, before.figures, after.figures, slower))
    return tuple(sorted(found, key=lambda known: (not known.is_slower, -_saved(known))))


def _saved(known: Compared) -> int:
    return known.count * ((known.before.steps or 0) - (known.after.steps or 0))
