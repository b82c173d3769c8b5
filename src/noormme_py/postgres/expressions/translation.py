"""One translation under way: which rules there are, what names mean, and what has to be noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from sqlglot import exp

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.scope import Scope
from noormme_py.postgres.expressions.term import Refused, Term, column_term

Place: TypeAlias = Literal["check", "index", "generated", "default", "query"]
"""Where the expression will stand: SQLite lets only a default and a query ask for the time, or for chance."""

_SAID: dict[type[exp.Expr], str] = {
    exp.ArrayContainsAll: "the operator @>",
    exp.ArrayContainedBy: "the operator <@",
    exp.ArrayOverlaps: "the operator &&",
    exp.JSONBContainsAnyTopKeys: "the operator ?|",
    exp.JSONBContainsAllTopKeys: "the operator ?&",
    exp.MatchAgainst: "the operator @@",
    exp.BitwiseXor: "the operator #",
    exp.Pow: "the operator ^",
    exp.Operator: "an operator of one's own",
    exp.Bracket: "an element of an array",
    exp.Array: "an array",
    exp.Tuple: "a row",
    exp.Dot: "a function of one's own, or a field of a composite,",
    exp.Parameter: "a parameter",
    exp.Placeholder: "a parameter",
    exp.Star: "*",
    exp.Select: "a subquery",
    exp.Subquery: "a subquery",
    exp.Union: "a subquery",
    exp.Exists: "a subquery",
    exp.Window: "a window function",
    exp.Filter: "an aggregate with FILTER",
    exp.WithinGroup: "an aggregate with WITHIN GROUP",
}
_CAPITAL = re.compile(r"([a-z])([A-Z])")
_PLACES = {"check": "a CHECK", "index": "an index", "generated": "a generated column"}


class Names(Protocol):
    """What names of columns mean."""

    def find(self, qualifier: str | None, name: str) -> Term:
        """Return the value that is meant; raises Refused where there is none."""
        ...


@frozen
class ScopeNames:
    """The columns of one table, or VALUE in a domain."""

    scope: Scope

    def find(self, qualifier: str | None, name: str) -> Term:
        if qualifier is not None:
            raise Refused("a column is named with its table")
        found = self.scope.columns.get(name)
        if found is not None:
            return column_term(found)
        if name.lower() == "value" and self.scope.value is not None:
            return column_term(self.scope.value)
        raise Refused(f"there is no column {name!r} here")


Rule: TypeAlias = Callable[["Translation", Any], Term]
Call: TypeAlias = Callable[["Translation", list[exp.Expr]], Term]


@frozen
class Function:
    """What is known of a function or an operator with a name: how many arguments it takes, and its rule."""

    least: int
    most: int
    rule: Call


@frozen
class Rules:
    """What is known to mean the same: by the kind of a node, and for functions and operators by their names."""

    nodes: Mapping[type[exp.Expr], Rule]
    functions: Mapping[str, Function]


class Translation:
    """One expression on its way; `notes` are gathered in the order in which they come up."""

    def __init__(self, rules: Rules, names: Names, place: Place) -> None:
        self.rules = rules
        self.names = names
        self.place: Place = place
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)

    def note(self, text: str) -> None:
        """Note once where the meaning is nearly the same."""
        self._notes.setdefault(text)

    def term(self, node: exp.Expr | None) -> Term:
        """Return the translation of a node; raises Refused."""
        if node is None:
            raise Refused("a part of the expression is missing")
        rule = self.rules.nodes.get(type(node))
        if rule is None:
            raise Refused(f"{described(node)} has no counterpart in SQLite that is known to mean the same")
        return rule(self, node)

    def condition(self, node: exp.Expr | None) -> Term:
        """Return the translation of a node that is true, false or NULL."""
        found = self.term(node)
        if found.type != "bool" and not found.is_null:
            raise Refused(f"a condition is of the type {found.type}")
        return found

    def call(self, name: str, arguments: list[exp.Expr]) -> Term:
        """Return the translation of a call by the function's name in PostgreSQL, or of an operator's."""
        function = self.rules.functions.get(name)
        if function is None:
            said = f"the function {name}()" if name.isidentifier() else f"the operator {name}"
            raise Refused(f"{said} has no counterpart in SQLite that is known to mean the same")
        if not function.least <= len(arguments) <= function.most:
            raise Refused(f"{name}() of {len(arguments)} arguments is none of PostgreSQL's own")
        return function.rule(self, arguments)

    def need_clock(self, what: str) -> None:
        """Refuse what changes from one moment to the next where SQLite does not allow it."""
        if self.place in _PLACES:
            raise Refused(f"SQLite does not allow {what} in {_PLACES[self.place]}")


def described(node: exp.Expr) -> str:
    """Return how a reader knows a node, without what stands in it."""
    known = _SAID.get(type(node))
    return known or "`" + _CAPITAL.sub(r"\1 \2", type(node).__name__).upper() + "`"
