"""Raw SQL: what kind of statement a text is, its parameters encoded, scripts and bulk writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from noormme_py.client.catalog import Catalog
from noormme_py.client.results import Result, raw_insertion, raw_result
from noormme_py.codec.encode import Binder
from noormme_py.codec.kinds import encode_untyped
from noormme_py.errors import CompileError, EncodeError, QueryError, TransactionError
from noormme_py.frozen import frozen
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.compiler import compile_fragment
from noormme_py.query.expressions import Expression
from noormme_py.query.statement import (
    ManyStatement,
    Operation,
    Parameters,
    Raw,
    Statement,
    ask,
    ask_many,
    atomic,
    nothing,
)
from noormme_py.query.tokens import main_verb, split_script, tokens
from noormme_py.query.write_target import write_target
from noormme_py.schema.model import Schema

Kind = Literal["read", "write", "definition", "bare"]

_READS = frozenset({"SELECT", "VALUES", "EXPLAIN"})
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})
_BARE = frozenset({"VACUUM", "ATTACH", "DETACH", "PRAGMA"})
_TRANSACTIONS = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
# SQLite drops the first without a word, and the second once something was written; the third it refuses.
_KEPT_IN_TRANSACTIONS = frozenset({"foreign_keys", "journal_mode", "synchronous"})


@frozen
class RawStatement:
    """One statement of the caller's own text, and which way it goes."""

    kind: Kind
    statement: Statement[Result]

    @classmethod
    def of(
        cls, sql: str | Expression, parameters: Sequence[object] | Mapping[str, object], catalog: Catalog
    ) -> RawStatement:
        """Return the statement; raises QueryError for several, TransactionError for transaction control."""
        if isinstance(sql, Expression):
            if not isinstance(sql.node, nodes.Fragment):
                raise CompileError("only a sql(…) fragment is a statement of its own")
            if parameters:
                raise QueryError("a sql(…) fragment carries its own values")
            text, slots = compile_fragment(sql.node, catalog.schema)
            encoded: Parameters = Binder(slots, catalog.codecs)()
        else:
            text, encoded = _text(sql), encode_parameters(parameters)
        if ";" in text and len(split_script(text)) > 1:
            raise QueryError("this is more than one statement", hint="use execute_script")
        kind = kind_of(text)
        gives_rowid = kind == "write" and _gives_rowid(text, catalog.schema)
        return cls(kind, Statement(text, encoded, raw_insertion if gives_rowid else raw_result))

    def make(self, _: Catalog) -> Operation[Result]:
        """Return the operation that runs it."""
        return ask(self.statement)


def kind_of(sql: str) -> Kind:
    """Return which way a statement goes; raises QueryError for none, TransactionError for a BEGIN and its like."""
    verb = main_verb(sql)
    if not verb:
        raise QueryError("there is no statement in this SQL")
    if verb in _TRANSACTIONS:
        raise TransactionError(f"{verb} is not run as SQL", hint="use `async with db.transaction() as tx`")
    if verb in _READS:
        return "read"
    if verb in _WRITES:
        return "write"
    return "bare" if verb in _BARE else "definition"


def check_inside_transaction(sql: str) -> None:
    """Raise TransactionError for a pragma that keeps its value as long as a transaction is open."""
    verb, *words = [fold(token.identifier) for token in tokens(sql) if token.text != ";"]
    # PRAGMA [schema.]name, and then = value or (value) where it is to be set.
    if words[1:2] == ["."]:
        words = words[2:]
    if verb == "pragma" and len(words) > 1 and words[0] in _KEPT_IN_TRANSACTIONS:
        raise TransactionError(
            f"the pragma {words[0]} cannot be set inside a transaction",
            hint="set it in the configuration, or with db.execute before the transaction begins",
        )


def encode_parameters(parameters: Sequence[object] | Mapping[str, object]) -> Parameters:
    """Encode parameters by their own types; raises EncodeError naming the place, not the value."""
    if isinstance(parameters, Mapping):
        return {name: _encode(value, repr(name)) for name, value in parameters.items()}
    if isinstance(parameters, str | bytes) or not isinstance(parameters, Sequence):
        raise QueryError(f"parameters are a sequence or a mapping, not {type(parameters).__name__}")
    return [_encode(value, str(index)) for index, value in enumerate(parameters, 1)]


def many(sql: str, batches: Iterable[Sequence[object]]) -> Callable[[], Operation[int]]:
    """Return what makes the operation that runs a write for each set of parameters."""
    if kind_of(_text(sql)) != "write":
        raise QueryError("execute_many takes an INSERT, UPDATE or DELETE")
    if not isinstance(batches, Iterable):
        raise QueryError(f"execute_many takes a list of sequences of parameters, not {type(batches).__name__}")

    is_begun = False

    def encoded() -> Iterator[Sequence[Raw]]:
        nonlocal is_begun
        if is_begun and isinstance(batches, Iterator):
            raise QueryError(
                "the write was to be done again, and its parameters could be read once only; nothing was written",
                hint="give execute_many a list, or call it again",
            )
        is_begun = True
        for batch in batches:
            parameters = encode_parameters(batch)
            if isinstance(parameters, dict):
                raise QueryError("execute_many takes sequences of parameters")
            yield parameters

    return lambda: atomic(ask_many(ManyStatement(sql, encoded())))


def split(script: str) -> list[str]:
    """Split a script into statements; raises TransactionError where it has transactions of its own."""
    statements = split_script(_text(script))
    for statement in statements:
        if kind_of(statement) == "bare":
            raise TransactionError(
                f"{main_verb(statement)} does not run inside the transaction of a script",
                hint="use execute for it",
            )
    return statements


def script(statements: Iterable[str]) -> Operation[None]:
    """Run statements that take no parameters."""
    for statement in statements:
        yield from ask(Statement(statement, (), nothing))


def _text(sql: object) -> str:
    if not isinstance(sql, str):
        raise QueryError(f"SQL is a str, not {type(sql).__name__}")
    return sql


def _gives_rowid(sql: str, schema: Schema) -> bool:
    """Tell whether SQLite's last rowid is of a row that this statement inserts, once it has changed rows."""
    target = write_target(sql)
    if target is None or target.verb not in ("INSERT", "REPLACE"):
        return False
    # An upsert may have changed a row instead, and then the rowid is that of some earlier INSERT.
    words = [token.keyword for token in tokens(sql)] if "conflict" in sql.lower() else []
    if ("DO", "UPDATE") in pairwise(words):
        return False
    table = target.table_in(schema)
    return table is None or table.has_rowid


def _encode(value: object, place: str) -> Raw:
    try:
        return encode_untyped(value)
    except (ValueError, TypeError) as fault:
        raise EncodeError(f"parameter {place}: {fault}") from None
