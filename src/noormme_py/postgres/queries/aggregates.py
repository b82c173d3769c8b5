"""Aggregates, and functions over windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.postgres.expressions.casts import FLOATING, NAN, exact_number, retyped
from noormme_py.postgres.expressions.comparisons import BY_CODE_POINT, YEARS, is_by_code_point
from noormme_py.postgres.expressions.documents import as_text
from noormme_py.postgres.expressions.logic import folded, unified
from noormme_py.postgres.expressions.term import INTEGERS, MOMENTS, NUMBERS, TEXTS, Refused, Term, value
from noormme_py.postgres.expressions.translation import Function, Translation
from noormme_py.postgres.expressions.type_names import TypeName
from noormme_py.postgres.queries.order import distinct_key, in_collation, ordered, parts_of
from noormme_py.postgres.queries.query_translation import QueryTranslation

JOINED: Final = "string_agg() joins in whatever order the rows come"
_Aggregate = Callable[[Translation, list[Term], str, str], Term]


def _count(_: Translation, terms: list[Term], word: str, over: str) -> Term:
    said = word + (terms[0].sql if terms else "*")
    return value(f"count({said}){over}", "int8")


def _sum(translation: Translation, terms: list[Term], word: str, over: str) -> Term:
    (term,) = [exact_number(translation, term) for term in terms]
    said = f"sum({word}{term.sql}){over}"
    if term.type in ("int2", "int4"):
        return value(said, "int8")
    if term.type == "int8":
        return replaced(value(said, "numeric"), scale=0)
    if term.type not in ("numeric", "float8"):
        raise Refused(f"sum() of {term.type} has no counterpart in SQLite")
    translation.note(FLOATING)
    translation.note(NAN)
    if term.type == "float8" or term.scale is None:
        return value(said, term.type)
    return replaced(value(f"round({said}, {term.scale})", "numeric"), scale=term.scale)


def _average(translation: Translation, terms: list[Term], word: str, over: str) -> Term:
    (term,) = [exact_number(translation, term) for term in terms]
    if term.type not in INTEGERS | {"numeric", "float8"}:
        raise Refused(f"avg() of {term.type} has no counterpart in SQLite")
    translation.note(FLOATING)
    translation.note(NAN)
    return value(f"avg({word}{term.sql}){over}", "float8" if term.type == "float8" else "numeric")


def _extreme(name: str) -> _Aggregate:
    def rule(translation: Translation, terms: list[Term], word: str, over: str) -> Term:
        (term,) = terms
        term = in_collation(
            exact_number(translation, as_text(translation, retyped(translation, term, TypeName("text"))))
        )
        if term.type in (*TEXTS, "bpchar", "citext"):
            if not is_by_code_point(term):
                translation.note(BY_CODE_POINT)
        elif term.type in MOMENTS:
            translation.note(YEARS)
        elif term.type not in NUMBERS | {"time"} or term.kind == "enum":
            raise Refused(f"{name}() of {term.type} has no counterpart in SQLite")
        return replaced(term, sql=f"{name}({term.sql}){over}", is_compound=False, constant=None, collate="")

    return rule


def _joined(translation: Translation, terms: list[Term], word: str, over: str) -> Term:
    if word or len(terms) != 2:
        raise Refused("string_agg() of distinct values has no counterpart in SQLite")
    found, between = (as_text(translation, retyped(translation, term, TypeName("text"))) for term in terms)
    if found.type not in TEXTS or between.constant is None:
        raise Refused(f"string_agg() of {found.type} has no counterpart in SQLite")
    translation.note(JOINED)
    return value(f"group_concat({found.sql}, {between.sql}){over}", "text", of=[found])


def _every(name: str) -> _Aggregate:
    def rule(translation: Translation, terms: list[Term], word: str, over: str) -> Term:
        (term,) = terms
        if term.type != "bool":
            raise Refused(f"a condition is of the type {term.type}")
        return value(f"{name}({term.sql}){over}", "bool")

    return rule


AGGREGATES: Final[dict[str, _Aggregate]] = {
    "count": _count,
    "sum": _sum,
    "avg": _average,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "string_agg": _joined,
    "bool_and": _every("min"),
    "every": _every("min"),
    "bool_or": _every("max"),
}
_RANKS: Final = {
    "row_number": "int8",
    "rank": "int8",
    "dense_rank": "int8",
    "percent_rank": "float8",
    "cume_dist": "float8",
    "ntile": "int4",
}
_NEIGHBOURS: Final = frozenset({"lag", "lead", "first_value", "last_value", "nth_value"})


def _aggregated(name: str) -> Function:
    most = 2 if name == "string_agg" else 1
    return Function(1, most, lambda translation, arguments: _of_rows(translation, name, arguments, ""))


FUNCTIONS: Final[dict[str, Function]] = {name: _aggregated(name) for name in AGGREGATES}


def _of_rows(translation: Translation, name: str, arguments: list[exp.Expr], over: str) -> Term:
    word, nodes = "", list(arguments)
    if any(isinstance(node, exp.Order) for node in nodes):
        raise Refused(f"{name}() in an order of its own has no counterpart in SQLite before 3.44")
    if len(nodes) == 1 and isinstance(nodes[0], exp.Distinct):
        if nodes[0].args.get("on") is not None:
            raise Refused(f"{name}() of distinct values is not understood")
        word, nodes = "DISTINCT ", list(nodes[0].expressions)
    if len(nodes) == 1 and isinstance(nodes[0], exp.Star) and name == "count":
        nodes = []
    terms = [translation.term(node) for node in nodes]
    if word:
        terms = [distinct_key(translation, term) for term in terms]
    if (len(terms) > 1 and name != "string_agg") or (not terms and name != "count"):
        raise Refused(f"{name}() of {len(terms)} values has no counterpart in SQLite")
    return AGGREGATES[name](translation, terms, word, over)


def filtered(translation: Translation, node: Any) -> Term:
    """Translate an aggregate with FILTER."""
    return _windowed(translation, node, "")


def windowed(translation: QueryTranslation, node: Any) -> Term:
    """Translate a function over a window."""
    return _windowed(translation, node.this, f" OVER ({_window(translation, node)})")


def _windowed(translation: Translation, node: Any, over: str) -> Term:
    if isinstance(node, exp.Filter):
        where = node.expression
        condition = translation.condition(where.this if isinstance(where, exp.Where) else where)
        node, over = node.this, f" FILTER (WHERE {condition.sql}){over}"
    if not isinstance(node, exp.Anonymous):
        raise Refused("a function over a window that is not understood")
    name = folded(node.this) if isinstance(node.this, exp.Identifier) else str(node.this).lower()
    if name in AGGREGATES:
        return _of_rows(translation, name, node.expressions, over)
    if "OVER" not in over or "FILTER" in over:
        raise Refused(f"the function {name}() is no aggregate that SQLite has")
    terms = [translation.term(argument) for argument in node.expressions]
    if name in _RANKS and all(term.constant is not None for term in terms):
        return value(f"{name}({', '.join(term.sql for term in terms)}){over}", _RANKS[name])
    if name in _NEIGHBOURS and terms:
        return _neighbour(translation, name, terms, over)
    raise Refused(f"the function {name}() over a window has no counterpart in SQLite")


def _neighbour(translation: Translation, name: str, terms: list[Term], over: str) -> Term:
    if any(term.type not in INTEGERS for term in terms[1:2]):
        raise Refused(f"{name}() counts by something that is no integer")
    found, like = unified(translation, [terms[0], *terms[2:]])
    said = ", ".join(term.sql for term in (found[0], *terms[1:2], *found[1:]))
    return replaced(like, sql=f"{name}({said}){over}")


def _window(translation: QueryTranslation, node: Any) -> str:
    partition, order, spec = list(node.args.get("partition_by") or []), node.args.get("order"), node.args.get("spec")
    if node.args.get("alias") is not None:
        named: Any = translation.windows.get(folded(node.args["alias"]))
        if named is None or partition:
            raise Refused("a window has a name that is not known")
        partition = list(named.args.get("partition_by") or [])
        order = order if order is not None else named.args.get("order")
        spec = spec if spec is not None else named.args.get("spec")
    if node.args.get("first") is not None:
        raise Refused("a window that is not understood")
    said: list[str] = []
    if partition:
        keys = [distinct_key(translation, translation.term(part)).operand for part in partition]
        said.append(f"PARTITION BY {', '.join(keys)}")
    parts = parts_of(order)
    if parts:
        keys = [ordered(translation, translation.term(part.this), part) for part in parts]
        said.append(f"ORDER BY {', '.join(keys)}")
    if spec is not None:
        said.append(_frame(translation, spec))
    return " ".join(said)


def _frame(translation: Translation, spec: Any) -> str:
    kind = str(spec.args.get("kind") or "").upper()
    if kind not in ("ROWS", "RANGE", "GROUPS"):
        raise Refused("the frame of a window is not understood")
    start = _edge(translation, spec.args.get("start"), spec.args.get("start_side"), kind)
    end = spec.args.get("end")
    said = (
        f"{kind} {start}"
        if end is None
        else (f"{kind} BETWEEN {start} AND {_edge(translation, end, spec.args.get('end_side'), kind)}")
    )
    exclude = spec.args.get("exclude")
    if exclude is None:
        return said
    word = exclude.name if isinstance(exclude, exp.Expr) else str(exclude)
    if word.upper() not in ("TIES", "CURRENT ROW", "GROUP", "NO OTHERS"):
        raise Refused("the frame of a window is not understood")
    return f"{said} EXCLUDE {word.upper()}"


def _edge(translation: Translation, edge: Any, side: Any, kind: str) -> str:
    edge = edge.upper() if isinstance(edge, str) else edge
    side = str(side).upper()
    if edge == "CURRENT ROW":
        return "CURRENT ROW"
    if side not in ("PRECEDING", "FOLLOWING"):
        raise Refused("the frame of a window is not understood")
    if edge == "UNBOUNDED":
        return f"UNBOUNDED {side}"
    distance = translation.term(edge) if isinstance(edge, exp.Expr) else None
    if distance is None or distance.constant is None or distance.type not in INTEGERS or kind == "RANGE":
        raise Refused("the frame of a window has a distance that is not understood")
    return f"{distance.sql} {side}"
