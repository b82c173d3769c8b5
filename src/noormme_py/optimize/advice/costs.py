"""What the statements of a record cost with some indexes and without others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from noormme_py.errors import DatabaseError, QueryError
from noormme_py.names import fold
from noormme_py.optimize.advice.arena import STATISTICS, Arena, Statistics
from noormme_py.optimize.advice.index_spec import IndexSpec
from noormme_py.optimize.advice.plan_cost import PlanCosts
from noormme_py.optimize.advice.question import Question
from noormme_py.optimize.advice.table_figures import TableFigures
from noormme_py.optimize.plans.plan_tree import plan_of
from noormme_py.optimize.suggestion import Figures
from noormme_py.query.trial import PlanRow

# A run that is shorter is timed twice.
_SHORT_NS = 3_000_000
# … and one that takes as many steps stands for the runs with other parameters.
_LONG_STEPS = 1_000_000
# What a key takes in an index, with its share of the page.
_BYTES_OF_KEY = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run costs on average, of all sets of parameters; `elapsed_ms` is None where nothing was run."""

    steps: float
    elapsed_ms: float | None
    plan: tuple[str, ...]
    indexes: frozenset[str]

    @property
    def figures(self) -> Figures:
        """What is told of it."""
        elapsed_ms = None if self.elapsed_ms is None else round(self.elapsed_ms, 3)
        return Figures(self.plan, round(self.steps), elapsed_ms)


Visible = frozenset[str]
Price = tuple[float, float | None]


class Costs(Protocol):
    """Tells costs, and remembers them."""

    arena: Arena
    is_measured: bool

    def of(self, question: Question, visible: Visible, statistics: Statistics) -> Cost | None:
        """Return what a statement costs, None for one that cannot be tried."""
        ...

    def add(self, spec: IndexSpec) -> str:
        """Make an index and return its name."""
        ...


class Deadline:
    """A budget of time, in parts: what is left of one goes to the next."""

    def __init__(self, seconds: float) -> None:
        self._began = perf_counter()
        self._seconds = seconds
        self._allowed = seconds
        self.was_met = False

    def allow(self, part: float, *, at_least: float = 0.0) -> None:
        """Let time be used up to this part of the budget, from 0 to 1, and for at least that part from now on."""
        elapsed = perf_counter() - self._began
        self._allowed = max(self._seconds * part, elapsed + self._seconds * at_least)

    @property
    def is_over(self) -> bool:
        """Whether the time that is allowed now has been used up."""
        is_over = perf_counter() - self._began >= self._allowed
        self.was_met = self.was_met or is_over
        return is_over


class _KnownCosts(ABC):
    """Costs that are looked up once: a plan depends on the indexes of its own tables alone."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self._costs: dict[tuple[str, frozenset[int], Statistics], Cost | None] = {}

    def of(self, question: Question, visible: Visible, statistics: Statistics) -> Cost | None:
        """Return what a statement costs, None for one that cannot be tried."""
        indexes, numbers = self.arena.indexes, self.arena.numbers
        own = frozenset(numbers[name] for name in visible if fold(indexes[name].table) in question.tables)
        key = (question.sql, own, statistics)
        if key not in self._costs:
            self.arena.show(visible, statistics)
            self._costs[key] = _mean(self.arena, question, self._price)
        return self._costs[key]

    @abstractmethod
    def _price(self, question: Question, number: int, plan: Sequence[PlanRow]) -> Price:
        """Return the steps and milliseconds of a plan, for one of the sets of parameters."""


class EstimatedCosts(_KnownCosts):
    """Costs by the plans of a clone and the figures of the tables; nothing is run."""

    is_measured = False

    def __init__(self, arena: Arena, figures: TableFigures, keys: Mapping[str, IndexSpec]) -> None:
        super().__init__(arena)
        self._plan_costs = PlanCosts(figures, arena.indexes, keys)
        self._figures = figures

    def add(self, spec: IndexSpec) -> str:
        """Make an index of no rows, with the statistics that it would have."""
        name = self.arena.add(spec, statistics=self._figures.statistics(spec))
        self.arena.sizes[name] = self._figures.rows(spec.table) * _BYTES_OF_KEY * (spec.width + 1)
        return name

    def _price(self, question: Question, number: int, plan: Sequence[PlanRow]) -> Price:
        return self._plan_costs.steps(plan, question.accesses, is_limited=question.is_limited), None


class MeasuredCosts(_KnownCosts):
    """Costs by runs on a copy. A plan that was run once for some parameters is not run again.

    A run is cut off at `max_steps`: it costs that at the least.
    """

    is_measured = True

    def __init__(self, arena: Arena, *, max_steps: int) -> None:
        super().__init__(arena)
        self._max_steps = max_steps
        self._runs: dict[tuple[str, int, tuple[str, ...]], tuple[float, float]] = {}
        self._long: dict[tuple[str, tuple[str, ...]], tuple[float, float]] = {}

    def add(self, spec: IndexSpec) -> str:
        """Build an index."""
        return self.arena.add(spec)

    def _price(self, question: Question, number: int, plan: Sequence[PlanRow]) -> Price:
        lines = tuple(f"{row.parent} {row.detail}" for row in plan)
        # What takes long reads a whole table, whatever is bound.
        known = self._long.get((question.sql, lines)) or self._runs.get((question.sql, number, lines))
        return known or self._run(question, number, lines)

    def _run(self, question: Question, number: int, lines: tuple[str, ...]) -> tuple[float, float]:
        parameters = question.samples[number]
        trial = self.arena.lab.run(question.sql, parameters, max_steps=self._max_steps)
        elapsed_ns = trial.elapsed_ns
        if elapsed_ns < _SHORT_NS:
            # Once more, because something else may have had the processor.
            elapsed_ns = min(elapsed_ns, self.arena.lab.run(question.sql, parameters).elapsed_ns)
        price = (float(trial.steps), elapsed_ns / 1e6)
        self._runs[question.sql, number, lines] = price
        if trial.steps >= _LONG_STEPS:
            self._long[question.sql, lines] = price
        return price


class HurriedCosts(MeasuredCosts):
    """Costs by runs for as long as there is time.

    A statement whose turn comes when the time is over is not run, now or later, and costs what its plans say:
    `estimated` has its text.
    """

    def __init__(
        self, arena: Arena, figures: TableFigures, keys: Mapping[str, IndexSpec], deadline: Deadline, *, max_steps: int
    ) -> None:
        super().__init__(arena, max_steps=max_steps)
        self.estimated: set[str] = set()
        self._plan_costs = PlanCosts(figures, arena.indexes, keys)
        self._deadline = deadline
        self._started: set[str] = set()

    def _price(self, question: Question, number: int, plan: Sequence[PlanRow]) -> Price:
        if question.sql not in self._started:
            self._started.add(question.sql)
            if self._deadline.is_over:
                self.estimated.add(question.sql)
        if question.sql in self.estimated:
            return self._plan_costs.steps(plan, question.accesses, is_limited=question.is_limited), None
        return super()._price(question, number, plan)


def _mean(
    arena: Arena,
    question: Question,
    price: Callable[[Question, int, Sequence[PlanRow]], Price],
) -> Cost | None:
    steps, elapsed_ms, lines, used = 0.0, 0.0, dict[str, None](), set[str]()
    is_timed = True
    count = 0
    for number, parameters in enumerate(question.samples):
        try:
            plan = arena.lab.explain(question.sql, parameters)
            more, ms = price(question, number, plan)
        except (DatabaseError, QueryError):
            # One set of parameters may be refused, and others not.
            continue
        count += 1
        steps += more
        is_timed = is_timed and ms is not None
        elapsed_ms += ms or 0.0
        tree = plan_of(plan, arena.indexes)
        lines.update(dict.fromkeys(tree.lines()))
        used |= tree.indexes & arena.indexes.keys()
    if not count:
        return None
    return Cost(steps / count, elapsed_ms / count if is_timed else None, tuple(lines), frozenset(used))


def both(costs: Costs, question: Question, visible: Visible) -> tuple[Cost, ...]:
    """Return the costs of a statement without and with fresh statistics, none for one that cannot be tried."""
    found = [costs.of(question, visible, statistics) for statistics in STATISTICS]
    return tuple(cost for cost in found if cost is not None)
