"""The ways in: the module, the script, the options before any command, and the extra that is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from noormme_py.cli.main import main
from tests.cli.command import noormme, shown

WITHOUT = """
import runpy, sys
sys.modules[{module!r}] = None  # what cannot be imported
runpy.run_module("noormme_py", run_name="__main__", alter_sys=True)
"""


def without(module: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT.format(module=module)], capture_output=True, text=True)


def test_the_version_is_told() -> None:
    assert shown("--version") == f"noormme-py {version('noormme-py')}\n"


def test_the_help_names_every_command_and_option() -> None:
    assert "inspect" in shown("--help")
    text = shown("inspect", "--help")
    assert all(word in text for word in ("FILE", "--table", "--json"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("noormme ins", "inspect"),
        ("noormme an", "analyze"),
        ("noormme opt", "optimize"),
        ("noormme analyze --fail-on m", "medium"),
        ("noormme optimize shop.db --app", "--apply"),
    ],
)
def test_the_shell_is_told_how_to_complete_a_command(typed: str, meant: str) -> None:
    last = str(len(typed.split()) - 1)
    asked = {"_NOORMME_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": last}
    as_script = "import sys; from noormme_py.cli.main import main; sys.argv = ['noormme']; main()"
    run = subprocess.run([sys.executable, "-c", as_script], env={**os.environ, **asked}, capture_output=True, text=True)
    assert run.stdout.split() == [meant]


@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "a.db", "--no"], ["look"]])
def test_a_wrong_call_is_told_without_a_traceback(arguments: list[str], tmp_path: Path) -> None:
    run = noormme(*arguments, folder=tmp_path)
    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_the_script_begins_at_main() -> None:
    script = next(script for script in entry_points(group="console_scripts") if script.name == "noormme")
    assert script.load() is main


@pytest.mark.parametrize("module", ["typer", "rich"])
def test_without_the_extra_it_says_what_to_install(module: str) -> None:
    run = without(module)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "error: the command line needs the extra 'cli': pip install 'noormme-py[cli]'\n"


def test_any_other_missing_module_is_not_taken_for_the_extra() -> None:
    run = without("pydantic")
    assert run.returncode == 1
    assert "pydantic" in run.stderr.splitlines()[-1]
