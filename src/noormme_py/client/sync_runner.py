# Written by scripts/generate_sync.py from async_runner.py: change that, then run `make fmt`.
"""What the bound queries and repositories ask of a database or a transaction."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias, TypeVar

from noormme_py.client.catalog import Catalog
from noormme_py.query.statement import Statement, Work

T = TypeVar("T")

StreamDecoder: TypeAlias = Callable[[list[Any]], list[Any]]


class SyncRunner(Protocol):
    """Runs what is made for a catalog; `make` is called anew when the schema turns out to have changed."""

    @property
    def catalog(self) -> Catalog: ...

    def run_read(self, make: Callable[[Catalog], Work[T]]) -> T: ...

    def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T: ...

    def run_definition(self, make: Callable[[Catalog], str]) -> None: ...

    def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> Generator[Any]: ...

    def transaction(self) -> AbstractContextManager[SyncRunner]: ...
