"""The sources of the package as syntax trees, and the imports they make."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "noormme_py"
PACKAGE_FOLDER = ROOT / "src" / PACKAGE


@dataclass(frozen=True)
class Module:
    """One module, by its dotted name."""

    name: str
    text: str
    is_package: bool = False

    @property
    def area(self) -> str:
        """The package or the module right below the root: `sql` of `noormme_py.query.nodes`."""
        return self.name.partition(".")[2].partition(".")[0]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def imports(self) -> tuple[Import, ...]:
        package = self.name if self.is_package else self.name.rpartition(".")[0]
        return tuple(_walk(self.tree, package, in_function=False, for_types=False))


@dataclass(frozen=True)
class Import:
    """One imported name. `module` is what is named after `import` or `from`, made absolute."""

    module: str
    name: str | None
    line: int
    in_function: bool
    for_types: bool

    @property
    def top(self) -> str:
        """The distribution's part of the name: `rich` of `rich.console`."""
        return self.module.partition(".")[0]

    def target_in(self, known: dict[str, Module]) -> str | None:
        """Return the module of the package that this import runs, or None for a foreign one."""
        submodule = f"{self.module}.{self.name}"
        if submodule in known:
            return submodule
        return self.module if self.module in known else None


@cache
def modules() -> dict[str, Module]:
    """Return every module of the package by its name."""
    found: dict[str, Module] = {}
    for path in sorted(PACKAGE_FOLDER.rglob("*.py")):
        parts = path.relative_to(PACKAGE_FOLDER.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = Module(name, path.read_text("utf-8"), is_package)
    return found


def _walk(node: ast.AST, package: str, *, in_function: bool, for_types: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, None, node.lineno, in_function, for_types)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node, package)
        for alias in node.names:
            yield Import(module, alias.name, node.lineno, in_function, for_types)
    elif isinstance(node, ast.If) and _asks_for_type_checking(node.test):
        for statement in node.body:
            yield from _walk(statement, package, in_function=in_function, for_types=True)
        for statement in node.orelse:
            yield from _walk(statement, package, in_function=in_function, for_types=for_types)
    else:
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from _walk(child, package, in_function=inside, for_types=for_types)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    parent = ".".join(parents[: len(parents) - node.level + 1])
    return f"{parent}.{node.module}" if node.module else parent


def _asks_for_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
