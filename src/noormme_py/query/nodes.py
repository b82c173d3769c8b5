"""The node kinds a query is made of: frozen values without behaviour. The compiler renders them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from noormme_py.frozen import frozen, sparse

Direction = Literal["asc", "desc"]
Nulls = Literal["first", "last"]
JoinKind = Literal["inner", "left", "right", "full", "cross"]
CompoundKind = Literal["union", "union all", "intersect", "except"]
FrameUnit = Literal["rows", "range", "groups"]
FrameExclude = Literal["no others", "current row", "group", "ties"]


@frozen
class Node:
    """The root of all node kinds."""


@frozen
class Ref(Node):
    """A column, with the name or alias of its table where that is said."""

    column: str
    table: str | None = None


@frozen
class Star(Node):
    """All columns, of one source or of all."""

    table: str | None = None


@frozen
class Value(Node):
    """A Python value, bound as a parameter."""

    value: object


@frozen
class Param(Node):
    """A named placeholder whose value comes when a prepared query is run."""

    name: str


@frozen
class Null(Node):
    """The SQL keyword NULL."""


@frozen
class Fragment(Node):
    """SQL text of the caller's own with nodes between its pieces: `texts[0] nodes[0] texts[1] …`."""

    texts: tuple[str, ...]
    nodes: tuple[Node, ...] = ()


@frozen
class Binary(Node):
    left: Node
    operator: str
    right: Node


@frozen
class Negative(Node):
    operand: Node


@frozen
class And(Node):
    items: tuple[Node, ...]


@frozen
class Or(Node):
    items: tuple[Node, ...]


@frozen
class Not(Node):
    operand: Node


@frozen
class InList(Node):
    """`left IN (values)`; a placeholder in the place of the values takes a whole list."""

    left: Node
    values: tuple[object, ...] | Param
    is_negated: bool = False


@frozen
class InQuery(Node):
    left: Node
    query: Select
    is_negated: bool = False


@frozen
class Between(Node):
    left: Node
    low: Node
    high: Node
    is_negated: bool = False


@frozen
class Like(Node):
    """`left LIKE pattern`; with `is_escaped` a backslash in the pattern quotes `%`, `_` and itself."""

    left: Node
    pattern: Node
    is_escaped: bool = False
    is_negated: bool = False


@frozen
class Exists(Node):
    query: Select


@frozen
class Row(Node):
    """A row value, `(a, b)`."""

    items: tuple[Node, ...]


@frozen
class Case(Node):
    operand: Node | None
    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None = None


@frozen
class Cast(Node):
    operand: Node
    type: str


@frozen
class Collate(Node):
    operand: Node
    collation: str


@frozen
class JsonPath(Node):
    """The value at a path inside JSON text: keys are strings, array positions are integers."""

    operand: Node
    path: tuple[str | int, ...]


@frozen
class Order(Node):
    operand: Node
    direction: Direction = "asc"
    nulls: Nulls | None = None


@frozen
class Frame(Node):
    """A window frame. Bounds: None unbounded, 0 current row, -n preceding, n following."""

    unit: FrameUnit
    start: int | None
    end: int | None
    exclude: FrameExclude | None = None


@frozen
class Window(Node):
    partition_by: tuple[Node, ...] = ()
    order_by: tuple[Node, ...] = ()
    frame: Frame | None = None


@frozen
class Function(Node):
    name: str
    arguments: tuple[Node, ...]
    is_distinct: bool = False
    order_by: tuple[Node, ...] = ()
    filter: Node | None = None
    over: Window | None = None


@frozen
class Subquery(Node):
    """A query in parentheses, as an operand or a source."""

    query: Select


@frozen
class Aliased(Node):
    operand: Node
    alias: str


@frozen
class TableName(Node):
    name: str


@frozen
class Join(Node):
    kind: JoinKind
    source: Node
    on: Node | None = None


@frozen
class CommonTable(Node):
    """One `name(columns) AS [NOT] MATERIALIZED (query)` of a WITH clause."""

    name: str
    query: Select
    columns: tuple[str, ...] = ()
    is_recursive: bool = False
    is_materialized: bool | None = None


@sparse
class Select(Node):
    """A SELECT; `compounds` are joined to it, and ordering and limits are those of the whole."""

    sources: tuple[Node, ...] = ()
    items: tuple[Node, ...] = ()
    common_tables: tuple[CommonTable, ...] = ()
    is_distinct: bool = False
    joins: tuple[Join, ...] = ()
    where: Node | None = None
    group_by: tuple[Node, ...] = ()
    having: Node | None = None
    compounds: tuple[tuple[CompoundKind, Select], ...] = ()
    order_by: tuple[Node, ...] = ()
    limit: Node | None = None
    offset: Node | None = None


@frozen
class Conflict(Node):
    """An ON CONFLICT clause; no `assignments` means DO NOTHING."""

    columns: tuple[Node, ...] = ()
    target_where: Node | None = None
    assignments: tuple[tuple[str, Node], ...] = ()
    where: Node | None = None


@sparse
class Insert(Node):
    """An INSERT from `rows` or from a `query`; with neither, all columns take their defaults."""

    table: TableName
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Node, ...], ...] = ()
    query: Select | None = None
    common_tables: tuple[CommonTable, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    returning: tuple[Node, ...] = ()


@sparse
class Update(Node):
    """An UPDATE; `sources` and `joins` are what it takes values from."""

    table: Node
    assignments: tuple[tuple[str, Node], ...] = ()
    sources: tuple[Node, ...] = ()
    joins: tuple[Join, ...] = ()
    common_tables: tuple[CommonTable, ...] = ()
    where: Node | None = None
    returning: tuple[Node, ...] = ()


@sparse
class Delete(Node):
    """A DELETE."""

    table: Node
    common_tables: tuple[CommonTable, ...] = ()
    where: Node | None = None
    returning: tuple[Node, ...] = ()


Query: TypeAlias = Select | Insert | Update | Delete
"""The statements that read or write rows."""
