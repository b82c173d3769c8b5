"""Every python block of a page runs, top to bottom in one namespace, and prints what the page says."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from noormme_py import Noormme, SyncNoormme
from tests.docs.pages import Block, Page, pages

# Those of the move need PostgreSQL, and run between its commands: test_migrating.py.
ELSEWHERE = ("docs/migrating-from-postgresql.md",)
WITH_CODE = [page for page in pages() if page.blocks("python") and page.name not in ELSEWHERE]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.name)
async def test_the_snippets_run_and_print_what_the_page_says(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    try:
        for block in page.blocks("python"):
            printed = run_program(block, tmp_path) if "asyncio.run(" in block.text else await run(block, module, page)
            assert printed.strip("\n") == (block.output or ""), f"{page.name}, line {block.line}"
    finally:
        for value in vars(module).values():
            if isinstance(value, Noormme):
                await value.close()
            elif isinstance(value, SyncNoormme):
                value.close()


async def run(block: Block, module: ModuleType, page: Page) -> str:
    """Run a block, which may await, and return what it printed."""
    # Empty lines before it make a traceback name the line of the page.
    source = "\n" * (block.line - 1) + block.text
    code = compile(source, page.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        pending = eval(code, vars(module))
        if inspect.isawaitable(pending):
            await pending
    return printed.getvalue()


def run_program(block: Block, folder: Path) -> str:
    """Run a block that is a program of its own and return what it printed."""
    command = [sys.executable, "-W", "error", "-c", block.text]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
