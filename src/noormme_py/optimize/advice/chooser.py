"""Choosing indexes one after another, each for what it still saves: greedy, with the costs of the moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from noormme_py.errors import DatabaseError
from noormme_py.names import fold
from noormme_py.optimize.advice.arena import STATISTICS
from noormme_py.optimize.advice.costs import Cost, Costs, Deadline, Visible, both
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.question import Question
from noormme_py.optimize.advice.table_figures import TableFigures

STEPS_PER_ENTRY = 1_000
"""What keeping one entry of an index up costs: 11 to 24 µs in WAL mode, where a step of a scan takes 10 to 20 ns."""

STEPS_PER_ROW = 60
"""What building an index costs, for each row."""

# A statement must not become slower than this; what few steps more are is lost in the noise.
_MOST_SLOWER = 1.1
_NOISE_STEPS, _NOISE_MS = 500.0, 0.2
# Steps are counted by fifties.
_SAME_STEPS = 100.0
# An index in which nothing is looked for, and that leaves more than this of each statement, is but a smaller copy of
# the table to read.
_MOST_LEFT = 0.5
# What an index must save of all that the statements cost, to be worth a person's time.
_LEAST_SHARE = 0.002


@dataclass(frozen=True, slots=True)
class Weights:
    """How the record's figures are to be read: `count` for each run of a statement, `build` for that of an index."""

    count: float = 1.0
    build: float = 1.0


class Chooser:
    """The indexes chosen so far, by name, and what the statements cost with them."""

    def __init__(
        self,
        costs: Costs,
        questions: Sequence[Question],
        figures: TableFigures,
        weights: Weights,
        deadline: Deadline,
    ) -> None:
        self.costs = costs
        self.questions = questions
        self.chosen: dict[str, IndexSpec] = {}
        self.units: list[frozenset[IndexSpec]] = []
        self.deadline = deadline
        self._figures = figures
        self.weights = weights
        self._built: dict[IndexSpec, str] = {}
        self.base = [both(costs, question, costs.arena.found) for question in questions]
        self.current = list(self.base)

    @property
    def visible(self) -> Visible:
        """All that is there, with what was chosen."""
        return self.costs.arena.found | self.chosen.keys()

    @property
    def least(self) -> float:
        """What an index has to save at least: of what the statements still cost, lest the worst hide the others."""
        total = sum(q.count * _steps(cost) for q, cost in zip(self.questions, self.current, strict=True))
        return _LEAST_SHARE * total * self.weights.count

    def build(self, spec: IndexSpec) -> str | None:
        """Return the name of an index, built if it was not; None for one that SQLite refuses."""
        if spec not in self._built:
            try:
                self._built[spec] = self.costs.add(spec)
            except DatabaseError:
                return None
        return self._built[spec]

    def value(self, specs: Iterable[IndexSpec], without: Iterable[str] = ()) -> float | None:
        """Return what these indexes would save beyond what they cost; None when they must not be made.

        It is the mean of both states of the statistics where an index helps in both, and else that of the worse one:
        what only helps in one is not to be relied on.
        """
        specs = list(specs)
        names = [name for spec in specs if (name := self.build(spec)) is not None]
        if len(names) < len(specs):
            return None
        return self.change(names, without)

    def change(self, names: Iterable[str], without: Iterable[str] = ()) -> float | None:
        """Return what is saved when indexes come and others go, both built; None when a statement suffers."""
        names, without = set(names), set(without)
        visible = (self.visible | names) - without
        tables = {fold(self.costs.arena.indexes[name].table) for name in names | without}
        saved = [0.0] * len(STATISTICS)
        is_convincing = bool(without)
        before_ms = after_ms = noise_ms = 0.0
        for number, question in enumerate(self.questions):
            if not question.tables & tables:
                continue
            new = both(self.costs, question, visible)
            if len(new) < len(self.base[number]):
                # It names an index (INDEXED BY), or a view does that it reads.
                return None
            if self.costs.is_measured and any(
                is_slower(after, before) for after, before in zip(new, self.base[number], strict=False)
            ):
                return None
            weight = question.count * self.weights.count
            for state, (before, after) in enumerate(zip(self.current[number], new, strict=False)):
                difference = before.steps - after.steps
                if not self.costs.is_measured and not without:
                    # Where the estimate says that more indexes do harm, the planner knows better: it has chosen them.
                    difference = max(0.0, difference)
                saved[state] += weight * difference
                is_convincing = is_convincing or _is_convincing(after, before, names)
                before_ms += question.count * (before.elapsed_ms or 0.0)
                after_ms += question.count * (after.elapsed_ms or 0.0)
                noise_ms += question.count * _NOISE_MS
        price = sum(self.price(name) for name in names - self.visible) - sum(self.price(name) for name in without)
        if names - self.visible and after_ms > before_ms * _MOST_SLOWER + noise_ms:
            # Fewer steps that each go to another page may take longer.
            return None
        if not is_convincing:
            return -price
        return (sum(saved) / len(saved) if min(saved) > 0 else min(saved)) - price

    def is_all_the_same(self, without: Iterable[str]) -> bool:
        """Whether no statement takes more steps without some indexes, in either state of the statistics."""
        without = set(without)
        tables = {fold(self.costs.arena.indexes[name].table) for name in without}
        for question, known in zip(self.questions, self.current, strict=True):
            if question.tables & tables:
                found = both(self.costs, question, self.visible - without)
                # One that names an index cannot be run without it.
                if len(found) < len(known):
                    return False
                if any(new.steps > old.steps + _SAME_STEPS for old, new in zip(known, found, strict=True)):
                    return False
        return True

    def take(self, unit: frozenset[IndexSpec]) -> None:
        """Take indexes that are used together into the choice."""
        self.units.append(unit)
        self.adopt([name for spec in unit if (name := self.build(spec)) is not None])

    def base_steps(self, number: int) -> float:
        """Return what a statement costs with the indexes that were found, by its number."""
        return _steps(self.base[number])

    def remaining(self, name: str) -> float:
        """Return what the statements that use an index still cost with it."""
        return self.weights.count * sum(
            question.count * _steps(costs)
            for question, costs in zip(self.questions, self.current, strict=True)
            if any(name in cost.indexes for cost in costs)
        )

    def adopt(self, names: Iterable[str], without: Iterable[str] = ()) -> None:
        """Take indexes in and out of the choice."""
        arena = self.costs.arena
        for name in without:
            self.chosen.pop(name, None)
        for name in names:
            self.chosen[name] = arena.indexes[name]
        self.current = [both(self.costs, question, self.visible) for question in self.questions]

    def price(self, name: str) -> float:
        """Return what an index costs: its upkeep, and the building of it."""
        spec = self.costs.arena.indexes[name]
        upkeep = STEPS_PER_ENTRY * self.entries(spec) * self.weights.count
        is_new = name not in self.costs.arena.found
        return upkeep + (STEPS_PER_ROW * self._rows(spec) * self.weights.build if is_new else 0.0)

    def entries(self, spec: IndexSpec) -> float:
        """Return how many entries of an index the record's writes make."""
        share = self._rows(spec) / max(1, self._figures.rows(spec.table))
        return share * sum(_entries(question, spec) for question in self.questions)

    def _rows(self, spec: IndexSpec) -> float:
        rows = self._figures.rows(spec.table)
        return rows * (self._figures.share(spec.table, spec.where) if spec.where is not None else 1.0)


def is_slower(after: Cost, before: Cost) -> bool:
    """Whether a statement has become slower by more than noise, in steps and on the clock."""
    slower_steps = after.steps > before.steps * _MOST_SLOWER + _NOISE_STEPS
    if after.elapsed_ms is None or before.elapsed_ms is None:
        return slower_steps
    return slower_steps and after.elapsed_ms > before.elapsed_ms * _MOST_SLOWER + _NOISE_MS


def _is_convincing(after: Cost, before: Cost, names: Iterable[str]) -> bool:
    """Whether a statement is a good deal cheaper by these indexes, or looks for its rows in one of them."""
    if after.steps <= before.steps * _MOST_LEFT:
        return True
    return any(
        line.lstrip().startswith("SEARCH ") and _names(line, name)
        for name in after.indexes.intersection(names)
        for line in after.plan
    )


def _names(line: str, index: str) -> bool:
    _, is_there, rest = line.partition(f"INDEX {index}")
    return bool(is_there) and (not rest or rest.startswith(" ("))


def _steps(costs: Sequence[Cost]) -> float:
    return max((cost.steps for cost in costs), default=0.0)


def _entries(question: Question, spec: IndexSpec) -> float:
    write = question.write
    if write is None or fold(write.table) != fold(spec.table):
        return 0.0
    rows = question.count * question.rows
    if write.verb == "UPDATE":
        # An entry goes and another comes, when a column of the index is set.
        named = {fold(key.name) if key.name is not None else "" for key in spec.keys}
        text = " ".join([spec.where or "", *(key.expression or "" for key in spec.keys)]).lower()
        is_touched = any(name in named or (text.strip() and name in text) for name in write.assigned)
        return 2 * rows if is_touched else 0.0
    return rows
