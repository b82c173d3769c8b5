"""What an index could hold of an expression: a column of one table, or an expression over columns of one table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from noormme_py.errors import NoormmeError
from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Key
from noormme_py.optimize.reading.scopes import Output, Scope, Source, meaning

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.DPipe: "||",
    exp.BitwiseAnd: "&",
    exp.BitwiseOr: "|",
    exp.BitwiseLeftShift: "<<",
    exp.BitwiseRightShift: ">>",
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.Is: "is",
    exp.NullSafeEQ: "is",
    exp.NullSafeNEQ: "is not",
    exp.Like: "like",
    exp.Glob: "glob",
    exp.Escape: "escape",
    exp.And: "and",
    exp.Or: "or",
}
_PREFIXES: dict[type[exp.Expr], str] = {exp.Neg: "-", exp.BitwiseNot: "~", exp.Not: "not "}
# An index on what these give would not hold tomorrow what it holds today, and SQLite refuses it, some only
# when there is a row.
_FLEETING = frozenset({"now", "localtime", "utc"})


class Keys:
    """The keys of one statement's expressions. The laboratory has the last word on what can be indexed."""

    def __init__(self, lab: Laboratory) -> None:
        self._lab = lab
        self._known: dict[tuple[str, str], bool] = {}

    def of(self, expression: exp.Expr, scope: Scope) -> Iterator[tuple[Source, Key]]:
        """Yield each table that an index could serve the expression on, and its key.

        There are several where a subquery is a UNION.
        """
        todo = [(Output(expression, scope), "")]
        # Aliases that go round in a circle end here.
        for _ in range(50):
            if not todo:
                return
            output, collation = todo.pop()
            node = output.expression
            if isinstance(node, exp.Paren | exp.Alias):
                todo.append((Output(node.this, output.scope), collation))
            elif isinstance(node, exp.Collate):
                todo.append((Output(node.this, output.scope), collation or node.expression.name))
            elif isinstance(node, exp.Column):
                source, outputs = meaning(node, output.scope)
                todo += [(inner, collation) for inner in outputs]
                if source is not None and source.table is not None and not outputs:
                    name = source.column(node.name)
                    if name is not None:
                        yield source, collated(source, Key(name), collation)
            else:
                found = _of_one_table(node, output.scope)
                if found is not None and self._is_possible(found[0], f"({found[1]})"):
                    yield found[0], collated(found[0], Key(None, found[1]), collation)

    def condition(self, expression: exp.Expr, scope: Scope) -> tuple[Source, str] | None:
        """Return the one table that a condition speaks of and its text, when it could be a partial index's WHERE."""
        found = _of_one_table(expression, scope)
        return found if found is not None and self._is_possible(found[0], f"(1) where {found[1]}") else None

    def _is_possible(self, source: Source, definition: str) -> bool:
        assert source.table is not None
        known = (source.table.name, definition)
        if known not in self._known:
            try:
                self._lab.explain(f"create index {quote('noormme trial')} on {quote(source.table.name)} {definition}")
                self._known[known] = True
            except NoormmeError:
                self._known[known] = False
        return self._known[known]


def collated(source: Source, key: Key, collation: str) -> Key:
    """Return the key with the collation that a comparison asks for, where that is not its own."""
    if not collation or collation.upper() == own_collation(source, key):
        return key
    return replaced(key, collation=collation.upper())


def own_collation(source: Source, key: Key) -> str:
    """Return the collation that a key has when nobody asks for another."""
    if key.name is None or source.table is None:
        return "BINARY"
    return source.table.column(key.name).collation.upper()


def literal(node: exp.Expr) -> str | None:
    """Return a constant as SQL text, and None for what is none."""
    return _text(node, Scope(None, {}), set()) if not _needs_rows(node) else None


def _of_one_table(expression: exp.Expr, scope: Scope) -> tuple[Source, str] | None:
    sources: set[Source] = set()
    text = _text(expression, scope, sources)
    return (next(iter(sources)), text) if text is not None and len(sources) == 1 else None


def _needs_rows(node: exp.Expr) -> bool:
    while isinstance(node, exp.Paren | exp.Neg):
        node = node.this
    return not isinstance(node, exp.Literal | exp.Boolean | exp.HexString)


def _text(node: exp.Expr, scope: Scope, sources: set[Source], depth: int = 0) -> str | None:
    """Return the expression as SQLite would match it with an index's, or None when no index can hold it."""
    if depth > 40:
        return None
    if isinstance(node, exp.Column):
        return _column(node, scope, sources, depth)
    form = _form(node)
    if form is None:
        return _constant(node)
    parts = [_text(part, scope, sources, depth + 1) for part in form[0]]
    return None if None in parts else form[1].format(*parts)


def _constant(node: exp.Expr) -> str | None:
    match node:
        case exp.Literal(is_string=False):
            return str(node.this)
        case exp.Literal():
            return None if node.name.lower() in _FLEETING else "'" + node.name.replace("'", "''") + "'"
        case exp.HexString():
            return f"x'{node.name}'"
        case exp.Null():
            return "null"
        case exp.Boolean():
            return "true" if node.this else "false"
        case _:
            return None


def _form(node: exp.Expr) -> tuple[list[exp.Expr], str] | None:
    """Return the parts of an expression, and the text around them; None for one that has no parts, or is not known."""
    match node:
        case exp.Paren():
            return [node.this], "({})"
        case exp.Alias():
            return [node.this], "{}"
        case exp.Collate():
            return [node.this], f"{{}} collate {_verbatim(quote(node.expression.name))}"
        case exp.Anonymous(name="cast", expressions=[operand, exp.Var() as type_]):
            return [operand], f"cast({{}} as {_verbatim(type_.name)})"
        case exp.Anonymous(name="->" | "->>"):
            return node.expressions, f"{{}} {node.name} {{}}"
        case exp.Anonymous() if node.name != "+":
            # A unary plus is there to keep an index out.
            return node.expressions, f"{_verbatim(node.name)}({_listed(node.expressions)})"
        case exp.Between():
            return [node.this, node.args["low"], node.args["high"]], "{} between {} and {}"
        case exp.In() if node.expressions:
            return [node.this, *node.expressions], f"{{}} in ({_listed(node.expressions)})"
        case exp.Not(this=exp.Is(expression=exp.Null())):
            return [node.this.this], "{} is not null"
        case exp.Unary() if type(node) in _PREFIXES:
            return [node.this], _PREFIXES[type(node)] + "{}"
        case exp.Binary() if type(node) in _OPERATORS:
            return [node.this, node.expression], f"{{}} {_OPERATORS[type(node)]} {{}}"
        case _:
            return None


def _column(node: exp.Column, scope: Scope, sources: set[Source], depth: int) -> str | None:
    source, outputs = meaning(node, scope)
    if len(outputs) == 1:
        inner = _text(outputs[0].expression, outputs[0].scope, sources, depth + 1)
        is_plain = isinstance(outputs[0].expression, exp.Column)
        return inner if inner is None or is_plain else f"({inner})"
    if outputs or source is None or source.table is None:
        return None
    name = source.column(node.name)
    if name is None:
        return None
    sources.add(source)
    is_bare = name == node.name and not node.this.args.get("quoted")
    return name if is_bare else quote(name)


def _listed(parts: list[exp.Expr]) -> str:
    return ", ".join("{}" for _ in parts)


def _verbatim(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
