"""The commands that pages tell of exist: make targets, files, extras, and the package's own command."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from noormme_py.cli.app import app
from tests.docs.pages import ROOT, pages

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def commands() -> Iterator[tuple[str, str]]:
    """Yield every command of a shell block, with its page."""
    for page in pages():
        for block in page.blocks("sh", "bash"):
            for line in block.text.splitlines():
                command = line.partition(" # ")[0].strip()
                if command and not command.startswith("#"):
                    yield page.name, command


@pytest.mark.parametrize(("page", "command"), list(dict.fromkeys(commands())))
def test_a_command_exists(page: str, command: str) -> None:
    words = shlex.split(command)
    match words:
        case ["make", *rest]:
            targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
            assert [word for word in rest if "=" not in word and word not in targets] == []
        case ["pip", "install", what]:
            extras = [extra for listed in re.findall(r"\[(.*)\]", what) for extra in listed.split(",")]
            assert what.partition("[")[0] == "."
            assert set(extras) <= set(PROJECT.get("optional-dependencies", {}))
        case ["uvicorn", "--app-dir", folder, target]:
            module, _, name = target.partition(":")
            assert f"\n{name} = FastAPI(" in (ROOT / folder / f"{module}.py").read_text(encoding="utf-8")
        case ["noormme", *names]:
            named = 2 if names[0] == "transfer" else 1
            told = CliRunner().invoke(app, [*names[:named], "--help"], env={"NO_COLOR": "1", "COLUMNS": "200"})
            assert told.exit_code == 0, told.output
            options = [word for word in names[named:] if word.startswith("--")]
            assert [word for word in options if word not in told.output] == []
        case ["psql", url, "-f", script]:
            assert url.startswith("postgresql://")
            assert (ROOT / script).is_file()
        case ["python", script, *options]:
            text = (ROOT / script).read_text(encoding="utf-8")
            assert [word for word in options if word.startswith("--") and f'"{word}"' not in text] == []
        case _:
            pytest.fail(f"{page}: nobody knows whether {command!r} works")


def test_tests_named_in_commands_are_there() -> None:
    named = [word for _, command in commands() for word in re.findall(r"\btests/[\w/.]+", command)]
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
