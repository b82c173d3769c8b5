"""An app's database and its client, on one event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI

from noormme_py import Noormme
from noormme_py.integrations.fastapi import Dependencies

SCHEMA = """
    create table users (
        id integer primary key,
        email text not null unique check (length(email) > 3),
        born date
    );
    create table posts (
        id integer primary key,
        user_id integer not null references users (id) deferrable initially deferred,
        title text not null
    );
    create trigger no_root before insert on users when new.email like 'root@%' begin
        select raise(abort, 'nobody is root');
    end;
"""


def dependencies(folder: Path, busy_timeout: int = 5_000) -> Dependencies:
    """Return the dependencies of `app.db` in the folder; `busy_timeout` in milliseconds."""
    return Dependencies(Noormme(folder / "app.db", optimization={"busy_timeout": busy_timeout}))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    """Run the app's lifespan and ask it as a server does: an error that it raises is answered with 500."""
    async with app.router.lifespan_context(app), asking(app) as client:
        yield client


def asking(app: FastAPI) -> httpx.AsyncClient:
    """Return a client of the app, whose lifespan is not run."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")
