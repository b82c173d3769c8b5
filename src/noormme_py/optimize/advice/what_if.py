"""Which of the possible indexes SQLite's planner would use for a statement: asked on a clone without rows."""

from __future__ import annotations

from collections.abc import Iterator

from noormme_py.errors import DatabaseError
from noormme_py.optimize.advice.arena import STATISTICS
from noormme_py.optimize.advice.candidates import candidates
from noormme_py.optimize.advice.costs import EstimatedCosts
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.question import Question
from noormme_py.optimize.advice.table_figures import TableFigures
from noormme_py.schema.model import Schema

# How often the planner is asked again without what it has chosen before.
_ROUNDS = 3
# What a plan has to save of a statement, by the estimate, to be looked at more closely.
_WORTH_A_TRIAL = 0.9
# Indexes of a smaller table are not worth their upkeep, whatever they save.
LEAST_ROWS = 500

Unit = frozenset[IndexSpec]
"""Indexes that one plan uses together: both sides of a join, or every branch of an OR."""


def units(
    question: Question, schema: Schema, costs: EstimatedCosts, figures: TableFigures
) -> Iterator[tuple[Unit, float]]:
    """Yield what the planner would use for a statement, and which part of its cost that would save."""
    arena = costs.arena
    names: list[str] = []
    try:
        for spec in _candidates(question, schema, figures):
            try:
                names.append(costs.add(spec))
            except DatabaseError:
                # SQLite knows better what an index may hold.
                continue
        for statistics in STATISTICS:
            before = costs.of(question, arena.found, statistics)
            left = frozenset(names)
            for _ in range(_ROUNDS):
                after = costs.of(question, arena.found | left, statistics)
                if before is None or after is None or not (used := after.indexes & left):
                    break
                if after.steps <= before.steps * _WORTH_A_TRIAL:
                    yield frozenset(arena.indexes[name] for name in used), 1 - after.steps / before.steps
                left -= used
    finally:
        arena.remove(names)


def _candidates(question: Question, schema: Schema, figures: TableFigures) -> Iterator[IndexSpec]:
    seen: set[IndexSpec] = set()
    for access in question.accesses:
        table = schema.find_table(access.table)
        if table is None or table.kind != "table" or figures.rows(table.name) < LEAST_ROWS:
            continue
        for spec in candidates(access, table, figures):
            if spec not in seen:
                seen.add(spec)
                yield spec
