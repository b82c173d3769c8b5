"""A database is open while its app runs: alone, inside the app's own lifespan, and for several apps."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from inspect import isasyncgenfunction, iscoroutinefunction
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from noormme_py import AsyncRepository, AsyncTransaction, Noormme
from noormme_py.errors import Closed
from noormme_py.integrations.fastapi import Dependencies, add_problem_details
from tests.integrations.asking import asking, dependencies, running


def counting(data: Dependencies, app: FastAPI) -> FastAPI:
    """Add a route that counts users in each way there is."""
    add_problem_details(app)

    @app.get("/users")
    async def _(
        db: Annotated[Noormme, data.database],
        users: Annotated[AsyncRepository[Any], data.repository("users")],
        snapshot: Annotated[AsyncTransaction, data.snapshot],
    ) -> list[int]:
        counts = [await each.get_repository("users").count() for each in (db, snapshot)]
        return [*counts, await users.count()]

    @app.post("/users/{name}")
    async def _(
        name: str, users: Annotated[AsyncRepository[Any], data.repository("users", within=data.transaction)]
    ) -> int:
        user = await users.create({"email": f"{name}@example.com"})
        return int(user.id)

    return app


async def test_the_database_is_open_while_the_app_runs(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db")
    data = Dependencies(db)
    async with running(counting(data, FastAPI(lifespan=data.lifespan))) as client:
        assert (await client.get("/users")).json() == [1, 1, 1]
    with pytest.raises(Closed):
        await db.execute("select 1")


async def test_it_closes_when_the_app_fails(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db")
    data = Dependencies(db)
    app = FastAPI(lifespan=data.lifespan)
    with pytest.raises(KeyError):
        async with app.router.lifespan_context(app):
            raise KeyError("shutting down")
    with pytest.raises(Closed):
        await db.execute("select 1")


async def test_a_lifespan_of_the_app_s_own_finds_it_open(tmp_path: Path) -> None:
    db = Noormme(tmp_path / "app.db")
    data = Dependencies(db)
    counts: list[int] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, str]]:
        async with data.lifespan(app):
            await db.get_repository("users").create({"email": "eve@example.com"})
            yield {"kept": "state"}
            counts.append(await db.get_repository("users").count())

    async with running(counting(data, FastAPI(lifespan=lifespan))) as client:
        assert (await client.get("/users")).json() == [2, 2, 2]
    assert counts == [2]


async def test_before_the_start_it_is_said_that_nothing_is_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = dependencies(tmp_path)
    async with asking(counting(data, FastAPI(lifespan=data.lifespan))) as client:
        for answer in (await client.get("/users"), await client.post("/users/eve")):
            assert (answer.status_code, answer.json()["detail"]) == (503, "The database is not open.")
    assert "await db.initialize()" in caplog.text


async def test_a_mounted_app_is_served_by_the_lifespan_above_it(tmp_path: Path) -> None:
    data = dependencies(tmp_path)
    app = FastAPI(lifespan=data.lifespan)
    app.mount("/api", counting(data, FastAPI()))
    async with running(app) as client:
        assert (await client.get("/api/users")).json() == [1, 1, 1]


async def test_apps_of_one_process_may_have_databases_of_one_file(tmp_path: Path) -> None:
    one, other = dependencies(tmp_path), dependencies(tmp_path)
    app = counting(one, FastAPI(lifespan=one.lifespan))
    async with running(app) as client:
        async with running(counting(other, FastAPI(lifespan=other.lifespan))) as beside:
            assert (await beside.post("/users/eve")).status_code == 200
            assert (await client.get("/users")).json() == [2, 2, 2]
        assert (await client.get("/users")).json() == [2, 2, 2]


def test_the_test_client_starts_an_app_again_and_again(tmp_path: Path) -> None:
    data = dependencies(tmp_path)
    app = counting(data, FastAPI(lifespan=data.lifespan))
    for number, name in enumerate(("eve", "bob"), 2):
        # Each time in another event loop.
        with TestClient(app) as client:
            assert client.post(f"/users/{name}").json() == number
            assert client.get("/users").json() == [number] * 3


async def test_a_test_may_put_another_database_in_its_place(tmp_path: Path) -> None:
    data = dependencies(tmp_path)
    app = counting(data, FastAPI())
    async with Noormme(":memory:") as other, asking(app) as client:
        await other.execute_script("create table users (id integer primary key, email text)")

        async def replacement() -> AsyncIterator[Noormme]:
            yield other

        assert data.database.dependency is not None
        app.dependency_overrides[data.database.dependency] = replacement
        assert (await client.post("/users/eve")).json() == 1
        assert await other.get_repository("users").count() == 1


def test_no_dependency_needs_a_thread(tmp_path: Path) -> None:
    data = dependencies(tmp_path)
    for given in (data.database, data.transaction, data.snapshot, data.repository("users")):
        assert iscoroutinefunction(given.dependency) or isasyncgenfunction(given.dependency)


def test_a_dependency_is_not_to_be_wrapped_again(tmp_path: Path) -> None:
    # A type checker says so too.
    transaction: Any = dependencies(tmp_path).transaction

    async def handler(tx: Annotated[AsyncTransaction, Depends(transaction)]) -> None: ...

    with pytest.raises(TypeError, match="not a callable object"):
        FastAPI().get("/")(handler)
