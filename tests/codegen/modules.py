"""Modules made of scripts, and imported."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

from noormme_py.cli.generate import ASYNC
from noormme_py.codec.registry import CodecChoice
from noormme_py.codegen.plan import Face, planned
from noormme_py.codegen.render import module_text
from tests.introspect.driver import schema_of


def text_of(script: str, face: Face = ASYNC, codecs: Mapping[str, CodecChoice] | None = None) -> str:
    """Return the module of a script's tables."""
    return module_text(planned(schema_of(script), face, codecs=codecs))


def database(path: Path, script: str) -> Path:
    """Make a database of the script's tables and return its path."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def formatted(text: str) -> str:
    """Return the text as ruff formats it by default."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--quiet", "--stdin-filename", "module.py", "-"]
    return subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=True).stdout


@contextmanager
def imported(text: str, folder: Path, name: str) -> Generator[ModuleType]:
    """Import a text as a module, and forget it afterwards."""
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield import_module(name)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)
