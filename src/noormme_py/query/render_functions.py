"""How function calls and their windows are written as SQL."""

from __future__ import annotations

import re

from noormme_py.errors import CompileError
from noormme_py.query import nodes
from noormme_py.query.infer import type_of
from noormme_py.query.writer import Writer, renders

_FUNCTION = re.compile(r"\A[A-Za-z_][A-Za-z0-9_]{0,60}\Z", re.ASCII)


@renders(nodes.Function)
def _function(out: Writer, node: nodes.Function) -> None:
    if not _FUNCTION.match(node.name):
        raise CompileError(f"{node.name[:60]!r} is not a function name")
    like = type_of(node, out.scope) if len(node.arguments) > 1 else None
    out.put(f"{node.name}(", "distinct " if node.is_distinct else "")
    for index, item in enumerate(node.arguments):
        out.put(", " if index else "")
        out.value(item, like if node.name.lower() in ("coalesce", "ifnull", "nullif", "min", "max") else None)
    if node.order_by:
        out.put(" order by ")
        out.separated(", ", node.order_by)
    out.put(")")
    if node.filter is not None:
        out.put(" filter (where ", node.filter, ")")
    if node.over is not None:
        out.put(" over (", node.over, ")")


@renders(nodes.Window)
def _window(out: Writer, node: nodes.Window) -> None:
    space = ""
    if node.partition_by:
        out.put("partition by ")
        out.separated(", ", node.partition_by)
        space = " "
    if node.order_by:
        out.put(space, "order by ")
        out.separated(", ", node.order_by)
        space = " "
    if node.frame is not None:
        out.put(space, node.frame)


@renders(nodes.Frame)
def _frame(out: Writer, node: nodes.Frame) -> None:
    if node.unit not in ("rows", "range", "groups"):
        raise CompileError(f"{str(node.unit)[:20]!r} is not a frame unit")
    start, end = _bound(node.start, "preceding"), _bound(node.end, "following")
    out.put(f"{node.unit} between {start} and {end}")
    if node.exclude is not None:
        if node.exclude not in ("no others", "current row", "group", "ties"):
            raise CompileError(f"{str(node.exclude)[:20]!r} cannot be excluded from a frame")
        out.put(f" exclude {node.exclude}")


def _bound(offset: int | None, unbounded: str) -> str:
    if offset is None:
        return f"unbounded {unbounded}"
    if isinstance(offset, bool) or not isinstance(offset, int):
        raise CompileError(f"a frame bound is an integer or None, not {type(offset).__name__}")
    if offset == 0:
        return "current row"
    return f"{-offset} preceding" if offset < 0 else f"{offset} following"
