"""Checks of a database's health: each looks at one thing, changes nothing, and gives findings.

They are imported when somebody asks for an examination: most programs never do, and start sooner.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from noormme_py.optimize.doctor.examination import examine as examine

__all__ = ["examine"]


def __getattr__(name: str) -> object:
    if name != "examine":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.examination").examine
