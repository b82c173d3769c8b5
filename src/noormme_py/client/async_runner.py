"""What the bound queries and repositories ask of a database or a transaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias, TypeVar

from noormme_py.client.catalog import Catalog
from noormme_py.query.statement import Statement, Work

T = TypeVar("T")

Answer: TypeAlias = Coroutine[Any, Any, T]
"""What is to be awaited. The coroutine of the runner is handed on as it is: one of one's own costs what a row costs."""

StreamDecoder: TypeAlias = Callable[[list[Any]], list[Any]]


class AsyncRunner(Protocol):
    """Runs what is made for a catalog; `make` is called anew when the schema turns out to have changed."""

    @property
    def catalog(self) -> Catalog: ...

    async def run_read(self, make: Callable[[Catalog], Work[T]]) -> T: ...

    async def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T: ...

    async def run_definition(self, make: Callable[[Catalog], str]) -> None: ...

    def run_stream(self, make: Callable[[Catalog], Statement[StreamDecoder]]) -> AsyncGenerator[Any]: ...

    def transaction(self) -> AbstractAsyncContextManager[AsyncRunner]: ...
