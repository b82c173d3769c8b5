"""Index advice: what is worth creating and dropping for the statements of a record, each with its proof.

The way: leave out what is cheap, let SQLite's planner choose among all indexes that could serve a statement, then take
one after another by what it really saves, drop what turned out superfluous, and measure the rest once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import get_args

from noormme_py.errors import ConfigError
from noormme_py.names import fold
from noormme_py.optimize.advice.arena import Arena
from noormme_py.optimize.advice.chooser import Chooser, Weights
from noormme_py.optimize.advice.costs import Deadline, EstimatedCosts, HurriedCosts
from noormme_py.optimize.advice.existing_indexes import superfluous
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.proof import proven
from noormme_py.optimize.advice.question import Reader, questions
from noormme_py.optimize.advice.refining import narrowed, parted, pruned, widened
from noormme_py.optimize.advice.table_figures import TableFigures
from noormme_py.optimize.advice.what_if import Unit, units
from noormme_py.optimize.advice.worthless_indexes import worthless
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Key
from noormme_py.optimize.recording.record import Record
from noormme_py.optimize.suggestion import Advice, Suggestion, Verification
from noormme_py.schema.model import Schema

# A run that takes fewer steps needs no index.
_LEAST_STEPS = 1_500
# A record that hardly counts any statement twice (a file) does not say how often they are run: so often each.
_COUNTED, _UNCOUNTED = 2.0, 1_000.0
# In a short time a statement runs seldom: building an index is weighed against an hour, or this part of it.
_BUILD_SPAN_S, _LEAST_BUILD = 3_600.0, 0.05
# How long one run may take, in steps, by the seconds there are; about fifty million go in a second.
_STEPS_PER_BUDGET_S = 1_000_000
# Up to which part of the budget the statements are run as they are, indexes are chosen, and then refined; the rest is
# for the proof.
_TO_MEASURE, _TO_CHOOSE, _TO_REFINE = 0.4, 0.6, 0.8
_TO_ESTIMATE = 0.3


@dataclass(frozen=True, slots=True)
class Limits:
    """What advice is asked for. `max_bytes` is for all indexes to create together; `exclude` names tables."""

    budget_s: float = 10.0
    max_indexes: int | None = None
    max_bytes: int | None = None
    exclude: Collection[str] = ()
    verify: Verification = "copy"

    def __post_init__(self) -> None:
        if self.verify not in get_args(Verification):
            raise ConfigError("a suggestion is verified by plan or by copy", hint='say verify="plan" or "copy"')
        if self.budget_s <= 0:
            raise ConfigError("the budget of an analysis is a number of seconds above 0")
        if (self.max_indexes or 0) < 0 or (self.max_bytes or 0) < 0:
            raise ConfigError("a limit of indexes or bytes is not below 0")


def advise(
    lab: Laboratory,
    schema: Schema,
    record: Record,
    limits: Limits,
    accesses: Reader,
) -> Advice:
    """Return what is worth doing for a record; `accesses` tells what a statement asks of its tables."""
    began = perf_counter()
    deadline = Deadline(limits.budget_s)
    figures = TableFigures(lab, schema)
    asked = list(questions(record.statements, schema, lab, accesses))
    figures.count_all(access for question in asked for access in question.accesses)
    keys, weights = _primary_keys(schema), _weights(record)
    measured: Chooser | None = None
    estimated_only = 0
    if limits.verify == "copy":
        deadline.allow(_TO_MEASURE)
        most = int(limits.budget_s * _STEPS_PER_BUDGET_S)
        costs = HurriedCosts(Arena(lab, schema), figures, keys, deadline, max_steps=most)
        measured = Chooser(costs, asked, figures, weights, deadline)
        estimated_only = len(costs.estimated)
    with closing(lab.clone()) as empty:
        estimated = Chooser(_estimates(empty, schema, figures, keys), asked, figures, weights, deadline)
        offers = list(_offers(measured or estimated, schema, estimated, figures, limits))
        # The estimates are quick, and all that there is when measuring has taken too long.
        deadline.allow(_TO_REFINE, at_least=_TO_ESTIMATE)
        _choose(estimated, _bounds(offers, estimated), limits)
        deadline.allow(_TO_CHOOSE)
        pruned(estimated)
        if measured is None:
            suggestions = _proven(estimated, schema, limits)
        else:
            left = _verify(estimated, measured)
            _choose(measured, _bounds(offers, measured), limits)
            _refine(measured, schema, figures)
            suggestions = _proven(measured, schema, limits)
            # What there was no time to measure is said with what the planner says of it.
            unmeasured = [made for made in proven(estimated, (), schema, "plan") if made.index in left]
            suggestions = sorted(suggestions + unmeasured, key=lambda made: (made.action, -made.gain_steps))
    notes: list[str] = []
    unknown = sum(not found for found in (measured or estimated).base)
    if unknown:
        notes.append(f"{unknown} of {len(asked)} statements could not be explained, and are left out")
    if estimated_only:
        notes.append(
            f"{estimated_only} of {len(asked)} statements were judged by their plans: there was no time to run them"
        )
    if deadline.was_met:
        notes.append(f"the budget of {limits.budget_s:g} s was used up: there may be more to find")
    return Advice(tuple(suggestions), tuple(notes), perf_counter() - began)


def _estimates(
    empty: Laboratory, schema: Schema, figures: TableFigures, keys: Mapping[str, IndexSpec]
) -> EstimatedCosts:
    arena = Arena(empty, schema)
    arena.note_statistics((spec.table, name, figures.statistics(spec)) for name, spec in arena.indexes.items())
    return EstimatedCosts(arena, figures, keys)


def _primary_keys(schema: Schema) -> dict[str, IndexSpec]:
    """Return the keys of the tables that are ordered by them, by the folded names of the tables."""
    return {
        fold(table.name): IndexSpec(table.name, tuple(Key(name) for name in table.primary_key))
        for table in schema
        if table.is_without_rowid
    }


def _verify(estimated: Chooser, measured: Chooser) -> set[str]:
    """Take what the estimates have chosen, as far as it keeps its promise; return the names of the unmeasured."""
    left = list(estimated.units)
    harmful: list[Unit] = []
    while left and not measured.deadline.is_over:
        unit = left.pop(0)
        value = measured.value(unit)
        if value is None:
            harmful.append(unit)
        elif value >= measured.least:
            measured.take(unit)
    for unit in harmful:
        # What made a statement slower may do no harm now that another index serves that one.
        value = measured.value(unit)
        if value is not None and value >= measured.least:
            measured.take(unit)
    return {name for unit in left for spec in unit for name, known in estimated.chosen.items() if known == spec}


def _refine(chooser: Chooser, schema: Schema, figures: TableFigures) -> None:
    chooser.deadline.allow(_TO_REFINE)
    pruned(chooser)
    narrowed(chooser)
    parted(chooser, schema, figures)
    widened(chooser, schema)
    pruned(chooser)


def _proven(chooser: Chooser, schema: Schema, limits: Limits) -> list[Suggestion]:
    excluded = {fold(name) for name in limits.exclude}
    drops = superfluous(chooser, schema, excluded)
    drops += worthless(chooser, schema, excluded, {drop.index.name for drop in drops})
    return proven(chooser, drops, schema, limits.verify)


def _weights(record: Record) -> Weights:
    if record.span_s:
        return Weights(build=min(1.0, max(_LEAST_BUILD, record.span_s / _BUILD_SPAN_S)))
    is_counted = sum(known.count for known in record.statements) >= _COUNTED * len(record.statements)
    return Weights() if is_counted else Weights(count=_UNCOUNTED)


Offer = tuple[int, Unit, float]
"""For a statement, by its number: what its planner would use, and which part of its cost that would save."""


def _offers(
    screen: Chooser, schema: Schema, estimated: Chooser, figures: TableFigures, limits: Limits
) -> Iterator[Offer]:
    """Yield what the planner would use for the statements that cost something."""
    excluded = {fold(name) for name in limits.exclude}
    costs = estimated.costs
    assert isinstance(costs, EstimatedCosts)
    for number, question in enumerate(screen.questions):
        steps = screen.base_steps(number)
        if steps < _LEAST_STEPS:
            continue
        for unit, share in units(question, schema, costs, figures):
            if not any(fold(spec.table) in excluded for spec in unit):
                yield number, unit, share


def _bounds(offers: Iterable[Offer], chooser: Chooser) -> dict[Unit, float]:
    """Return the most that each unit, and each index of it, could save."""
    found: dict[Unit, float] = {}
    for number, unit, share in offers:
        gain = share * chooser.base_steps(number) * chooser.questions[number].count * chooser.weights.count
        for part in {unit, *(frozenset({spec}) for spec in unit)}:
            found[part] = found.get(part, 0.0) + gain
    return found


def _choose(chooser: Chooser, bounds: dict[Unit, float], limits: Limits) -> None:
    """Take the most valuable, as long as there is one that is worth it."""
    # An upper bound first, then what was found with the indexes chosen at that moment.
    fresh: set[Unit] = set()
    # What makes a statement slower may do no harm once another index serves that one.
    harmful: dict[Unit, float] = {}
    while bounds and not chooser.deadline.is_over:
        unit = max(bounds, key=lambda known: (bounds[known], *_rank(known)))
        if bounds[unit] < chooser.least:
            return
        if not _fits(chooser, unit, limits):
            del bounds[unit]
        elif unit in fresh:
            del bounds[unit]
            chooser.take(unit)
            fresh.clear()
            bounds |= harmful
            harmful.clear()
        else:
            value = chooser.value(unit)
            if value is None:
                harmful[unit] = bounds.pop(unit)
            elif value < chooser.least:
                del bounds[unit]
            else:
                bounds[unit] = value
                fresh.add(unit)


def _fits(chooser: Chooser, unit: Unit, limits: Limits) -> bool:
    """Whether there is room for these indexes beside those that were chosen."""
    names = {name for spec in unit if (name := chooser.build(spec)) is not None} | chooser.chosen.keys()
    if limits.max_indexes is not None and len(names) > limits.max_indexes:
        return False
    sizes = chooser.costs.arena.sizes
    return limits.max_bytes is None or sum(sizes[name] for name in names) <= limits.max_bytes


def _rank(unit: Unit) -> tuple[int, int, str]:
    """Return what decides between units that save as much: few indexes, and those that serve more of a statement."""
    told = sorted((spec.table, str(spec.keys), spec.where or "") for spec in unit)
    return -len(unit), sum(spec.width for spec in unit), str(told)
