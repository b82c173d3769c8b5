"""The imports of a module, and what each imported name is called in it.

The names of tables and columns come first: an import that bears one of them is made under a name with an underscore,
which no class and no attribute has. A column `date` in the body of a class hides whatever else is called so.
"""

from __future__ import annotations

import sys
from collections.abc import Set
from types import UnionType
from typing import Any, get_args

from noormme_py.codegen.layout import WIDTH, Bracketed, laid_out
from noormme_py.errors import ConfigError

# These are named with their module: `datetime.date` is as clear as `date`, and meets no column.
_BY_MODULE = ("datetime", "decimal", "uuid")


class Imports:
    """What a module imports, collected while its text is written."""

    __slots__ = ("_members", "_modules", "_taken")

    def __init__(self, taken: Set[str]) -> None:
        self._taken = taken
        self._modules: dict[str, str] = {}
        self._members: dict[tuple[str, str], str] = {}

    def builtin(self, name: str) -> str:
        """Return how a builtin is called."""
        return f"{self.module('builtins')}.{name}" if name in self._taken else name

    def module(self, name: str) -> str:
        """Import a module, and return how it is called."""
        return self._modules.setdefault(name, f"_{name}" if name in self._taken else name)

    def member(self, module: str, name: str) -> str:
        """Import a member of a module, and return how it is called."""
        local = self._members.get((module, name))
        if local is None:
            local = f"_{name}" if name in self._taken else name
            if local in self._members.values():
                local = f"_{module}_{name}".replace(".", "_")
            self._members[module, name] = local
        return local

    def typing(self, name: str) -> str:
        """Import a word of typing, and return how it is called."""
        return self.member("typing", name)

    def class_var(self) -> str:
        """Import `ClassVar`, which pydantic knows by its name alone, and return how it is called."""
        return f"{self.module('typing')}.ClassVar" if "ClassVar" in self._taken else self.typing("ClassVar")

    def annotation(self, found: Any) -> str:
        """Return how the type of a column is written; raises ConfigError for one that has no name to import."""
        if isinstance(found, UnionType):
            return " | ".join(map(self.annotation, get_args(found)))
        if found is None or found is type(None):
            return "None"
        if found is Any:
            return self.typing("Any")
        if not isinstance(found, type) or "." in found.__qualname__ or "<" in found.__module__:
            raise ConfigError(
                f"codecs: {getattr(found, '__qualname__', found)!s} cannot be imported by its name",
                hint="give a class that stands in a module",
            )
        if found.__module__ == "builtins":
            return self.builtin(found.__name__)
        if found.__module__ in _BY_MODULE:
            return f"{self.module(found.__module__)}.{found.__name__}"
        return self.member(found.__module__, found.__name__)

    def lines(self) -> list[str]:
        """Return the import statements, sorted as isort does it."""
        standard: list[str] = []
        others: list[str] = []
        for module, local in sorted(self._modules.items()):
            line = f"import {module}" if module == local else f"import {module} as {local}"
            (standard if _is_standard(module) else others).append(line)
        for module in sorted({module for module, _ in self._members}, key=str.lower):
            (standard if _is_standard(module) else others).extend(self._lines_from(module))
        return ["from __future__ import annotations", *([""] if standard else []), *standard, "", *others]

    def _lines_from(self, module: str) -> list[str]:
        found = {name: local for (origin, name), local in self._members.items() if origin == module}
        plain = sorted((name for name, local in found.items() if name == local), key=_place)
        statements = [(name, [f"from {module} import {name} as {found[name]}"]) for name in found if name not in plain]
        if plain:
            flat = f"from {module} import {', '.join(plain)}"
            whole = flat if len(flat) <= WIDTH else Bracketed(f"from {module} import (", tuple(plain), ")")
            statements.append((plain[0], laid_out(whole)))
        statements.sort(key=lambda statement: _place(statement[0]))
        return [line for _, lines in statements for line in lines]


def _place(name: str) -> tuple[bool, bool, str]:
    """Return where isort puts a name: constants before classes before functions."""
    return not name.isupper() or len(name) < 2, not name[0].isupper(), name.lower()


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
