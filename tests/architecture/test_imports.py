"""What a module may import. The order of the layers is import-linter's affair (pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from tests.architecture.sources import Import, Module, modules

# Only the engine knows that SQLite blocks, and that there are loops and threads.
ENGINE_ONLY = {"_sqlite3", "_thread", "aiosqlite", "asyncio", "concurrent", "sqlite3", "threading"}
MAY_ALSO: dict[str, set[str]] = {}

# Whose affair an optional extra is, by area and, below the integrations, by package.
EXTRAS = {
    "noormme_py.cli": {"rich", "typer"},
    "noormme_py.optimize": {"sqlglot"},
    "noormme_py.postgres": {"psycopg", "sqlglot"},
    "noormme_py.integrations.fastapi": {"fastapi", "starlette"},
}
OPTIONAL_EXTRAS = set[str]().union(*EXTRAS.values())


def engine_imports(known: Iterable[Module]) -> list[str]:
    return [
        at(module, found)
        for module in known
        if module.area != "engine"
        for found in module.imports
        if found.top in ENGINE_ONLY - MAY_ALSO.get(module.area, set())
    ]


def hidden_imports(known: Iterable[Module]) -> list[str]:
    return [
        at(module, found)
        for module in known
        for found in module.imports
        if found.in_function and found.top not in OPTIONAL_EXTRAS
    ]


def misplaced_extras(known: Iterable[Module]) -> list[str]:
    return [
        at(module, found)
        for module in known
        for found in module.imports
        if found.top in OPTIONAL_EXTRAS - extras_of(module) and not found.for_types
    ]


def extras_of(module: Module) -> set[str]:
    return set[str]().union(*(own for place, own in EXTRAS.items() if f"{module.name}.".startswith(f"{place}.")))


def cycles_hidden_by_type_checking(known: dict[str, Module]) -> list[str]:
    """Name the imports for types alone that could not be made at run time."""
    at_run_time = {
        name: {
            target for found in module.imports if not found.for_types and (target := found.target_in(known)) is not None
        }
        for name, module in known.items()
    }
    return [
        at(module, found)
        for module in known.values()
        for found in module.imports
        if found.for_types
        and (target := found.target_in(known)) is not None
        and module.name in reached_from(target, at_run_time)
    ]


def reached_from(start: str, edges: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = {start}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= edges[name] - reached
    return reached


def at(module: Module, found: Import) -> str:
    return f"{module.name}:{found.line} imports {found.module}"


def test_only_the_engine_knows_sqlite3_and_threads() -> None:
    assert engine_imports(modules().values()) == []


def test_no_import_hides_in_a_function() -> None:
    assert hidden_imports(modules().values()) == []


def test_an_optional_extra_is_imported_where_it_is_the_affair() -> None:
    assert misplaced_extras(modules().values()) == []


def test_no_import_for_types_would_be_a_cycle_at_run_time() -> None:
    assert cycles_hidden_by_type_checking(modules()) == []


def test_importing_the_package_loads_no_optional_extra() -> None:
    report = f"import noormme_py, sys; print(sorted({OPTIONAL_EXTRAS!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_opening_a_database_loads_no_analysis() -> None:
    opened = "import noormme_py, sys\nwith noormme_py.SyncNoormme(':memory:') as db: db.execute('select 1')\n"
    report = f"{opened}print([name for name in sys.modules if name.startswith('noormme_py.optimize')])"
    run = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_engine_imports_are_seen_in_all_their_forms() -> None:
    text = "import os, sqlite3\nfrom concurrent.futures import Future\ndef f():\n    import asyncio.tasks\n"
    assert engine_imports([Module("noormme_py.query.nodes", text)]) == [
        "noormme_py.query.nodes:1 imports sqlite3",
        "noormme_py.query.nodes:2 imports concurrent.futures",
        "noormme_py.query.nodes:4 imports asyncio.tasks",
    ]
    assert engine_imports([Module("noormme_py.engine.lanes", text)]) == []


def test_hidden_imports_are_seen_below_any_block() -> None:
    text = "class A:\n  async def f(self):\n    if self:\n      import json\n    import rich.console\n"
    assert hidden_imports([Module("noormme_py.cli.main", text)]) == ["noormme_py.cli.main:4 imports json"]


def test_a_misplaced_extra_is_seen() -> None:
    text = "try:\n    import rich\nexcept ImportError:\n    pass\n"
    assert misplaced_extras([Module("noormme_py.query.nodes", text)]) == ["noormme_py.query.nodes:2 imports rich"]
    assert misplaced_extras([Module("noormme_py.cli.main", text)]) == []
    assert misplaced_extras([Module("noormme_py.integrations.fastapi", text, is_package=True)]) != []
    assert misplaced_extras([Module("noormme_py.cli.main", "from fastapi import FastAPI\n")]) != []


def test_cycles_are_seen_through_relative_imports_and_third_modules() -> None:
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from noormme_py import c\n"
    known = {
        "noormme_py": Module("noormme_py", "", is_package=True),
        "noormme_py.a": Module("noormme_py.a", for_types),
        "noormme_py.b": Module("noormme_py.b", "from .a import A\n"),
        "noormme_py.c": Module("noormme_py.c", "import noormme_py.b\n"),
    }
    assert cycles_hidden_by_type_checking(known) == ["noormme_py.a:3 imports noormme_py"]
    known["noormme_py.c"] = Module("noormme_py.c", "")
    assert cycles_hidden_by_type_checking(known) == []
