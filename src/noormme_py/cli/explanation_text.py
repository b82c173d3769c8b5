"""An explanation for the eyes. Everything printed is a `Text`: rich reads no markup in the names of a database."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from noormme_py.cli.escape import visible
from noormme_py.optimize.findings.explanation import Explanation
from noormme_py.optimize.plans.plan_tree import PlanNode

# Wide enough that no line is broken where a program reads.
_WIDTH_OF_A_PIPE = 100_000
_COLOURS = {"scan": "yellow", "temp b-tree": "yellow", "search": "green"}


def print_explanation(found: Explanation) -> None:
    """Print the plan as a tree, what a run of it cost, and the hints."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    # White space outside of quotes does not matter to SQL, but nobody knows here what is inside of them.
    tree = Tree(Text(visible(found.sql.replace("\n", " ").strip()), "bold"))
    _grow(tree, found.plan.nodes)
    if not found.plan.nodes:
        tree.add(Text("(SQLite tells no plan: nothing is searched)", "dim"))
    console.print(tree)
    if found.steps is not None and found.elapsed_ms is not None:
        rows = "1 row" if found.rows == 1 else f"{found.rows:,} rows"
        cost = f"{found.steps:,} steps, {found.elapsed_ms:,.1f} ms, {rows}"
        console.print(Text(cost + ("" if found.is_whole else ": cut off, it takes longer"), "bold"))
    for hint in found.hints:
        console.print(Text.assemble(("hint: ", "bold yellow"), visible(hint)))


def _grow(tree: Tree, nodes: Sequence[PlanNode]) -> None:
    for node in nodes:
        colour = "red" if node.line.is_automatic else _COLOURS.get(node.line.action, "")
        _grow(tree.add(Text(visible(node.detail), colour)), node.children)
