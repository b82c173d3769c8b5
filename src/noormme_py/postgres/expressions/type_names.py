"""Names of types in casts: what sqlglot read, by the names that PostgreSQL's catalog has for them."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from noormme_py.frozen import frozen
from noormme_py.postgres.expressions.term import Refused

_KIND = exp.DType
_NAMES: Final[dict[exp.DType, str]] = {
    _KIND.SMALLINT: "int2",
    _KIND.INT: "int4",
    _KIND.BIGINT: "int8",
    _KIND.FLOAT: "float4",
    _KIND.DOUBLE: "float8",
    _KIND.DECIMAL: "numeric",
    _KIND.MONEY: "money",
    _KIND.BOOLEAN: "bool",
    _KIND.TEXT: "text",
    _KIND.VARCHAR: "varchar",
    _KIND.CHAR: "bpchar",
    _KIND.BPCHAR: "bpchar",
    _KIND.NAME: "name",
    _KIND.DATE: "date",
    _KIND.TIME: "time",
    _KIND.TIMETZ: "timetz",
    _KIND.TIMESTAMP: "timestamp",
    _KIND.TIMESTAMPTZ: "timestamptz",
    _KIND.INTERVAL: "interval",
    _KIND.UUID: "uuid",
    _KIND.VARBINARY: "bytea",
    _KIND.JSON: "json",
    _KIND.JSONB: "jsonb",
    _KIND.INET: "inet",
    _KIND.XML: "xml",
    _KIND.BIT: "bit",
    _KIND.HSTORE: "hstore",
}
_SYSTEM = "pg_catalog"


@frozen
class TypeName:
    """The type that a cast asks for. `digits` and `scale` are those of numeric(p,s), `length` that of varchar(n).

    `is_limited` says that there is a limit of another type: the digits of a timestamp's seconds, the bits of bit(3).
    """

    name: str
    digits: int | None = None
    scale: int | None = None
    length: int | None = None
    is_limited: bool = False


def type_name(node: exp.Expr) -> TypeName:
    """Return the type that was read; raises Refused for one without a name."""
    if isinstance(node, exp.ObjectIdentifier):
        return TypeName(str(node.this).lower())
    if not isinstance(node, exp.DataType):
        raise Refused("a cast to a type that is not known")
    if node.this is _KIND.USERDEFINED:
        return TypeName(_own_name(node.args.get("kind")))
    if node.this is _KIND.ARRAY:
        inner = node.expressions
        if len(inner) != 1:
            raise Refused("an array of a type that is not known")
        element = type_name(inner[0])
        # PostgreSQL does not tell arrays of arrays from arrays.
        return element if element.name.startswith("_") else TypeName(f"_{element.name}")
    if isinstance(node.this, exp.Interval):
        return TypeName("interval", is_limited=True)
    # Of those that are not listed, ranges and such, nothing but the name is of interest.
    name = _NAMES.get(node.this) or str(node.this).rpartition(".")[2].lower()
    return _limited(name, node.this, [_number(parameter) for parameter in node.expressions])


def _limited(name: str, node_kind: exp.DType, limits: list[int]) -> TypeName:
    if name == "numeric" and limits:
        return TypeName(name, limits[0], limits[1] if len(limits) > 1 else 0)
    if name in ("varchar", "bpchar"):
        # `char` alone is char(1), and `bpchar` has no limit.
        return TypeName(name, length=limits[0] if limits else 1 if node_kind is _KIND.CHAR else None)
    return TypeName(name, is_limited=bool(limits))


def _number(parameter: exp.Expr) -> int:
    text = parameter.name
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refused("a cast to a type with a limit that is no number")
    return int(text)


def _own_name(node: object) -> str:
    if isinstance(node, exp.Dot):
        schema, named = node.this, node.expression
        return named.name if schema.name != _SYSTEM else _own_name(named)
    if isinstance(node, exp.Identifier):
        return str(node.this) if node.args.get("quoted") else str(node.this).lower()
    if isinstance(node, str):
        return node.lower()
    raise Refused("a cast to a type that is not known")
