"""Where the command line begins, with or without the extra that it needs."""

from __future__ import annotations

import sys
from collections.abc import Callable

_EXTRA = ("click", "rich", "typer")


def _refuse() -> None:
    print("error: the command line needs the extra 'cli': pip install 'noormme-py[cli]'", file=sys.stderr)
    sys.exit(2)


_run: Callable[[], object] = _refuse
try:
    from noormme_py.cli.app import app
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] not in _EXTRA:
        raise
else:
    _run = app


def main() -> None:
    """Run the command that the arguments name."""
    _run()
