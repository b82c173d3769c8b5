"""Which table and columns a violated constraint is about, where SQLite's message does not say, or not clearly."""

from __future__ import annotations

from collections.abc import Iterator

from noormme_py.errors import CheckViolation, ConstraintError, ForeignKeyViolation
from noormme_py.names import fold
from noormme_py.query.tokens import tokens
from noormme_py.query.write_target import WriteTarget, write_target
from noormme_py.schema.model import Check, ForeignKey, Schema, Table

_Keys = list[tuple[Table, ForeignKey]]


def located(fault: ConstraintError, schema: Schema) -> ConstraintError:
    """Return the error with its table and columns filled in, as far as the schema tells them."""
    if fault.table is not None:
        _split(fault, schema)
    elif isinstance(fault, CheckViolation | ForeignKeyViolation):
        target = write_target(fault.sql or "")
        table = None if target is None else target.table_in(schema)
        if isinstance(fault, CheckViolation):
            _blame_check(fault, table, schema)
        elif target is not None and table is not None:
            _blame_foreign_key(fault, target, table, schema)
    return fault


def _split(fault: ConstraintError, schema: Schema) -> None:
    """Find the table and columns that "table.column, table.column" means: the names may have dots of their own."""
    _, found, said = fault.message.partition(" constraint failed: ")
    text = said if found else ", ".join(f"{fault.table}.{column}" for column in fault.columns)
    for table in schema:
        columns = _columns(table, text)
        if columns is not None:
            fault.table, fault.columns = table.name, columns
            return


def _columns(table: Table, text: str) -> tuple[str, ...] | None:
    for column in table.column_names:
        name = f"{table.name}.{column}"
        if text == name:
            return (column,)
        if text.startswith(f"{name}, ") and (rest := _columns(table, text[len(name) + 2 :])) is not None:
            return (column, *rest)
    return None


def _blame_check(fault: CheckViolation, target: Table | None, schema: Schema) -> None:
    """Name the table that has the constraint: the one written to, else the only one that a trigger may have met."""
    owners = [(table, check) for table in schema for check in table.checks if _is_named(check, fault.constraint)]
    own = [(table, check) for table, check in owners if table is target]
    if own or len(owners) == 1:
        table, check = (own or owners)[0]
        words = {fold(token.identifier) for token in tokens(check.expression) if token.kind in ("word", "quoted")}
        fault.table = table.name
        fault.columns = tuple(name for name in table.column_names if fold(name) in words)


def _is_named(check: Check, name: str | None) -> bool:
    # SQLite unquotes the text when it begins with a quote, and so tells only the first name of it.
    first = next(tokens(check.expression), None)
    return name is not None and name in (
        check.name,
        check.expression,
        first.identifier if first and first.kind == "quoted" else None,
    )


def _blame_foreign_key(fault: ConstraintError, target: WriteTarget, table: Table, schema: Schema) -> None:
    """Name the only foreign key that the write can have violated, else hint at all there are."""
    own = _referring(target, table)
    children = _referred(target, table, schema)
    if not own and not children:
        # Not a constraint of this table: a trigger has written to another.
        return
    hints = []
    if own:
        hints.append("one of these has no parent row: " + _listed((table, key) for key in own))
    if children:
        hints.append("rows of these refer to what is changed or deleted: " + _listed(children))
    if _has_doubtful_trigger(table, schema):
        fault.hint = "; ".join([*hints, "or a trigger wrote to another table"])
        return
    fault.table = table.name
    if len(own) == 1 and not children:
        fault.columns = own[0].columns
        fault.hint = "there is no such parent row: " + _listed((table, key) for key in own)
    else:
        fault.hint = "; ".join(hints)


def _referring(target: WriteTarget, table: Table) -> list[ForeignKey]:
    """Return the table's own foreign keys that the write can leave without a parent."""
    if target.verb == "DELETE":
        return []
    keys = table.foreign_keys
    if target.verb == "UPDATE":
        return [key for key in keys if target.assigned.intersection(map(fold, key.columns))]
    return [*keys]


def _referred(target: WriteTarget, table: Table, schema: Schema) -> _Keys:
    """Return the foreign keys of children that the write can leave without this parent."""
    keys = [*schema.foreign_keys_to(table.name)]
    if target.verb == "DELETE" or target.replaces:
        # The others follow of themselves, unless they are all there are: then what follows was refused.
        refusing = [(child, key) for child, key in keys if key.on_delete not in ("cascade", "set null")]
        return refusing or keys
    return [(child, key) for child, key in keys if target.assigned.intersection(map(fold, key.parent_columns))]


def _listed(keys: Iterator[tuple[Table, ForeignKey]] | _Keys) -> str:
    return "; ".join(f"{child.name} ({', '.join(key.columns)}) → {key.parent_table}" for child, key in keys)


def _has_doubtful_trigger(table: Table, schema: Schema) -> bool:
    """Tell whether a trigger of the table names another table that has a foreign key, or is the parent of one."""
    named = {fold(token.identifier) for trigger in table.triggers for token in tokens(trigger.sql)}
    return any(
        other is not table
        and fold(other.name) in named
        and (other.foreign_keys or any(schema.foreign_keys_to(other.name)))
        for other in schema
    )
