"""Which columns a violated constraint is about, where SQLite's message does not say."""

from __future__ import annotations

from noormme_py.errors import CheckViolation, ConstraintError, ForeignKeyViolation
from noormme_py.names import fold
from noormme_py.query.tokens import tokens
from noormme_py.schema.model import Schema, Table


def located(fault: ConstraintError, schema: Schema) -> ConstraintError:
    """Return the error with its table and columns filled in, as far as the schema tells them."""
    if fault.table is None and isinstance(fault, CheckViolation | ForeignKeyViolation):
        table = _target(fault.sql or "", schema)
        if table is not None:
            fault.table = table.name
            fault.columns = (
                _checked(table, fault.constraint) if isinstance(fault, CheckViolation) else _referring(fault, table)
            )
    return fault


def _target(sql: str, schema: Schema) -> Table | None:
    """Return the table that a write names first."""
    for token in tokens(sql):
        if token.kind in ("word", "quoted"):
            table = schema.find_table(token.identifier)
            if table is not None:
                return table
    return None


def _checked(table: Table, constraint: str | None) -> tuple[str, ...]:
    for check in table.checks:
        if constraint in (check.name, check.expression):
            words = {fold(token.identifier) for token in tokens(check.expression) if token.kind in ("word", "quoted")}
            return tuple(name for name in table.column_names if fold(name) in words)
    return ()


def _referring(fault: ConstraintError, table: Table) -> tuple[str, ...]:
    """Return the columns of the only foreign key there is; SQLite does not say which one it was."""
    if len(table.foreign_keys) == 1:
        return table.foreign_keys[0].columns
    if table.foreign_keys:
        keys = "; ".join(f"{', '.join(key.columns)} → {key.parent_table}" for key in table.foreign_keys)
        fault.hint = f"one of these has no parent row: {keys}"
    return ()
