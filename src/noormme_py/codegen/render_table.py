"""The classes of one table: its rows, what is written, its columns, its relations' paths, its repository."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable

from noormme_py.codegen.imports import Imports
from noormme_py.codegen.layout import AnyOf, Bracketed, laid_out, quoted
from noormme_py.codegen.plan import PlannedColumn, PlannedFinder, PlannedModule, PlannedRelation, PlannedTable

_PACKAGE = "noormme_py"


def table_lines(table: PlannedTable, module: PlannedModule, imports: Imports) -> list[list[str]]:
    """Return the lines of each class of a table."""
    classes = {other.name: other.classes.row for other in module.tables}
    blocks = [_row(table, classes, imports)]
    if table.is_writable:
        written = [column for column in table.columns if column.is_writable]
        blocks.append(_typed_dict(table.classes.create, written, imports, lambda column: column.is_optional))
        blocks.append(_typed_dict(table.classes.update, written, imports, lambda _: True))
    blocks.append(_columns(table, imports))
    if table.paths:
        literal = Bracketed(
            f"{table.classes.include}: {imports.typing('TypeAlias')} = {imports.typing('Literal')}[",
            tuple(map(quoted, table.paths)),
            "]",
        )
        # Two empty lines part it from the class before it.
        blocks.append(["", *laid_out(literal)])
    blocks.append(_repository(table, module, imports))
    return blocks


def docstring(what: str, name: str) -> str:
    """Return a docstring, with the name of a table where that cannot end it."""
    return f'    """{what} `{name}`."""' if name.isidentifier() else f'    """{what} {_harmless(name)}."""'


def _harmless(name: str) -> str:
    return ascii(name).replace("\\", "").replace('"', "'")


def _row(table: PlannedTable, classes: dict[str, str], imports: Imports) -> list[str]:
    lines = [f"class {table.classes.row}({imports.member(_PACKAGE, 'RowModel')}):"]
    lines += [docstring("A row of", table.name), ""]
    for column in table.columns:
        written = f"{column.field}: {imports.annotation(column.annotation)}"
        if column.field == column.name:
            lines += laid_out(written, 4)
        else:
            field = imports.member("pydantic", "Field")
            lines += laid_out(Bracketed(f"{written} = {field}(", (f"alias={quoted(column.name)}",), ")"), 4)
    for relation in table.relations:
        loaded = f"{imports.member(_PACKAGE, 'Loaded')}[{_loaded_type(relation, classes[relation.target], imports)}]"
        lines += laid_out(Bracketed(f"{relation.name}: {imports.class_var()}[", (loaded,), "]", has_comma=False), 4)
    return lines


def _loaded_type(relation: PlannedRelation, row: str, imports: Imports) -> str:
    if relation.is_many:
        return f"{imports.builtin('list')}[{row}]"
    return row if relation.is_required else f"{row} | None"


def _typed_dict(
    name: str, columns: list[PlannedColumn], imports: Imports, is_optional: Callable[[PlannedColumn], bool]
) -> list[str]:
    typed_dict = imports.typing("TypedDict")
    is_total = not columns or not all(map(is_optional, columns))
    types: dict[str, str] = {}
    for column in columns:
        annotation = imports.annotation(column.annotation)
        may_miss = is_total and is_optional(column)
        types[column.name] = f"{imports.typing('NotRequired')}[{annotation}]" if may_miss else annotation
    if all(map(_is_plain_key, types)):
        lines = [f"class {name}({typed_dict}):" if is_total else f"class {name}({typed_dict}, total=False):"]
        return [
            *lines,
            *(f"    {key}: {annotation}" for key, annotation in types.items()),
            *(["    pass"] * (not types)),
        ]
    items = tuple(f"{quoted(key)}: {annotation}" for key, annotation in types.items())
    keys = Bracketed("{", items, "}")
    rest = () if is_total else ("total=False",)
    # It is no class to the eye, and stands like one.
    return ["", *laid_out(Bracketed(f"{name} = {typed_dict}(", (quoted(name), keys, *rest), ")"))]


def _is_plain_key(name: str) -> bool:
    """Whether a key can be written as an attribute: a name with underscores before it may be mangled."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")


def _columns(table: PlannedTable, imports: Imports) -> list[str]:
    col = imports.member(_PACKAGE, "Col")
    row = f"{imports.member(_PACKAGE, 'TableOf')}[{table.classes.row}]"
    lines = laid_out(Bracketed(f"class {table.classes.columns}(", (row,), "):"))
    lines += [docstring("The columns of", table.name), "", f"    __table__ = {quoted(table.name)}"]
    for column in table.columns:
        kind = f"{col}[{imports.annotation(column.annotation)}]"
        if column.attribute == column.name:
            lines += laid_out(f"{column.attribute}: {kind}", 4)
        else:
            given = (quoted(table.name), quoted(column.name))
            lines += laid_out(Bracketed(f"{column.attribute} = {kind}(", given, ")"), 4)
    return lines


def _repository(table: PlannedTable, module: PlannedModule, imports: Imports) -> list[str]:
    classes, prefix = table.classes, module.face.prefix
    never = imports.typing("Never") if not (table.is_writable and table.key and table.paths) else ""
    types = Bracketed(
        imports.member(_PACKAGE, f"{prefix}TypedRepository") + "[",
        (
            classes.row,
            AnyOf((classes.create, classes.row)) if table.is_writable else never,
            AnyOf((classes.update, classes.row)) if table.is_writable else never,
            _key(table, imports) or never,
            classes.include if table.paths else never,
        ),
        "]",
    )
    executor = imports.member(_PACKAGE, f"{prefix}Executor")
    opening = Bracketed("super().__init__(", (quoted(table.name), classes.row, "database"), ")")
    declared = [line for finder in table.finders for line in _declared(finder, classes.row, module, imports)]
    return [
        *laid_out(Bracketed(f"class {classes.repository}(", (types,), "):")),
        docstring("The repository of", table.name),
        "",
        *declared,
        *([""] if declared else []),
        f"    def __init__(self, database: {executor}) -> None:",
        *laid_out(opening, 8),
        *(line for finder in table.finders for line in _method(finder, classes.row, module, imports)),
    ]


def _key(table: PlannedTable, imports: Imports) -> str:
    parts = [imports.annotation(part) for part in table.key]
    return f"{imports.builtin('tuple')}[{', '.join(parts)}]" if len(parts) > 1 else "".join(parts)


def _declared(finder: PlannedFinder, row: str, module: PlannedModule, imports: Imports) -> list[str]:
    """Return the declaration of a finder of one column: checkers read it in half the time of a method."""
    if not _is_declared(finder):
        return []
    kind = imports.member(_PACKAGE, f"{module.face.prefix}Find{'Many' if finder.is_many else 'One'}")
    types = (imports.annotation(finder.parameters[0][1].annotation), row)
    return laid_out(Bracketed(f"{finder.method}: {kind}[", types, "]"), 4)


def _is_declared(finder: PlannedFinder) -> bool:
    return len(finder.parameters) == 1 and finder.method == finder.name


def _method(finder: PlannedFinder, row: str, module: PlannedModule, imports: Imports) -> Iterable[str]:
    if _is_declared(finder):
        return
    gives = f"{imports.builtin('list')}[{row}]" if finder.is_many else f"{row} | None"
    if module.face.answer is not None:
        gives = f"{imports.member(_PACKAGE, module.face.answer)}[{gives}]"
    parameters = [f"{name}: {imports.annotation(column.annotation)}" for name, column in finder.parameters]
    values = [name for name, _ in finder.parameters]
    yield ""
    yield from laid_out(Bracketed(f"def {finder.method}(", ("self", *parameters), f") -> {gives}:"), 4)
    # What a coroutine gives may be anything to a checker; what is returned itself may not.
    start = "return " if module.face.answer is not None else f"found: {gives} = "
    yield from laid_out(Bracketed(f"{start}self._find_by(", (quoted(finder.name), *values), ")"), 8)
    if module.face.answer is None:
        yield "        return found"
