# Written by scripts/generate_sync.py from async_repository.py: change that, then run `make fmt`.
"""The repository of a table that is known by its name alone: finders are made of its columns on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from noormme_py.client.sync_typed_repository import SyncTypedRepository

R = TypeVar("R")


class SyncRepository(SyncTypedRepository[R, object, object, object, str]):
    """One table or view, with finders: `find_by_email`, `find_one_by_email`, `find_many_by_role_and_active`."""

    if TYPE_CHECKING:
        # Every repository makes them; of this one a checker does not know which there are.
        def __getattr__(self, name: str) -> Callable[..., Any]: ...
