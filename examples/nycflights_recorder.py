"""A database that remembers the SQL it is asked for, so that the tour can show it.

It needs no hook: everything the library does is an operation, a generator that yields its statements.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from noormme_py import AsyncTransaction, Noormme
from noormme_py.client.catalog import Catalog
from noormme_py.query.statement import Operation, Statement, Work, ask

T = TypeVar("T")


class RecordedNoormme(Noormme):
    """A database with a record of what is run on it; of a transaction it notes the beginning and the end."""

    def __init__(self, database: str) -> None:
        super().__init__(database)
        self._record: list[str] = []

    def take_record(self) -> list[str]:
        """Return the SQL since the last look."""
        taken, self._record = self._record, []
        return taken

    async def run_read(self, make: Callable[[Catalog], Work[T]]) -> T:
        return await super().run_read(lambda catalog: recorded(make(catalog), self._record))

    async def run_write(self, make: Callable[[Catalog], Work[T]], *, is_definition: bool = False) -> T:
        return await super().run_write(
            lambda catalog: recorded(make(catalog), self._record), is_definition=is_definition
        )

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncGenerator[AsyncTransaction]:
        begin, end = "begin" if read_only else "begin immediate", "rollback"
        try:
            async with super().transaction(read_only=read_only) as tx:
                yield tx
            end = "commit"
        finally:
            self._record.append(f"{begin}; /* what the block does */ {end};")


def recorded(work: Work[T], record: list[str]) -> Operation[T]:
    """Hand an operation's requests on, and what comes back, and note the SQL that passes."""
    operation = ask(work) if isinstance(work, Statement) else work
    step: Callable[[], Any] = partial(next, operation)
    while True:
        try:
            request = step()
        except StopIteration as stop:
            result: T = stop.value
            return result
        if isinstance(request, Statement):
            record.append(request.sql)
        try:
            answer = yield request
        except Exception as fault:
            step = partial(operation.throw, fault)
        else:
            step = partial(operation.send, answer)
