"""The plans of the statements that a database is asked, and how they changed. Values alone: nothing is run here."""

from __future__ import annotations

from collections.abc import Mapping

from noormme_py.frozen import frozen
from noormme_py.optimize.plans.plan_tree import Plan
from noormme_py.optimize.plans.statistics import Statistics
from noormme_py.query.statement import Parameters

MOST_PLANS = 1000
MOST_CHANGES = 200


@frozen
class Circumstances:
    """What a plan rests on: the texts of tables, views and indexes by name, and the planner's statistics."""

    objects: Mapping[str, str]
    indexes: frozenset[str]
    statistics: Statistics

    def cause(self, after: Circumstances) -> str:
        """Say what is different, as far as a plan may change by it."""
        dropped, made = sorted(self.indexes - after.indexes), sorted(after.indexes - self.indexes)
        said: list[str] = []
        if dropped:
            said.append(f"dropped index: {', '.join(dropped)}")
        if made:
            said.append(f"new index: {', '.join(made)}")
        if not said and dict(self.objects) != dict(after.objects):
            said.append("the schema changed")
        if tables := self.statistics.changed_tables(after.statistics):
            said.append(f"other statistics: {', '.join(tables)}")
        return "; ".join(said) or "unknown"


@frozen
class KnownPlan:
    """The plan of a statement, and since when it is the one; `changes` is how often it became another.

    It is always taken for the same `parameters`, which may be secrets and stay out of the repr.
    """

    sql: str
    plan: Plan
    since: float
    changes: int = 0
    parameters: Parameters = ()

    def __repr__(self) -> str:
        return f"KnownPlan(sql={self.sql!r}, plan={self.plan!r}, since={self.since!r}, changes={self.changes!r})"


@frozen
class PlanChanged:
    """A statement that is carried out in another way than before. `at` is in seconds since 1970."""

    sql: str
    before: Plan
    after: Plan
    at: float
    cause: str


@frozen
class PlanHistory:
    """What is known so far; a new one is made by each look. The plans that were met first are forgotten first."""

    plans: tuple[KnownPlan, ...] = ()
    changes: tuple[PlanChanged, ...] = ()
    circumstances: Circumstances | None = None

    def seen(
        self, found: Mapping[str, tuple[Parameters, Plan]], circumstances: Circumstances, at: float
    ) -> tuple[PlanHistory, tuple[PlanChanged, ...]]:
        """Return the history with the plans as they are now, and what changed."""
        plans = {known.sql: known for known in self.plans}
        changes: list[PlanChanged] = []
        cause = self.circumstances.cause(circumstances) if self.circumstances is not None else "unknown"
        for sql, (parameters, plan) in found.items():
            known = plans.get(sql)
            if known is None:
                plans[sql] = KnownPlan(sql, plan, at, parameters=parameters)
            elif known.plan.text != plan.text:
                plans[sql] = KnownPlan(sql, plan, at, known.changes + 1, known.parameters)
                changes.append(PlanChanged(sql, known.plan, plan, at, cause))
        kept = tuple(plans.values())[-MOST_PLANS:]
        history = PlanHistory(kept, (*self.changes, *changes)[-MOST_CHANGES:], circumstances)
        return history, tuple(changes)
