# Written by scripts/generate_sync.py from async_repository.py: change that, then run `make fmt`.
"""The repository of a table that is known by its name alone: finders are made of its columns on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from noormme_py.client.sync_typed_repository import SyncTypedRepository
from noormme_py.errors import Closed
from noormme_py.repository.finders import method_suggestion

R = TypeVar("R")


class SyncRepository(SyncTypedRepository[R, object, object, object, str]):
    """One table or view, with finders: `find_by_email`, `find_one_by_email`, `find_many_by_role_and_active`."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a finder: `find_by_email`, `find_one_by_email`, `find_many_by_role_and_active`."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            operations = self._for(self._runner.catalog)
        except Closed as fault:
            # What asks by hasattr, a debugger or a mock, knows no other refusal.
            raise AttributeError(f"{name}: {fault.message}") from fault
        if operations.read.finder(name) is None:
            methods = [method for method in dir(type(self)) if not method.startswith("_")]
            raise AttributeError(method_suggestion(name, methods, operations.plan.table))
        # From now on it is found without coming here.
        finder = self.__dict__[name] = self._finder(name)
        return finder

    def _finder(self, name: str) -> Callable[..., Any]:
        def find(*values: object) -> Any:
            # Looked up at each call, since the schema may have changed.
            return self._find_by(name, *values)

        find.__name__ = name
        return find
