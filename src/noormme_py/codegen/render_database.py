"""The database of a module, and its transactions: an attribute and an overload for each table."""

from __future__ import annotations

from noormme_py.codec.registry import CodecChoice
from noormme_py.codegen.imports import Imports
from noormme_py.codegen.layout import Bracketed, laid_out, quoted
from noormme_py.codegen.plan import PlannedModule
from noormme_py.codegen.render_table import docstring

_PACKAGE = "noormme_py"


def database_lines(module: PlannedModule, imports: Imports) -> list[list[str]]:
    """Return the lines of each class and value of the database."""
    face, transaction_name = module.face, module.transaction_name
    transaction = imports.member(_PACKAGE, f"{face.prefix}Transaction")
    database = imports.member(_PACKAGE, face.database)
    rows = {table.name: table.classes.row for table in module.tables}
    return [
        *_tables(module, imports),
        [
            *laid_out(Bracketed(f"class {transaction_name}(", ("_Tables", transaction), "):")),
            '    """A transaction, and the tables in it."""',
        ],
        [
            *laid_out(Bracketed(f"class {module.class_name}(", ("_Tables", f"{database}[{transaction_name}]"), "):")),
            '    """The database and its tables."""',
            "",
            f"    transaction_type = {transaction_name}",
            *laid_out(_class_mapping("row_types", rows, imports.builtin("type"), imports), 4),
            *_codecs(module, imports),
        ],
    ]


def _tables(module: PlannedModule, imports: Imports) -> list[list[str]]:
    executor = imports.member(_PACKAGE, f"{module.face.prefix}Executor")
    lines = [f"class _Tables({executor}):", '    """The tables of a database or a transaction."""']
    if not module.tables:
        return [lines]
    for table in module.tables:
        made = table.classes.repository
        lines += ["", f"    @{imports.builtin('property')}"]
        lines += laid_out(Bracketed(f"def {table.attribute}(", ("self",), f") -> {made}:"), 4)
        lines += [f"    {docstring('The repository of', table.name)}", f"        return {made}(self)"]
    callable_, mapping = imports.member("collections.abc", "Callable"), imports.member("collections.abc", "Mapping")
    types = f"{imports.builtin('str')}, {callable_}[[{executor}], {imports.builtin('object')}]"
    names = tuple(quoted(table.name) for table in module.tables)
    repositories = tuple(f"{quoted(table.name)}: {table.classes.repository}" for table in module.tables)
    alias = f"_TableName: {imports.typing('TypeAlias')} = {imports.typing('Literal')}["
    constants = [
        f'_R = {imports.typing("TypeVar")}("_R")',
        *laid_out(Bracketed(alias, names, "]")),
        *laid_out(Bracketed(f"_REPOSITORIES: {mapping}[{types}] = {{", repositories, "}")),
    ]
    return [["", *constants], lines + _get_repository(module, imports)]


def _get_repository(module: PlannedModule, imports: Imports) -> list[str]:
    overload, any_, literal = imports.typing("overload"), imports.typing("Any"), imports.typing("Literal")
    dynamic = imports.member(_PACKAGE, f"{module.face.prefix}Repository")
    head, lines = "def get_repository(", [""]
    for number, table in enumerate(module.tables):
        # Only the tables that there are: the name of another one is an error to a type checker.
        lines.append(f"    @{overload}" + ("  # type: ignore[override]" if not number else ""))
        parameters = ("self", f"table: {literal}[{quoted(table.name)}]")
        lines += laid_out(Bracketed(head, parameters, f") -> {table.classes.repository}: ..."), 4)
    row = f"row: {imports.builtin('type')}[_R]"
    return [
        *lines,
        f"    @{overload}",
        *laid_out(Bracketed(head, ("self", "table: _TableName", row), f") -> {dynamic}[_R]: ..."), 4),
        f"    def get_repository(self, table: {any_}, row: {any_} = None) -> {any_}:",
        '        """Return the repository of a table, with rows of `row` if that is given."""',
        "        if row is None and table in _REPOSITORIES:",
        "            return _REPOSITORIES[table](self)",
        f"        dynamic: {any_} = super().get_repository",
        "        return dynamic(table, row)",
    ]


def _class_mapping(name: str, items: dict[str, str], value: str, imports: Imports) -> Bracketed:
    types = f"{imports.member('collections.abc', 'Mapping')}[{imports.builtin('str')}, {value}]"
    head = f"{name}: {imports.typing('ClassVar')}[{types}] = {{"
    return Bracketed(head, tuple(f"{quoted(key)}: {found}" for key, found in items.items()), "}")


def _codecs(module: PlannedModule, imports: Imports) -> list[str]:
    items = {name: _choice(choice, imports) for name, choice in module.codecs.items()}
    return laid_out(_class_mapping("column_codecs", items, imports.typing("Any"), imports), 4) if items else []


def _choice(choice: CodecChoice, imports: Imports) -> str:
    return quoted(choice) if isinstance(choice, str) else imports.annotation(choice)
