"""How the fixtures say what a test left behind."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest


@contextmanager
def told_alone() -> Generator[None]:
    """Tell an assertion by its message alone: where the fixture stands is of no interest."""
    try:
        yield
    except AssertionError as fault:
        # Said with `from None`, which pytest.fail() cannot: or it would be told twice.
        raise pytest.fail.Exception(str(fault), pytrace=False) from None
