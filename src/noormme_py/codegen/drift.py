"""In what a module that was written differs from the one that would be written now, table by table."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Literal

from noormme_py.frozen import frozen

Part = Literal["table", "column", "relation", "key", "finder", "file"]


@frozen
class Difference:
    """Something of a table that is new (`before` is None), gone (`after` is None), or another."""

    part: Part
    table: str | None
    name: str | None
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """Return it as a line of text."""
        if self.part == "file":
            return f"the file {self.after}"
        what = f"{self.part} {self.table}" if self.name is None else f"{self.part} {self.table}.{self.name}"
        if self.before is None:
            return f"{what} is new" + (f": {self.after}" if self.after else "")
        return f"{what} is gone" if self.after is None else f"{what} was {self.before}, is {self.after}"


@frozen
class _Contents:
    """What a module says of one table, as text by name; an optional column may be left out of a new row."""

    columns: Mapping[str, str]
    relations: Mapping[str, str]
    key: str
    finders: Mapping[str, str]


def differences(before: str, after: str) -> list[Difference]:
    """Return what differs between the texts of two modules; how they are formatted does not matter.

    Raises SyntaxError when the first is no Python.
    """
    old, new = ast.parse(before), ast.parse(after)
    if _without_imports(old) == _without_imports(new):
        return []
    found = list(_between(_contents(old), _contents(new)))
    options = "was written with other options, or by another version"
    return found or [Difference("file", None, None, None, options)]


def _between(old: dict[str, _Contents], new: dict[str, _Contents]) -> Iterator[Difference]:
    for table in sorted(old.keys() | new.keys()):
        before, after = old.get(table), new.get(table)
        if before is None or after is None:
            yield Difference("table", table, None, None if before is None else "", None if after is None else "")
            continue
        yield from _changes("column", table, before.columns, after.columns)
        yield from _changes("relation", table, before.relations, after.relations)
        if before.key != after.key:
            yield Difference("key", table, None, before.key, after.key)
        if before.columns.keys() == after.columns.keys():
            # The finders of new columns go without saying; others come and go with unique keys.
            yield from _changes("finder", table, before.finders, after.finders)


def _changes(part: Part, table: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield Difference(part, table, name, old.get(name), new.get(name))


def _without_imports(module: ast.Module) -> list[str]:
    # Other tools sort imports in other ways.
    return [ast.dump(node) for node in module.body if not isinstance(node, ast.Import | ast.ImportFrom)]


def _contents(module: ast.Module) -> dict[str, _Contents]:
    """Return what a module says of each table."""
    spelled = _Spelling(module)
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    optional = {name: keys for node in module.body for name, keys in _optional_keys(node)}
    found: dict[str, _Contents] = {}
    for node in classes.values():
        match node.bases:
            case [ast.Subscript(slice=ast.Tuple(elts=[ast.Name(id=row), _, _, key, _]))] if row in classes:
                table = _table_of(node)
                may_miss = optional.get(f"{row}Create", set())
                columns = {
                    name: spelled.type(kind) + (", optional" if name in may_miss else "")
                    for name, kind in _row_columns(classes[row])
                }
                relations = {name: spelled.type(kind) for name, kind in _loaded(classes[row])}
                finders = {name: spelled.type(kind) for name, kind in _finders(node)}
                found[table] = _Contents(columns, relations, spelled.type(key), finders)
            case _:
                pass
    return found


class _Spelling(ast.NodeTransformer):
    """Writes types as if nothing had been imported under another name."""

    def __init__(self, module: ast.Module) -> None:
        imports = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
        self._names = {alias.asname: alias.name for node in imports for alias in node.names if alias.asname}

    def type(self, node: ast.expr | None) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        return "" if node is None else ast.unparse(self.visit(node))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._names.get(node.id, node.id))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value: ast.expr = self.visit(node.value)
        is_builtin = isinstance(value, ast.Name) and value.id == "builtins"
        return ast.Name(node.attr) if is_builtin else ast.Attribute(value, node.attr)


def _table_of(repository: ast.ClassDef) -> str:
    """Return the table that a repository's `super().__init__("users", …)` names."""
    for node in ast.walk(repository):
        match node:
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=str(table)), *_]):
                return table
            case _:
                pass
    return repository.name


def _row_columns(row: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for node in row.body:
        match node:
            case ast.AnnAssign(value=ast.Call(keywords=[ast.keyword(value=ast.Constant(value=str(name)))])):
                yield name, node.annotation
            case ast.AnnAssign(target=ast.Name(id=name)) if not _is_loaded(node):
                yield name, node.annotation
            case _:
                pass


def _loaded(row: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for node in row.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Subscript(slice=ast.Subscript(slice=kind))):
                if _is_loaded(node):
                    yield name, kind
            case _:
                pass


def _is_loaded(node: ast.AnnAssign) -> bool:
    return "Loaded[" in ast.unparse(node.annotation)


def _optional_keys(node: ast.stmt) -> Iterator[tuple[str, set[str]]]:
    """Yield the keys of a TypedDict that may be missing, whichever way it is written."""
    match node:
        case ast.ClassDef(name=name, bases=[ast.Name()], keywords=keywords):
            keys = {ast.unparse(n.target): n.annotation for n in node.body if isinstance(n, ast.AnnAssign)}
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[_, ast.Dict() as items], keywords=keywords)):
            pairs = zip(items.keys, items.values, strict=True)
            keys = {str(key.value): kind for key, kind in pairs if isinstance(key, ast.Constant)}
        case _:
            return
    yield name, {key for key, kind in keys.items() if keywords or "NotRequired[" in ast.unparse(kind)}


def _finders(repository: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None]]:
    for node in repository.body:
        match node:
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=ast.Subscript(value=kind, slice=ast.Tuple(elts=[_, row]))
            ):
                # What it takes is the column's type, and told with the column.
                yield name, ast.Subscript(kind, row)
            case ast.FunctionDef(name=name) if name != "__init__":
                yield name, node.returns
            case _:
                pass
