"""Where commands print: rich for the eyes, unbroken lines for programs, and a word about long work."""

from __future__ import annotations

import io
import sys

from rich.console import Console

# Wide enough that no line is broken where a program reads.
_WIDTH_OF_A_PIPE = 100_000


def output() -> Console:
    """Return stdout; rich reads no markup in what is printed."""
    accept_all_characters()
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE
    return Console(width=width, markup=False, emoji=False, highlight=False)


def progress() -> Console:
    """Return stderr for what is said while somebody waits; silent where nobody looks."""
    return Console(stderr=True, quiet=not sys.stderr.isatty())


def accept_all_characters() -> None:
    """Have stdout take any character; a terminal may not know all that a name has."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
