"""The terms in a condition: what it asks of each table that an index could answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from noormme_py.frozen import replaced
from noormme_py.optimize.reading.access import Comparison, Term
from noormme_py.optimize.reading.parsed_keys import Keys, collated, literal, own_collation
from noormme_py.optimize.reading.scopes import Nested, Scope, Source, references

_RANGES = (exp.LT, exp.LTE, exp.GT, exp.GTE)
_EQUALS = (exp.EQ, exp.NullSafeEQ)
_WILDCARDS: dict[type[exp.Expr], str] = {exp.Like: "%_", exp.Glob: "*?["}


@dataclass(slots=True)
class Asked:
    """What a condition asks of one table."""

    terms: list[Term] = field(default_factory=list)
    branches: list[tuple[Term, ...]] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)


class Conditions:
    """The conditions of one scope, for the tables that they filter."""

    def __init__(self, keys: Keys, scope: Scope, nested: Nested, tables: Collection[Source]) -> None:
        self._keys = keys
        self._scope = scope
        self._nested = nested
        self._tables = tables

    def asked(self, condition: exp.Expr) -> dict[Source, Asked]:
        """Return what a condition asks of each table, where it must hold for a row to count."""
        found: dict[Source, Asked] = {}
        for part in parts(condition, exp.And):
            if isinstance(part, exp.Or):
                self._alternatives(list(parts(part, exp.Or)), found)
            for source, term in self._terms(part):
                found.setdefault(source, Asked()).terms.append(term)
            whole = self._keys.condition(part, self._scope)
            if whole is not None and whole[0] in self._tables:
                found.setdefault(whole[0], Asked()).conditions.append(whole[1])
        return found

    def _alternatives(self, sides: list[exp.Expr], found: dict[Source, Asked]) -> None:
        asked = [self.asked(side) for side in sides]
        for source in [source for source in asked[0] if all(source in side for side in asked)]:
            each = [side[source] for side in asked]
            if not all(side.terms or side.branches for side in each):
                continue
            known = found.setdefault(source, Asked())
            for side in each:
                known.branches += [tuple(side.terms)] if side.terms else side.branches
            known.terms += _in_all(each)

    def _terms(self, part: exp.Expr) -> Iterator[tuple[Source, Term]]:
        match part:
            case exp.EQ() | exp.NullSafeEQ() | exp.Is() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                yield from self._comparison(part)
            case exp.Between():
                for bound in (part.args["low"], part.args["high"]):
                    yield from self._valued(part.this, [bound], "range", None)
                    yield from self._valued(bound, [part.this], "range", None)
            case exp.In() if not part.args.get("unnest"):
                values = [value for value in (part.args.get("query"), *part.expressions) if value is not None]
                for left in _members(part.this):
                    yield from self._valued(left, values, "in", None)
            case exp.Like() | exp.Glob():
                yield from self._pattern(part)
            case exp.Escape() if isinstance(part.this, exp.Like):
                yield from self._pattern(part.this)
            case exp.Not(this=exp.Is(expression=exp.Null())):
                yield from self._valued(part.this.this, [], "is not null", None)
            case exp.Not(this=exp.Paren(this=exp.Is(expression=exp.Null()) as test)):
                yield from self._valued(test.this, [], "is not null", None)
            case exp.NullSafeNEQ(expression=exp.Null()):
                yield from self._valued(part.this, [], "is not null", None)
            case exp.Column():
                # Such a row is not NULL there. That it is true, a partial index alone can say.
                yield from self._valued(part, [], "is not null", None)
            case _:
                pass

    def _comparison(self, part: exp.Expr) -> Iterator[tuple[Source, Term]]:
        left, right = list(_members(part.this)), list(_members(part.expression))
        if len(left) != len(right):
            # A row of values compared with a subquery.
            pairs = [(side, part.expression) for side in left] if len(left) > 1 else []
        else:
            pairs = list(zip(left, right, strict=True))
        comparison: Comparison = "range" if isinstance(part, _RANGES) else "equal"
        # Rows of values are in order by their first, where they differ.
        for one, other in pairs[:1] if comparison == "range" else pairs:
            if isinstance(other, exp.Null) and not isinstance(part, exp.EQ):
                yield from self._valued(one, [], "is null", None)
            elif not (isinstance(part, exp.Is) and isinstance(other, exp.Boolean)):
                yield from self._compared(one, other, comparison)
                yield from self._compared(other, one, comparison)

    def _compared(self, key: exp.Expr, value: exp.Expr, comparison: Comparison) -> Iterator[tuple[Source, Term]]:
        yield from self._valued(key, [value], comparison, literal(value))

    def _valued(
        self, expression: exp.Expr, values: list[exp.Expr], comparison: Comparison, constant: str | None
    ) -> Iterator[tuple[Source, Term]]:
        others: set[Source] | None = None
        for source, key in self._keys.of(expression, self._scope):
            if source not in self._tables:
                continue
            if others is None:
                others = {one for value in values for one in references(value, self._scope, self._nested)}
            if source in others:
                continue
            if len(values) == 1 and key.collation is None:
                key = collated(source, key, self._collation(expression, values[0]))
            aliases = sorted(other.alias for other in others)
            yield source, Term(key, comparison, constant, aliases[0] if aliases else None)

    def _collation(self, expression: exp.Expr, value: exp.Expr) -> str:
        """Return the collation that the value brings with it, when it decides."""
        if isinstance(value, exp.Collate):
            return str(value.expression.name)
        first = expression.parent
        if first is None or first.args.get("expression") is not expression or not isinstance(value, exp.Column):
            return ""
        # Between two columns, the one on the left says how they are compared.
        collations = (own_collation(source, key) for source, key in self._keys.of(value, self._scope))
        return next(collations, "")

    def _pattern(self, part: exp.Expr) -> Iterator[tuple[Source, Term]]:
        pattern = part.expression
        if isinstance(pattern, exp.Collate):
            pattern = pattern.this
        is_text = isinstance(pattern, exp.Literal) and pattern.is_string
        if not is_text and not isinstance(pattern, exp.Placeholder):
            return
        if is_text and pattern.name[:1] in _WILDCARDS[type(part)]:
            return
        collation = "NOCASE" if isinstance(part, exp.Like) else "BINARY"
        for source, key in self._keys.of(part.this, self._scope):
            if source in self._tables:
                yield source, Term(collated(source, replaced(key, collation=None), collation), "prefix")


def _in_all(sides: list[Asked]) -> Iterable[Term]:
    """Return what every side of an OR asks: SQLite makes an IN of equalities, and looks up each side otherwise."""
    for key in dict.fromkeys(term.key for term in sides[0].terms):
        found: list[list[Term]] = [[term for term in side.terms if term.key == key] for side in sides]
        if not all(found):
            continue
        asked = {term.comparison for terms in found for term in terms}
        others = sorted(term.other for terms in found for term in terms if term.other is not None)
        comparison: Comparison = "in" if asked <= {"equal", "in", "is null"} else "range"
        if asked == {"is not null"} or asked == {"prefix"}:
            comparison = "is not null" if "is not null" in asked else "prefix"
        yield Term(key, comparison, None, others[0] if others else None)


def parts(condition: exp.Expr, connector: type[exp.Expr]) -> Iterator[exp.Expr]:
    """Yield what AND or OR connects, parentheses aside."""
    todo = [condition]
    while todo:
        node = todo.pop()
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, connector):
            todo += [node.args["expression"], node.this]
        else:
            yield node


def _members(node: exp.Expr) -> Iterator[exp.Expr]:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Tuple):
        yield from node.expressions
    else:
        yield node
