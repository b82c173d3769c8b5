"""A request's transaction: committed before the answer, undone by an error, gone with who asked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import anyio
import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from noormme_py import AsyncRepository, AsyncTransaction, Noormme
from noormme_py.errors import TransactionError
from noormme_py.integrations.fastapi import add_problem_details
from tests.integrations.asking import dependencies, running

EVE = {"email": "eve@example.com"}


class Shop:
    """An app and its dependencies."""

    def __init__(self, folder: Path, busy_timeout: int = 5_000) -> None:
        self.data = dependencies(folder, busy_timeout)
        self.app = FastAPI(lifespan=self.data.lifespan)
        add_problem_details(self.app)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def emails(folder: Path) -> list[str]:
    """Return what another connection sees."""
    async with Noormme(folder / "app.db") as db:
        return [user.email for user in await db.get_repository("users").find_all()]


async def test_what_was_done_is_committed_before_the_response_begins(shop: Shop, tmp_path: Path) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> dict[str, bool]:
        await tx.get_repository("users").create(EVE)
        return {"ok": True}

    seen: list[list[str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.append(await emails(tmp_path))
            await send(message)

        await shop.app(scope, receive, watched)

    async with running(shop.app), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        assert (await client.get("http://test/")).status_code == 200
    assert seen == [["ada@example.com", "eve@example.com"]]


async def test_a_commit_that_fails_is_the_answer(shop: Shop) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> dict[str, bool]:
        await tx.get_repository("posts").create({"user_id": 99, "title": "nobody's"})
        return {"ok": True}

    async with running(shop.app) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.json()["error"]) == (409, "ForeignKeyViolation")


@pytest.mark.parametrize(
    ("error", "status"), [(HTTPException(402), 402), (RuntimeError("a fault"), 500), (KeyError("x"), 500)]
)
async def test_an_error_of_the_handler_rolls_back(shop: Shop, tmp_path: Path, error: Exception, status: int) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> None:
        await tx.get_repository("users").create(EVE)
        raise error

    async with running(shop.app) as client:
        assert (await client.get("/")).status_code == status
    assert await emails(tmp_path) == ["ada@example.com"]


async def test_an_answer_that_is_not_what_was_promised_rolls_back(shop: Shop, tmp_path: Path) -> None:
    @shop.app.get("/", response_model=int)
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> str:
        await tx.get_repository("users").create(EVE)
        return "not a number"

    async with running(shop.app) as client:
        assert (await client.get("/")).status_code == 500
    assert await emails(tmp_path) == ["ada@example.com"]


async def test_a_response_that_is_returned_commits_whatever_its_status(shop: Shop, tmp_path: Path) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> JSONResponse:
        await tx.get_repository("users").create(EVE)
        return JSONResponse({}, 418)

    async with running(shop.app) as client:
        assert (await client.get("/")).status_code == 418
    assert await emails(tmp_path) == ["ada@example.com", "eve@example.com"]


async def test_all_who_ask_for_it_in_a_request_have_the_same_transaction(shop: Shop, tmp_path: Path) -> None:
    data = shop.data

    async def asked_below(tx: Annotated[AsyncTransaction, data.transaction]) -> AsyncTransaction:
        return tx

    @shop.app.get("/")
    async def _(
        tx: Annotated[AsyncTransaction, data.transaction],
        below: Annotated[AsyncTransaction, Depends(asked_below)],
        users: Annotated[AsyncRepository[Any], data.repository("users", within=data.transaction)],
    ) -> None:
        await users.create(EVE)
        assert below is tx
        assert await tx.get_repository("users").count() == 2
        raise HTTPException(402)

    async with running(shop.app) as client:
        assert (await client.get("/")).status_code == 402
    assert await emails(tmp_path) == ["ada@example.com"]


async def test_a_repository_alone_keeps_each_of_its_calls(shop: Shop, tmp_path: Path) -> None:
    @shop.app.get("/")
    async def _(users: Annotated[AsyncRepository[Any], shop.data.repository("users", dict)]) -> None:
        assert (await users.create(EVE))["email"] == EVE["email"]
        raise HTTPException(402)

    async with running(shop.app) as client:
        assert (await client.get("/")).status_code == 402
    assert await emails(tmp_path) == ["ada@example.com", "eve@example.com"]


async def test_a_snapshot_sees_one_moment_and_writes_nothing(shop: Shop) -> None:
    @shop.app.get("/")
    async def _(
        snapshot: Annotated[AsyncTransaction, shop.data.snapshot], db: Annotated[Noormme, shop.data.database]
    ) -> list[int]:
        before = await snapshot.get_repository("users").count()
        await db.get_repository("users").create(EVE)
        after = await snapshot.get_repository("users").count()
        return [before, after, await db.get_repository("users").count()]

    @shop.app.post("/")
    async def _(
        users: Annotated[AsyncRepository[Any], shop.data.repository("users", within=shop.data.snapshot)],
    ) -> None:
        await users.create({"email": "zoe@example.com"})

    async with running(shop.app) as client:
        assert (await client.get("/")).json() == [1, 1, 2]
        # A write to a snapshot is the program's own fault.
        assert (await client.post("/")).status_code == 500


async def test_a_finished_transaction_is_of_no_use_to_a_stream(shop: Shop) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield str(await tx.get_repository("users").count())

        return StreamingResponse(lines())

    async with running(shop.app), httpx.AsyncClient(transport=httpx.ASGITransport(shop.app)) as client:
        with pytest.raises(TransactionError, match="this transaction is over"):
            await client.get("http://test/")


async def test_requests_that_write_at_once_take_turns(shop: Shop) -> None:
    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> int:
        users = tx.get_repository("users")
        count: int = await users.count()
        await asyncio.sleep(0)
        await users.create({"email": f"user{count}@example.com"})
        return count

    async with running(shop.app) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(20)))
    assert sorted(answer.json() for answer in answers) == list(range(1, 21))


async def test_a_held_lock_is_answered_with_when_to_come_again(tmp_path: Path) -> None:
    shop = Shop(tmp_path, busy_timeout=50)

    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> None: ...

    async with running(shop.app) as client, Noormme(tmp_path / "app.db") as other:
        async with other.transaction():
            answer = await client.get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert (await client.get("/")).status_code == 200


async def test_a_slow_body_holds_no_lock(tmp_path: Path) -> None:
    shop = Shop(tmp_path, busy_timeout=50)
    is_waited_for, may_end = asyncio.Event(), asyncio.Event()

    @shop.app.post("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction], values: dict[str, str]) -> None:
        await tx.get_repository("users").create(values)

    async def body() -> AsyncIterator[bytes]:
        yield b'{"email": '
        is_waited_for.set()
        await may_end.wait()
        yield b'"eve@example.com"}'

    async with running(shop.app) as client, Noormme(tmp_path / "app.db", optimization={"busy_timeout": 50}) as other:
        asked = asyncio.create_task(client.post("/", content=body(), headers={"Content-Type": "application/json"}))
        await is_waited_for.wait()
        await other.get_repository("users").create({"email": "zoe@example.com"})
        may_end.set()
        assert (await asked).status_code == 200
    assert await emails(tmp_path) == ["ada@example.com", "zoe@example.com", "eve@example.com"]


@pytest.mark.parametrize("is_writing", [False, True])
async def test_a_cancelled_request_leaves_neither_rows_nor_a_lock(tmp_path: Path, is_writing: bool) -> None:
    shop = Shop(tmp_path, busy_timeout=50)
    has_begun = asyncio.Event()

    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> None:
        await tx.get_repository("users").create(EVE)
        has_begun.set()
        if is_writing:
            await tx.execute("with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n")
        await asyncio.Event().wait()

    async with running(shop.app) as client, Noormme(tmp_path / "app.db", optimization={"busy_timeout": 50}) as other:
        asked = asyncio.create_task(client.get("/"))
        await has_begun.wait()
        await asyncio.sleep(0.02)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await other.get_repository("users").create({"email": "zoe@example.com"})
    assert await emails(tmp_path) == ["ada@example.com", "zoe@example.com"]


async def test_a_scope_that_is_cancelled_again_and_again_leaves_no_lock_either(tmp_path: Path) -> None:
    # What a middleware does with a client that has gone: every further await of the handler is cancelled too.
    shop = Shop(tmp_path, busy_timeout=50)
    has_begun = asyncio.Event()

    @shop.app.get("/")
    async def _(tx: Annotated[AsyncTransaction, shop.data.transaction]) -> None:
        await tx.get_repository("users").create(EVE)
        has_begun.set()
        await asyncio.Event().wait()

    async with running(shop.app) as client, Noormme(tmp_path / "app.db", optimization={"busy_timeout": 50}) as other:
        async with anyio.create_task_group() as group:
            group.start_soon(client.get, "/")
            await has_begun.wait()
            group.cancel_scope.cancel()
        await other.get_repository("users").create({"email": "zoe@example.com"})
    assert await emails(tmp_path) == ["ada@example.com", "zoe@example.com"]
