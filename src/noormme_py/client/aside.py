"""Work on a private copy of a file, or a clone without its rows, for tools that have no database open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from noormme_py.config import Config
from noormme_py.engine.scratch import Scratch
from noormme_py.optimize.laboratory import Laboratory

T = TypeVar("T")


def in_laboratory(config: Config, work: Callable[[Laboratory], T], *, with_rows: bool) -> T:
    """Run a function on it and return its result; raises what opening and reading the file raise."""
    with closing(Scratch.copied(config) if with_rows else Scratch.cloned(config)) as scratch:
        return work(scratch)
