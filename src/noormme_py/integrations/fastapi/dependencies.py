"""A database as what FastAPI hands to the functions that answer requests.

What a user writes into `Annotated` is a finished dependency, never a function: when a transaction ends is not
left to whoever uses it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, params

from noormme_py.client.async_client import Noormme
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.client.async_repository import AsyncRepository
from noormme_py.client.async_transaction import AsyncTransaction


class Dependencies:
    """The dependencies that one database gives to an app: `Annotated[AsyncTransaction, data.transaction]`.

    `database` is the database itself. `transaction` is begun before the function runs, with the write lock, and
    committed when it returns, before the response is sent; an error rolls it back. `snapshot` is a transaction
    for reading. Within one request each is the same to all who ask for it.
    """

    def __init__(self, database: Noormme) -> None:
        self._database = database
        self.database = params.Depends(self._give_database)
        self.transaction = _ended_before_the_response(self.database, read_only=False)
        self.snapshot = _ended_before_the_response(self.database, read_only=True)

    @asynccontextmanager
    async def lifespan(self, _app: FastAPI) -> AsyncGenerator[None]:
        """Keep the database open while the app runs; it can be entered from a lifespan of the app's own."""
        async with self._database:
            yield

    def repository(
        self, table: str, row: type[Any] | None = None, *, within: params.Depends | None = None
    ) -> params.Depends:
        """Return the dependency that is a repository, of rows of the class `row` when that is given.

        Each of its calls stands alone, unless it is `within` the transaction or the snapshot of the request.
        """
        source: Any = self.database if within is None else within

        # FastAPI would run a function that is not `async` in a thread.
        async def repository(executor: AsyncExecutor = source) -> AsyncRepository[Any]:
            return executor.get_repository(table) if row is None else executor.get_repository(table, row)

        return params.Depends(repository)

    async def _give_database(self) -> Noormme:
        return self._database


def _ended_before_the_response(source: Any, *, read_only: bool) -> params.Depends:
    async def transaction(database: Noormme = source) -> AsyncGenerator[AsyncTransaction]:
        async with database.transaction(read_only=read_only) as opened:
            yield opened

    # With FastAPI's own choice it would end after the response, which says that all is kept.
    return params.Depends(transaction, scope="function")
