"""Which b-trees a statement walks from one end to the other, told by its program (sqlite.org/opcode.html).

A plan names aliases; the program names root pages, and each of them is one table or index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Step(NamedTuple):
    """One instruction of EXPLAIN."""

    address: int
    opcode: str
    p1: int
    p2: int
    p3: int


_FIRST = frozenset({"Rewind", "Last"})
_NEXT = frozenset({"Next", "Prev"})
_TREES = frozenset({"OpenRead", "OpenWrite", "ReopenIdx"})


def walked_roots(steps: Iterable[Step]) -> set[int]:
    """Return the root pages of the main database's b-trees that a listing of EXPLAIN walks."""
    return {root for program in _programs(steps) for root in _walked(program)}


def _programs(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """Split a listing into the statement's program and those of the triggers that it fires."""
    program: list[Step] = []
    for step in steps:
        if step.address == 0 and program:
            yield program
            program = []
        program.append(step)
    if program:
        yield program


def _walked(program: Sequence[Step]) -> Iterator[int]:
    open_roots: dict[int, int] = {}
    # The cursors that stand at an end of their b-tree, and where the walk would be over.
    begun: dict[int, int] = {}
    for before, step in zip([None, *program], program, strict=False):
        cursor = step.p1
        if step.opcode.startswith("Open") or step.opcode in _TREES:
            open_roots.pop(cursor, None)
            begun.pop(cursor, None)
            if step.opcode in _TREES and step.p3 == 0:
                open_roots[cursor] = step.p2
        elif cursor not in open_roots:
            continue
        elif step.opcode == "Count":
            yield open_roots[cursor]
        elif step.opcode in _FIRST:
            begun[cursor] = open_roots[cursor]
        elif step.opcode in _NEXT and cursor in begun and not _leaves(before, step):
            yield begun[cursor]


def _leaves(before: Step | None, step: Step) -> bool:
    """Whether the loop is left before it comes round: min() and max() take the first entry of an index."""
    return before is not None and before.opcode == "Goto" and before.p2 > step.address
