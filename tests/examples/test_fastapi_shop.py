"""The shop behind HTTP, asked as its clients ask."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from noormme_py import Noormme
from tests.integrations.asking import running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fastapi_shop.py"
ADA = {"email": "ada@example.com", "cents": 100}
BOB = {"email": "bob@example.com"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
async def client(file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("SHOP_DB", str(file))
    spec = importlib.util.spec_from_file_location("fastapi_shop", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Pydantic looks up annotations where the module says it is.
    monkeypatch.setitem(sys.modules, "fastapi_shop", module)
    spec.loader.exec_module(module)
    app: FastAPI = module.app
    async with running(app) as client:
        assert (await client.post("/users", json=ADA)).json() == ADA | {"id": 1}
        assert (await client.post("/users", json=BOB)).status_code == 201
        yield client


def told(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["error"]


async def test_what_is_written_is_read(client: httpx.AsyncClient) -> None:
    assert (await client.get("/users/1")).json() == ADA | {"id": 1}
    assert [user["id"] for user in (await client.get("/users")).json()] == [1, 2]
    assert [user["id"] for user in (await client.get("/users", params={"limit": 1, "offset": 1})).json()] == [2]

    for title in ("first", "second"):
        assert (await client.post("/posts", json={"user_id": 1, "title": title})).status_code == 201
    changed = await client.put("/posts/1", json={"user_id": 1, "title": "changed"})
    assert changed.json() == {"id": 1, "user_id": 1, "title": "changed"}
    assert [post["title"] for post in (await client.get("/users/1/posts")).json()] == ["second", "changed"]


async def test_a_refusal_says_why(client: httpx.AsyncClient) -> None:
    assert told(await client.get("/users/9")) == (404, "RowNotFound")
    assert told(await client.put("/posts/9", json={"user_id": 1, "title": "x"})) == (404, "RowNotFound")
    assert told(await client.post("/users", json=ADA)) == (409, "UniqueViolation")
    assert told(await client.post("/posts", json={"user_id": 9, "title": "x"})) == (409, "ForeignKeyViolation")
    assert told(await client.post("/users", json={"email": "nobody"})) == (422, "CheckViolation")
    # What is wrong in the request itself is FastAPI's own answer.
    assert (await client.post("/users", json={})).status_code == 422


async def balances(client: httpx.AsyncClient) -> list[int]:
    return [user["cents"] for user in (await client.get("/users")).json()]


async def test_a_payment_is_made_as_a_whole_or_not_at_all(client: httpx.AsyncClient) -> None:
    async def pay(cents: int, payee: int = 2) -> httpx.Response:
        return await client.post("/payments", json={"payer_id": 1, "payee_id": payee, "cents": cents})

    assert (await pay(30)).json()["cents"] == 70
    assert await balances(client) == [70, 30]
    # The payer has been charged when it turns out that nobody is to be paid.
    assert told(await pay(30, payee=9)) == (404, "RowNotFound")
    assert told(await pay(80)) == (409, "ConflictError")
    assert await balances(client) == [70, 30]

    answers = await asyncio.gather(*(pay(10) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [409] * 3
    assert await balances(client) == [0, 100]


async def test_a_busy_database_asks_to_come_again(client: httpx.AsyncClient, file: Path) -> None:
    async with Noormme(file) as other, other.transaction():
        answer = await client.post("/users", json={"email": "eve@example.com"})
        assert told(answer) == (503, "DatabaseBusy")
        assert int(answer.headers["Retry-After"]) >= 1
        # Reading goes on.
        assert await balances(client) == [100, 0]
    assert (await client.post("/users", json={"email": "eve@example.com"})).status_code == 201
