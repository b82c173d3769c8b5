"""Which suggestion mends what was found, so that nobody is told of one thing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from noormme_py.names import fold
from noormme_py.optimize.finding import Finding
from noormme_py.optimize.suggestion import Figures, Suggestion

_LEAST_FACTOR = 2
"""A statement that takes so many times less is no longer what a finding said of it."""


CAUSES = frozenset({"full-scan", "automatic-index", "correlated-subquery", "temp-b-tree"})
"""The kinds that say why a statement is slow."""


def mending(found: Finding, suggestions: Sequence[Suggestion]) -> Suggestion | None:
    """Return the suggestion that does what a finding asks for, or changes the plan that it is about."""
    by_itself = next((one for one in suggestions if _does(one, found.mend)), None)
    if by_itself is not None or found.sql is None:
        return by_itself
    served = [(one, served) for one in suggestions for served in one.served if served.sql == found.sql]
    if not served:
        return None
    # From before the first suggestion to after the last.
    (first, before), (_, after) = served[0], served[-1]
    is_mended = _MENDED.get(found.kind)
    return first if is_mended is not None and is_mended(before.before, after.after) else None


def _does(one: Suggestion, mend: str | None) -> bool:
    if mend is None:
        return False
    if one.action == "drop":
        return fold(mend) == fold(one.ddl)
    wanted, made = _target(mend), _target(one.ddl)
    # An index that goes on with further columns serves as well.
    return bool(wanted) and ";" not in mend and (made == wanted or made.startswith(wanted.removesuffix(")") + ","))


def _target(ddl: str) -> str:
    """Return `"flights" ("origin")` of a statement that makes an index, and "" of any other text."""
    head, _, target = fold(ddl).partition(" on ")
    return target if head.startswith("create index ") else ""


def _scans_less(before: Figures, after: Figures) -> bool:
    return _scans(after) < _scans(before)


def _scans(figures: Figures) -> int:
    return sum(line.strip().startswith("SCAN ") for line in figures.plan)


def _is_quicker(before: Figures, after: Figures) -> bool:
    if before.steps is None or after.steps is None:
        return before.plan != after.plan
    return after.steps * _LEAST_FACTOR <= before.steps


_MENDED: Mapping[str, Callable[[Figures, Figures], bool]] = {
    "full-scan": _scans_less,
    # Few rows are still sorted so where an index leaves but few.
    "temp-b-tree": _is_quicker,
    "automatic-index": _is_quicker,
    "correlated-subquery": _is_quicker,
    "slow-statement": _is_quicker,
}
