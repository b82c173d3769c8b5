"""The node kinds a query is made of: frozen values without behaviour. The compiler renders them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

Direction = Literal["asc", "desc"]
Nulls = Literal["first", "last"]
JoinKind = Literal["inner", "left", "right", "full", "cross"]
CompoundKind = Literal["union", "union all", "intersect", "except"]
FrameUnit = Literal["rows", "range", "groups"]
FrameExclude = Literal["no others", "current row", "group", "ties"]


@dataclass(frozen=True, slots=True)
class Node:
    """The root of all node kinds."""


N = TypeVar("N", bound=Node)


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """A column, with the name or alias of its table where that is said."""

    column: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Star(Node):
    """All columns, of one source or of all."""

    table: str | None = None


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A Python value, bound as a parameter."""

    value: object


@dataclass(frozen=True, slots=True)
class Param(Node):
    """A named placeholder whose value comes when a prepared query is run."""

    name: str


@dataclass(frozen=True, slots=True)
class Null(Node):
    """The SQL keyword NULL."""


@dataclass(frozen=True, slots=True)
class Fragment(Node):
    """SQL text of the caller's own with nodes between its pieces: `texts[0] nodes[0] texts[1] …`."""

    texts: tuple[str, ...]
    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary(Node):
    left: Node
    operator: str
    right: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class InList(Node):
    """`left IN (values)`; a placeholder in the place of the values takes a whole list."""

    left: Node
    values: tuple[object, ...] | Param
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class InQuery(Node):
    left: Node
    query: Select
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Between(Node):
    left: Node
    low: Node
    high: Node
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Like(Node):
    """`left LIKE pattern`; with `is_escaped` a backslash in the pattern quotes `%`, `_` and itself."""

    left: Node
    pattern: Node
    is_escaped: bool = False
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Exists(Node):
    query: Select


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row value, `(a, b)`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Case(Node):
    operand: Node | None
    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None = None


@dataclass(frozen=True, slots=True)
class Cast(Node):
    operand: Node
    type: str


@dataclass(frozen=True, slots=True)
class Collate(Node):
    operand: Node
    collation: str


@dataclass(frozen=True, slots=True)
class JsonPath(Node):
    """The value at a path inside JSON text: keys are strings, array positions are integers."""

    operand: Node
    path: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Order(Node):
    operand: Node
    direction: Direction = "asc"
    nulls: Nulls | None = None


@dataclass(frozen=True, slots=True)
class Frame(Node):
    """A window frame. Bounds: None unbounded, 0 current row, -n preceding, n following."""

    unit: FrameUnit
    start: int | None
    end: int | None
    exclude: FrameExclude | None = None


@dataclass(frozen=True, slots=True)
class Window(Node):
    partition_by: tuple[Node, ...] = ()
    order_by: tuple[Node, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Function(Node):
    name: str
    arguments: tuple[Node, ...]
    is_distinct: bool = False
    order_by: tuple[Node, ...] = ()
    filter: Node | None = None
    over: Window | None = None


@dataclass(frozen=True, slots=True)
class Subquery(Node):
    """A query in parentheses, as an operand or a source."""

    query: Select


@dataclass(frozen=True, slots=True)
class Aliased(Node):
    operand: Node
    alias: str


@dataclass(frozen=True, slots=True)
class TableName(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Join(Node):
    kind: JoinKind
    source: Node
    on: Node | None = None


@dataclass(frozen=True, slots=True)
class CommonTable(Node):
    """One `name(columns) AS [NOT] MATERIALIZED (query)` of a WITH clause."""

    name: str
    query: Select
    columns: tuple[str, ...] = ()
    is_recursive: bool = False
    is_materialized: bool | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Conflict(Node):
    """An ON CONFLICT clause; no `assignments` means DO NOTHING."""

    columns: tuple[Node, ...] = ()
    target_where: Node | None = None
    assignments: tuple[tuple[str, Node], ...] = ()
    where: Node | None = None


@dataclass(frozen=True, slots=True)
class Insert(Node):
    """An INSERT from `rows` or from a `query`; with neither, all columns take their defaults."""

    table: TableName
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Node, ...], ...] = ()
    query: Select | None = None
    common_tables: tuple[CommonTable, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    returning: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Update(Node):
    table: Node
    assignments: tuple[tuple[str, Node], ...] = ()
    sources: tuple[Node, ...] = ()
    joins: tuple[Join, ...] = ()
    common_tables: tuple[CommonTable, ...] = ()
    where: Node | None = None
    returning: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete(Node):
    table: Node
    common_tables: tuple[CommonTable, ...] = ()
    where: Node | None = None
    returning: tuple[Node, ...] = ()


Query: TypeAlias = Select | Insert | Update | Delete
"""The statements that read or write rows."""


def changed(node: N, changes: dict[str, object]) -> N:
    """Return the node with parts of it replaced, as `dataclasses.replace` does, in a quarter of its time."""
    kind = type(node)
    slots = _SLOTS.get(kind)
    if slots is None:
        members = [(f.name, kind.__dict__[f.name]) for f in fields(kind)]
        slots = _SLOTS[kind] = [(name, member.__get__, member.__set__) for name, member in members]
    new = object.__new__(kind)
    for name, get, put in slots:
        put(new, changes[name] if name in changes else get(node))
    return new


_SLOTS: dict[type, list[tuple[str, Any, Any]]] = {}
