"""The plan of a statement as a tree, read from the rows of EXPLAIN QUERY PLAN. The lines are `plan_lines`' affair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from noormme_py.frozen import frozen
from noormme_py.optimize.plans.plan_lines import PlanLine, line_of
from noormme_py.query.trial import PlanRow

_TOP = -1


@frozen
class PlanNode:
    """One row of a plan, with those that belong to it. `line` says what it does, `detail` is SQLite's own text."""

    detail: str
    line: PlanLine
    children: tuple[PlanNode, ...] = ()

    def walk(self) -> Iterator[PlanNode]:
        """Yield this node and all below it, in the order of the plan."""
        waiting: list[PlanNode] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


@frozen
class Plan:
    """How SQLite carries a statement out: what stands side by side are loops, the first outermost."""

    nodes: tuple[PlanNode, ...] = ()

    def walk(self) -> Iterator[PlanNode]:
        """Yield every node, in the order of the plan."""
        for node in self.nodes:
            yield from node.walk()

    def lines(self) -> tuple[str, ...]:
        """Return SQLite's lines, indented by two spaces for each level."""
        found: list[str] = []
        waiting = [(0, node) for node in reversed(self.nodes)]
        while waiting:
            depth, node = waiting.pop()
            found.append("  " * depth + node.detail)
            waiting.extend((depth + 1, child) for child in reversed(node.children))
        return tuple(found)

    @property
    def text(self) -> str:
        """The lines as one text; of two plans it is the same when they do the same."""
        return "\n".join(self.lines())

    @property
    def indexes(self) -> frozenset[str]:
        """The indexes that are used, those apart that SQLite makes for the run."""
        return frozenset(node.line.index for node in self.walk() if node.line.index is not None)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the nodes for JSON; a key is left out where it says nothing."""
        return [_plain(node) for node in self.nodes]


def plan_of(rows: Sequence[PlanRow], indexes: Iterable[str] = ()) -> Plan:
    """Return the tree of a plan's rows. No text fails: a line that is not known keeps its text.

    `indexes` are the names of those there are, where they are known: a name may hold the words of a plan.
    """
    known = frozenset(indexes)
    # SQLite tells a row before those that belong to it, so that from the end each one's are complete.
    places: dict[int, int] = {}
    parents: list[int] = []
    for at, row in enumerate(rows):
        parents.append(places.get(row.parent, _TOP))
        places[row.id] = at
    below: dict[int, list[PlanNode]] = {}
    for at in reversed(range(len(rows))):
        children = tuple(reversed(below.pop(at, [])))
        node = PlanNode(rows[at].detail, line_of(rows[at].detail, known), children)
        below.setdefault(parents[at], []).append(node)
    return Plan(tuple(reversed(below.pop(_TOP, []))))


def _plain(node: PlanNode) -> dict[str, Any]:
    line = node.line
    said: dict[str, Any] = {
        "action": line.action,
        "source": line.source,
        "index": line.index,
        "terms": list(line.terms),
        "purpose": line.purpose,
        "is_covering": line.is_covering,
        "is_automatic": line.is_automatic,
        "is_correlated": line.is_correlated,
        "children": [_plain(child) for child in node.children],
    }
    return {"detail": node.detail} | {key: value for key, value in said.items() if value}
