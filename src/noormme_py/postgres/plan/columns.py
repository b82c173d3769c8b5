"""The columns of a planned table, and what becomes of each."""

from __future__ import annotations

from collections.abc import Mapping

from noormme_py.frozen import replaced
from noormme_py.names import quote
from noormme_py.postgres.expressions.scope import Scope, Translated, scope_column
from noormme_py.postgres.expressions.translate import translate_check, translate_default, translate_generated
from noormme_py.postgres.fate import Fate, carried, left_out
from noormme_py.postgres.form import Form
from noormme_py.postgres.forms.choose import form_of, in_strict_table
from noormme_py.postgres.model import PgColumn, PgTable
from noormme_py.postgres.plan.collations import PLAIN_COLLATIONS
from noormme_py.postgres.plan.facts import NOTHING, ColumnFacts, Facts, base_of
from noormme_py.postgres.plan.names import Namespace, snake_case
from noormme_py.postgres.plan.planned import Hook, PlannedCheck, PlannedColumn
from noormme_py.schema.types import kind_of

_NO_SEQUENCE = "SQLite has no sequences beside the primary key: give the value with each new row"
_INTEGERS = frozenset({"int2", "int4", "int8"})


class ColumnPlanner:
    """Plans the columns of one table."""

    def __init__(
        self,
        table: PgTable,
        facts: Facts,
        types: Mapping[str, str],
        hooks: Mapping[str, Hook],
        *,
        is_snake_case: bool,
        is_strict: bool,
        collation: str | None = None,
        plain: frozenset[str] = frozenset(),
        known: Mapping[str, str],
    ) -> None:
        self._table = table
        self._facts = facts
        self._types = types
        self._hooks = hooks
        self._is_strict = is_strict
        self._plain = plain
        namespace = Namespace()
        wanted = {
            column.name: known.get(f"{table.qualified}.{column.name}")
            or (snake_case(column.name) if is_snake_case else column.name)
            for column in table.columns
        }
        # Those that are known come first: a column that was added since may have been given one of their names.
        order = sorted(wanted, key=lambda name: f"{table.qualified}.{name}" not in known)
        taken = {name: namespace.take(wanted[name]) for name in order}
        self.names = {column.name: taken[column.name] for column in table.columns}
        self.fates: list[Fate] = []
        self._forms = {column.name: self._form(column) for column in table.columns}
        self.scope = Scope(
            {
                column.name: scope_column(
                    column, self._forms[column.name], self.names[column.name], is_strict=is_strict, collation=collation
                )
                for column in table.columns
            }
        )

    @property
    def rowid_alias(self) -> str | None:
        """The column that becomes the rowid: an integer that is the whole primary key."""
        if len(self._table.primary_key) != 1:
            return None
        column = self._table.column(self._table.primary_key[0])
        is_integer = base_of(column.type).name in _INTEGERS and self._forms[column.name].name == "integer"
        return self.names[column.name] if is_integer and column.generated_as is None else None

    def columns(self) -> tuple[PlannedColumn, ...]:
        return tuple(self._planned(column) for column in self._table.columns)

    def checks(self) -> list[PlannedCheck]:
        """Return the conditions that the types of the columns make: lengths, labels, and those of domains."""
        return [check for column in self._table.columns for check in self._checks(column)]

    def _form(self, column: PgColumn) -> Form:
        found = form_of(column.type, column.modifier, self._types)
        return in_strict_table(found) if self._is_strict else found

    def _planned(self, column: PgColumn) -> PlannedColumn:
        form = self._forms[column.name]
        facts = self._facts.get((self._table.schema, self._table.name, column.name), NOTHING)
        notes = [form.note] if form.note else []
        declared = self._declared(column, form, facts, notes)
        default, generated = self._default(column), self._generated(column, notes)
        if column.collation is not None and column.collation not in PLAIN_COLLATIONS:
            notes.append(f"sorted by code points, not by the collation {column.collation!r}")
        hook = self._hook(column)
        if hook is not None:
            notes.append("its values were changed by a function that the caller gave")
        if self.names[column.name] != column.name:
            notes.append(f"named {self.names[column.name]!r}")
        source = f"{self._table.qualified}.{column.name}"
        is_not_null = not column.is_nullable or column.type.is_not_null or column.name in self._table.primary_key
        if facts.nulls:
            is_not_null = False
            notes.append(f"without NOT NULL: {_values(facts.nulls)} NULL, though its domain forbids that")
        self.fates.append(replaced(carried("column", source, self.names[column.name], notes), text=column.declared))
        codec = None if hook is not None or facts.beyond else form.codec
        return PlannedColumn(
            column,
            self.names[column.name],
            form,
            declared,
            not is_not_null,
            default,
            generated,
            hook,
            codec if codec != kind_of(declared) else None,
        )

    def _declared(self, column: PgColumn, form: Form, facts: ColumnFacts, notes: list[str]) -> str:
        if self.names[column.name] == self.rowid_alias:
            return "INTEGER"
        declared = form.strict if self._is_strict else form.declared
        if facts.nans:
            notes.append(f"{_values(facts.nans)} NaN, kept as that text")
            declared = "ANY" if self._is_strict and form.name == "real" else declared
        if facts.negative_zeros:
            notes.append(f"{_values(facts.negative_zeros)} a negative zero, kept as 0")
        if facts.beyond and form.codec in ("date", "time", "datetime") and form.strict == "TEXT":
            notes.append(
                f"{_values(facts.beyond)} beyond what Python's types hold (infinity, years before 1 or after 9999,"
                " 24:00): all are kept, and the column is read as text"
            )
            declared = "TEXT"
        if self._is_strict and self._hook(column) is not None:
            declared = "ANY"
        return declared

    def _hook(self, column: PgColumn) -> Hook | None:
        for name in (f"{self._table.qualified}.{column.name}", f"{self._table.name}.{column.name}"):
            if name in self._hooks:
                return self._hooks[name]
        return None

    def _default(self, column: PgColumn) -> str | None:
        source = f"{self._table.qualified}.{column.name}"
        if column.sequence is not None and (column.identity or column.default):
            if self.names[column.name] != self.rowid_alias:
                self.fates.append(left_out("default", source, _NO_SEQUENCE, column.default))
            return None
        default = column.default if column.default is not None else column.type.default
        if default is None or column.generated_as is not None:
            return None
        found = translate_default(default, self.scope.columns[column.name])
        if found is None:
            return None
        if isinstance(found, Translated):
            self.fates.append(replaced(carried("default", source, found.sql, list(found.notes)), text=default))
            return found.sql
        reason = _NO_SEQUENCE if found.reason == "sequence" else found.reason
        self.fates.append(left_out("default", source, reason, default))
        return None

    def _generated(self, column: PgColumn, notes: list[str]) -> str | None:
        if column.generated_as is None:
            return None
        if column.name in self._plain:
            notes.append("its values are kept and no more computed: SQLite computes others")
            return None
        found = translate_generated(column.generated_as, self.scope, self.scope.columns[column.name])
        if isinstance(found, Translated):
            notes.extend(found.notes)
            return found.sql
        notes.append(f"its values are kept and no more computed ({found.reason}): {column.generated_as}")
        return None

    def _checks(self, column: PgColumn) -> list[PlannedCheck]:
        name, form = self.names[column.name], self._forms[column.name]
        source = f"{self._table.qualified}.{column.name}"
        base = base_of(column.type)
        modifier = column.type.modifier if column.type.kind == "domain" else column.modifier
        found: list[PlannedCheck] = []
        if form.strict == "TEXT" and (condition := _length(base.name, modifier, name)):
            found.append(PlannedCheck(None, condition, source, column.declared, is_of_type=True))
        if base.kind == "enum":
            labels = ", ".join("'" + label.replace("'", "''") + "'" for label in base.labels)
            found.append(
                PlannedCheck(None, f"{quote(name)} in ({labels})", source, f"enum {base.name}", is_of_type=True)
            )
        for check in column.type.checks:
            text = f"CHECK ({check.expression})"
            translated = translate_check(check.expression, Scope({}, self.scope.columns[column.name]))
            if isinstance(translated, Translated):
                found.append(PlannedCheck(check.name, translated.sql, source, text, translated.notes))
            else:
                self.fates.append(left_out("check", f"{source} ({check.name})", translated.reason, text))
        return found


def _length(type_name: str, modifier: int, name: str) -> str | None:
    """Return the condition that a length in a declared type means; SQLite takes no notice of it."""
    match type_name:
        case "varchar" | "bpchar" if modifier > 4:
            return f"length({quote(name)}) <= {modifier - 4}"
        case "bit" if modifier > 0:
            return f"length({quote(name)}) = {modifier}"
        case "varbit" if modifier > 0:
            return f"length({quote(name)}) <= {modifier}"
        case _:
            return None


def _values(count: int) -> str:
    return "1 value is" if count == 1 else f"{count:,} values are"
