"""SQL functions by name. A string argument names a column; other data is bound; `val("x")` binds text."""

from __future__ import annotations

from noormme_py.errors import CompileError
from noormme_py.frozen import replaced
from noormme_py.query import nodes, operands
from noormme_py.query.expressions import Expression
from noormme_py.query.operands import Operand


def rows(start: int | None, end: int | None, *, exclude: nodes.FrameExclude | None = None) -> nodes.Frame:
    """Return a window frame of rows: None unbounded, 0 the current row, -n before it, n after it."""
    return nodes.Frame("rows", start, end, exclude)


def range_(start: int | None, end: int | None, *, exclude: nodes.FrameExclude | None = None) -> nodes.Frame:
    """Return a window frame by distance in the ordering value; bounds as for `rows`."""
    return nodes.Frame("range", start, end, exclude)


def groups(start: int | None, end: int | None, *, exclude: nodes.FrameExclude | None = None) -> nodes.Frame:
    """Return a window frame of groups of peers; bounds as for `rows`."""
    return nodes.Frame("groups", start, end, exclude)


class FunctionExpression(Expression):
    """A function call, which may be made distinct, filtered, or computed over a window."""

    __slots__ = ()
    node: nodes.Function

    def distinct(self) -> FunctionExpression:
        """Aggregate each value once."""
        return FunctionExpression(replaced(self.node, is_distinct=True))

    def filter(self, condition: str | Operand, operator: str | None = None, value: object = None) -> FunctionExpression:
        """Aggregate only the rows for which the condition holds: `filter("age", ">", 18)`."""
        met = operands.condition(condition, operator, value)
        return FunctionExpression(replaced(self.node, filter=operands.conjoin(self.node.filter, met)))

    def order_by(self, *items: object) -> FunctionExpression:
        """Aggregate in an order (SQLite 3.44 or newer)."""
        return FunctionExpression(replaced(self.node, order_by=tuple(map(operands.reference, items))))

    def over(
        self,
        *,
        partition_by: object = (),
        order_by: object = (),
        frame: nodes.Frame | None = None,
    ) -> FunctionExpression:
        """Compute it over a window; `partition_by` and `order_by` take one column or a list."""
        window = nodes.Window(_columns(partition_by), _columns(order_by), frame)
        return FunctionExpression(replaced(self.node, over=window))


def _columns(items: object) -> tuple[nodes.Node, ...]:
    several = items if isinstance(items, tuple | list) else (items,)
    return tuple(map(operands.reference, several))


class Functions:
    """The functions of SQLite under their own names; `call` reaches any other."""

    __slots__ = ()

    def call(self, name: str, *arguments: object) -> FunctionExpression:
        """Return a call of a function by name."""
        if not isinstance(name, str):
            raise CompileError(f"a function is named by a string, not by {type(name).__name__}")
        return FunctionExpression(nodes.Function(name, tuple(map(operands.argument, arguments))))

    def count(self, column: object = None) -> FunctionExpression:
        """Count rows, or the values of a column that are not NULL."""
        if column is None:
            return FunctionExpression(nodes.Function("count", (nodes.Star(),)))
        return self.call("count", column)

    def sum(self, column: object) -> FunctionExpression:
        return self.call("sum", column)

    def total(self, column: object) -> FunctionExpression:
        """Sum as a float, 0.0 when there is nothing to sum."""
        return self.call("total", column)

    def avg(self, column: object) -> FunctionExpression:
        return self.call("avg", column)

    def min(self, *columns: object) -> FunctionExpression:
        return self.call("min", *columns)

    def max(self, *columns: object) -> FunctionExpression:
        return self.call("max", *columns)

    def group_concat(self, column: object, separator: str = ",") -> FunctionExpression:
        # SQLite takes DISTINCT only where there is no second argument.
        return self.call("group_concat", column, *(() if separator == "," else _texts((separator,))))

    def coalesce(self, *items: object) -> FunctionExpression:
        if len(items) < 2:
            raise CompileError("coalesce takes two or more arguments")
        return self.call("coalesce", *items)

    def nullif(self, item: object, other: object) -> FunctionExpression:
        return self.call("nullif", item, other)

    def lower(self, item: object) -> FunctionExpression:
        return self.call("lower", item)

    def upper(self, item: object) -> FunctionExpression:
        return self.call("upper", item)

    def length(self, item: object) -> FunctionExpression:
        return self.call("length", item)

    def trim(self, item: object) -> FunctionExpression:
        return self.call("trim", item)

    def substr(self, item: object, start: object, length: object = None) -> FunctionExpression:
        return self.call("substr", item, start, *(() if length is None else (length,)))

    def replace(self, item: object, old: object, new: object) -> FunctionExpression:
        """Return the text with each `old` made `new`; both are data, also as strings."""
        return self.call("replace", item, *(Operand(operands.operand(text)) for text in (old, new)))

    def abs(self, item: object) -> FunctionExpression:
        return self.call("abs", item)

    def round(self, item: object, digits: int = 0) -> FunctionExpression:
        return self.call("round", item, digits)

    def date(self, item: object, *modifiers: str) -> FunctionExpression:
        return self.call("date", item, *_texts(modifiers))

    def datetime(self, item: object, *modifiers: str) -> FunctionExpression:
        return self.call("datetime", item, *_texts(modifiers))

    def strftime(self, format: str, item: object, *modifiers: str) -> FunctionExpression:
        return self.call("strftime", *_texts((format,)), item, *_texts(modifiers))

    def row_number(self) -> FunctionExpression:
        return self.call("row_number")

    def rank(self) -> FunctionExpression:
        return self.call("rank")

    def dense_rank(self) -> FunctionExpression:
        return self.call("dense_rank")

    def percent_rank(self) -> FunctionExpression:
        return self.call("percent_rank")

    def cume_dist(self) -> FunctionExpression:
        return self.call("cume_dist")

    def ntile(self, buckets: int) -> FunctionExpression:
        return self.call("ntile", buckets)

    def lag(self, column: object, offset: int = 1) -> FunctionExpression:
        return self.call("lag", column, offset)

    def lead(self, column: object, offset: int = 1) -> FunctionExpression:
        return self.call("lead", column, offset)

    def first_value(self, column: object) -> FunctionExpression:
        return self.call("first_value", column)

    def last_value(self, column: object) -> FunctionExpression:
        return self.call("last_value", column)

    def nth_value(self, column: object, position: int) -> FunctionExpression:
        return self.call("nth_value", column, position)


def _texts(items: tuple[str, ...]) -> list[Operand]:
    return [Operand(nodes.Value(item)) for item in items]


fn = Functions()
