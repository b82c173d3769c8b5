"""What was done to a database of its own accord, with the values before and after."""

from __future__ import annotations

from noormme_py.frozen import frozen
from noormme_py.optimize.plans.plan_history import PlanChanged
from noormme_py.optimize.plans.statistics_trial import OptimizeRun
from noormme_py.optimize.suggestion import Advice


@frozen
class Setting:
    """A pragma of one connection: as SQLite had it, as the configuration asks, and as it is.

    `reason` says why it is not as asked, where that is known.
    """

    connection: str
    name: str
    before: object
    asked: object
    after: object
    reason: str | None


@frozen
class OptimizerReport:
    """The pragmas that were set, each run of PRAGMA optimize that did or refused something, and changed plans.

    `advice` is what `automation.enable_index_recommendations` has found last.
    """

    settings: tuple[Setting, ...]
    runs: tuple[OptimizeRun, ...]
    plan_changes: tuple[PlanChanged, ...]
    advice: Advice | None = None
