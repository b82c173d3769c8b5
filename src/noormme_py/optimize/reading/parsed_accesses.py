"""What a statement asks of its tables, by its text as sqlglot parses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlglot import exp

from noormme_py.names import fold
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access
from noormme_py.optimize.reading.parsed_keys import Keys
from noormme_py.optimize.reading.parsed_order import grouped_by, set_order
from noormme_py.optimize.reading.parsed_sql import body_of_view, parsed
from noormme_py.optimize.reading.parsed_terms import Conditions
from noormme_py.optimize.reading.scopes import Nested, Output, Scope, Source, TableExpression, bases, meaning
from noormme_py.schema.model import Schema, Table

_QUERIES = (exp.Select, exp.SetOperation, exp.Values)
# Views on views, and table expressions that each name another twice, can grow without end.
_MOST_SOURCES = 200


def parsed_accesses(sql: str, schema: Schema, lab: Laboratory) -> tuple[Access, ...] | None:
    """Return what a statement asks of each table it names; None for a text that cannot be parsed."""
    tree = parsed(sql)
    if tree is None:
        return None
    reader = Reader(schema, lab)
    try:
        reader.statement(tree)
    except RecursionError:
        return None
    return tuple(source.access() for source in reader.tables) if reader.is_whole else None


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition that holds for each row, where its names are known, and the tables that it is on."""

    condition: exp.Expr
    scope: Scope
    tables: frozenset[Source]


class Reader:
    """It reads one statement. `filters` are its conditions; it is not `is_whole` when a view could not be read."""

    def __init__(self, schema: Schema, lab: Laboratory) -> None:
        self.tables: list[Source] = []
        self.filters: list[Filter] = []
        self.is_whole = True
        self.keys = Keys(lab)
        self._schema = schema
        self._made = 0
        self._nested: Nested = {}
        self._touched: set[tuple[int, Scope]] = set()
        self._opened: list[TableExpression] = []
        self._views: dict[str, exp.Expr | None] = {}

    def statement(self, node: exp.Expr) -> None:
        known = self._with(node, {})
        if isinstance(node, exp.Update | exp.Delete):
            self._write(node, known)
        elif isinstance(node, exp.Insert):
            self._insert(node, known)
        else:
            self._query(node, None, known, is_wanted=True)

    def _write(self, node: exp.Expr, known: Mapping[str, TableExpression]) -> None:
        scope = Scope(None, known)
        joins = [*self._from(node.this, scope), *self._froms(node, scope)]
        for assigned in node.expressions:
            # What is assigned to is not read.
            self._touch(assigned.expression if isinstance(assigned, exp.EQ) else assigned, scope)
        self._touch_parts(node, ("where", "returning", "order"), scope)
        self._filter(node, scope, joins)

    def _insert(self, node: exp.Expr, known: Mapping[str, TableExpression]) -> None:
        if node.args.get("expression") is not None:
            self._query(node.expression, None, known, is_wanted=True)
        # The row is found by the key that it is in conflict with, for which there is an index.
        scope = Scope(None, known, [Source("", is_open=True)])
        self._touch_parts(node, ("conflict", "returning"), scope)

    def _with(self, node: exp.Expr, known: Mapping[str, TableExpression]) -> Mapping[str, TableExpression]:
        clause = _clause(node, "with")
        if clause is None:
            return known
        named = dict(known)
        for each in clause.expressions:
            columns = tuple(column.name for column in each.args["alias"].columns) if each.args.get("alias") else ()
            # A later one knows the earlier ones, and SQLite lets each know all.
            named[fold(each.alias)] = TableExpression(each.this, columns, named)
        return named

    def _query(
        self, node: exp.Expr, parent: Scope | None, known: Mapping[str, TableExpression], *, is_wanted: bool
    ) -> Source:
        """Read a query and return it as a source, without a name."""
        while isinstance(node, exp.Subquery | exp.Paren):
            known = self._with(node, known)
            node = node.this
        known = self._with(node, known)
        if isinstance(node, exp.SetOperation):
            return self._compound(node, parent, known, is_wanted=is_wanted)
        if isinstance(node, exp.Select):
            return self._select(node, parent, known, is_wanted=is_wanted)
        scope = Scope(parent, known)
        if isinstance(node, exp.Table):
            self._filter(node, scope, list(self._from(node, scope)))
            return _given([*_star(scope, scope.sources)], scope, is_closed=False)
        for child in node.iter_expressions():
            self._touch(child, scope)
        return Source("", is_open=True)

    def _compound(
        self, node: exp.Expr, parent: Scope | None, known: Mapping[str, TableExpression], *, is_wanted: bool
    ) -> Source:
        is_all = isinstance(node, exp.Union) and not node.args.get("distinct")
        sides = [
            self._query(side, parent, known, is_wanted=is_wanted or not is_all)
            for side in (node.this, node.args["expression"])
        ]
        outputs: dict[str, list[Output]] = {}
        for (name, first), second in zip(sides[0].outputs.items(), sides[1].outputs.values(), strict=False):
            outputs[name] = [*first, *second]
        made = Source(
            "",
            outputs=outputs,
            is_closed=any(side.is_closed for side in sides) or node.args.get("limit") is not None,
            is_open=any(side.is_open for side in sides),
            within=tuple(sides),
        )
        if node.args.get("order") is not None and not made.is_closed:
            scope = Scope(None, known, [made])
            set_order(node, [*_star(scope, [made])], scope, self.keys)
        return made

    def _select(
        self, node: exp.Expr, parent: Scope | None, known: Mapping[str, TableExpression], *, is_wanted: bool
    ) -> Source:
        scope = Scope(parent, known)
        for each in reversed(node.expressions):
            if isinstance(each, exp.Alias):
                scope.aliases[fold(each.alias)] = each.this
        joins = list(self._froms(node, scope))
        outputs = list(self._outputs(node, scope))
        if is_wanted or node.args.get("distinct") is not None:
            for _, output in outputs:
                self._touch(output.expression, scope)
        self._touch_parts(node, ("where", "group", "having", "order", "windows", "limit", "offset"), scope)
        self._filter(node, scope, joins)
        set_order(node, outputs, scope, self.keys)
        return _given(outputs, scope, is_closed=node.args.get("limit") is not None)

    def _filter(self, node: exp.Expr, scope: Scope, joins: list[_Join]) -> None:
        for condition, _ in joins:
            self._touch(condition, scope)
        needed = self._needed(node, scope, joins)
        for condition, tables in joins:
            self._apply(condition, scope, None if tables is None or tables & needed else tables)
        if node.args.get("where") is not None:
            self._apply(node.args["where"].this, scope, None)
        having = node.args.get("having")
        if having is not None:
            # On what is grouped by, it can be asked before; on the groups it cannot.
            grouped = set(grouped_by(node, scope, self.keys))
            asked = Conditions(self.keys, scope, self._nested, scope.within()).asked(having.this)
            for source, found in asked.items():
                source.terms += [term for term in found.terms if (source, term.key) in grouped]

    def _needed(self, node: exp.Expr, scope: Scope, joins: list[_Join]) -> set[Source]:
        """Return the tables that a row must be there of: an outer join of one is none, as SQLite knows too."""
        if all(tables is None for _, tables in joins):
            return set()
        conditions = [condition for condition, tables in joins if tables is None]
        conditions += [node.args["where"].this] if node.args.get("where") is not None else []
        asked = Conditions(self.keys, scope, self._nested, scope.within()).asked
        return {
            source
            for condition in conditions
            for source, found in asked(condition).items()
            if any(term.comparison != "is null" for term in found.terms)
        }

    def _apply(self, condition: exp.Expr, scope: Scope, tables: frozenset[Source] | None) -> None:
        within = scope.within() if tables is None else tables
        self.filters.append(Filter(condition, scope, within))
        for source, found in Conditions(self.keys, scope, self._nested, within).asked(condition).items():
            source.terms += found.terms
            source.branches += found.branches
            source.conditions += found.conditions

    def _froms(self, node: exp.Expr, scope: Scope) -> Iterator[_Join]:
        clause = _clause(node, "from")
        if clause is not None:
            yield from self._from(clause.this, scope)
        for join in node.args.get("joins") or ():
            yield from self._join(join, scope)

    def _join(self, join: exp.Expr, scope: Scope) -> Iterator[_Join]:
        before = list(scope.sources)
        yield from self._from(join.this, scope)
        joined = scope.sources[len(before) :]
        # The rows of an outer join's left side stay, whatever it says of them; SQLite takes the right side last.
        tables = frozenset(base for source in joined for base in bases(source)) if join.text("side") else None
        if join.args.get("on") is not None:
            yield join.args["on"], tables
        names = [name.name for name in join.args.get("using") or ()]
        if join.text("method").upper() == "NATURAL":
            names = [
                name for source in joined for name in _names(source) if any(left.has(fold(name)) for left in before)
            ]
        for name in names:
            left = next((source for source in before if source.has(fold(name))), None)
            right = next((source for source in joined if source.has(fold(name))), None)
            if left is not None and right is not None:
                yield exp.EQ(this=_column(name, left), expression=_column(name, right)), tables

    def _from(self, node: exp.Expr, scope: Scope) -> Iterator[_Join]:
        if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.this, exp.Table):
            # Parentheses around a join hide nothing.
            yield from self._from(node.this, scope)
        else:
            self._made += 1
            alias = node.alias_or_name or f"subquery {self._made}"
            scope.sources.append(self._source(node, alias, scope))
        for join in node.args.get("joins") or ():
            yield from self._join(join, scope)

    def _source(self, node: exp.Expr, alias: str, scope: Scope) -> Source:
        if self._made > _MOST_SOURCES:
            return Source(alias, is_open=True)
        if not isinstance(node, exp.Table):
            return _named(self._query(node, scope.parent, scope.known, is_wanted=False), alias)
        if not isinstance(node.this, exp.Identifier):
            # A function that gives a table.
            self._touch(node.this, scope)
            return Source(alias, is_open=True)
        named = None if node.text("db") else scope.known.get(fold(node.name))
        if named is not None:
            return self._table_expression(named, alias)
        table = self._schema.find_table(node.name) if fold(node.text("db")) in ("", "main") else None
        if table is None:
            return Source(alias, is_open=True)
        if table.kind == "view":
            return self._view(table, alias)
        if table.kind != "table":
            return Source(alias, outputs={fold(name): [] for name in table.column_names}, is_closed=True)
        self.tables.append(Source(alias, table))
        return self.tables[-1]

    def _table_expression(self, named: TableExpression, alias: str) -> Source:
        if named in self._opened:
            # It names itself: the rows found so far, by no index.
            return Source(alias, is_open=True, is_closed=True)
        self._opened.append(named)
        try:
            return _named(self._query(named.query, None, named.known, is_wanted=False), alias, named.columns)
        finally:
            self._opened.pop()

    def _view(self, table: Table, alias: str) -> Source:
        if table.name not in self._views:
            self._views[table.name] = parsed(body_of_view(table.sql))
        body = self._views[table.name]
        if body is None:
            self.is_whole = False
            return Source(alias, is_open=True)
        return _named(self._query(body, None, {}, is_wanted=False), alias, table.column_names)

    def _outputs(self, node: exp.Expr, scope: Scope) -> Iterator[tuple[str, Output]]:
        for each in node.expressions:
            if isinstance(each, exp.Star):
                yield from _star(scope, scope.sources)
            elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
                named = fold(each.text("table"))
                yield from _star(scope, [source for source in scope.sources if fold(source.alias) == named])
            else:
                yield fold(each.alias_or_name), Output(each, scope)

    def _touch_parts(self, node: exp.Expr, parts: tuple[str, ...], scope: Scope) -> None:
        for part in parts:
            found = node.args.get(part)
            for each in found if isinstance(found, list) else [found]:
                if each is not None:
                    self._touch(each, scope)

    def _touch(self, expression: exp.Expr, scope: Scope) -> None:
        """Note the columns that an expression reads, and read the queries in it."""
        todo = [Output(expression, scope)]
        while todo:
            output = todo.pop()
            node = output.expression
            seen = (id(node), output.scope)
            if isinstance(node, _QUERIES):
                if seen not in self._nested:
                    border = Scope(output.scope, output.scope.known)
                    self._nested[seen] = border.free
                    self._query(node, border, output.scope.known, is_wanted=True)
            elif isinstance(node, exp.Column):
                if seen not in self._touched:
                    self._touched.add(seen)
                    todo += _read(node, output.scope)
            else:
                todo += [
                    Output(child, output.scope)
                    for child in node.iter_expressions()
                    # `x in t` names a table.
                    if not (isinstance(node, exp.In) and child is node.args.get("field"))
                ]


_Join: TypeAlias = tuple[exp.Expr, frozenset[Source] | None]
"""A condition of a join, and the tables that it filters, None for all."""


def _read(column: exp.Column, scope: Scope) -> list[Output]:
    resolved = scope.find(column)
    if resolved is None:
        return meaning(column, scope)[1]
    source, name = resolved
    if source.table is None:
        return source.outputs.get(name, [])
    held = source.column(name)
    if held is not None:
        source.columns.add(held)
    return []


def _star(scope: Scope, sources: list[Source]) -> Iterator[tuple[str, Output]]:
    for source in sources:
        for name in _names(source):
            yield fold(name), Output(_column(name, source), scope)


def _names(source: Source) -> list[str]:
    if source.table is not None:
        return [column.name for column in source.table.visible_columns]
    return list(source.outputs)


def _column(name: str, source: Source) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=name, quoted=True), table=exp.Identifier(this=source.alias, quoted=True))


def _given(outputs: list[tuple[str, Output]], scope: Scope, *, is_closed: bool) -> Source:
    named: dict[str, list[Output]] = {}
    for name, output in outputs:
        # Of two columns of a name, the second cannot be asked for.
        named[name if name not in named else f"{name}:{len(named)}"] = [output]
    is_open = any(source.is_open for source in scope.sources)
    return Source("", outputs=named, is_open=is_open, is_closed=is_closed, within=tuple(scope.sources))


def _named(source: Source, alias: str, columns: tuple[str, ...] = ()) -> Source:
    outputs = source.outputs
    if columns:
        outputs = {fold(name): given for name, given in zip(columns, outputs.values(), strict=False)}
    return replace(source, alias=alias, outputs=outputs)


def _clause(node: exp.Expr, name: str) -> exp.Expr | None:
    """Return the clause, which releases of sqlglot call by a keyword of Python or not."""
    found: exp.Expr | None = node.args.get(f"{name}_") or node.args.get(name)
    return found
