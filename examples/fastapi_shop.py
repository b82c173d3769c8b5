"""A shop behind HTTP: users with some money, what they post, and what they pay each other.

    uvicorn --app-dir examples fastapi_shop:app

Then look at http://127.0.0.1:8000/docs. The database is shop.db, or the file that SHOP_DB names.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, PositiveInt

from noormme_py import AsyncRepository, Noormme
from noormme_py.errors import ConflictError
from noormme_py.integrations.fastapi import Dependencies, add_problem_details, problem_responses

SCHEMA = """
    create table if not exists users (
        id integer primary key,
        email text not null unique check (email like '%_@_%'),
        cents integer not null default 0 check (cents >= 0)
    );
    create table if not exists posts (
        id integer primary key,
        user_id integer not null references users (id),
        title text not null
    );
"""


class NewUser(BaseModel):
    """What is sent to make a user."""

    email: str
    cents: int = 0


class User(NewUser):
    """A row of users."""

    id: int


class NewPost(BaseModel):
    """What is sent to make a post, or to change one."""

    user_id: int
    title: str


class Post(NewPost):
    """A row of posts."""

    id: int


class Payment(BaseModel):
    """Money that one user gives to another."""

    payer_id: int
    payee_id: int
    cents: PositiveInt


# A client should hear soon that the database is busy, rather than wait.
db = Noormme(os.environ.get("SHOP_DB", "shop.db"), optimization={"busy_timeout": 500})
data = Dependencies(db)

# A repository of which each call stands alone, and those that share the transaction of the request.
Users = Annotated[AsyncRepository[User], data.repository("users", User)]
Posts = Annotated[AsyncRepository[Post], data.repository("posts", Post)]
UsersTogether = Annotated[AsyncRepository[User], data.repository("users", User, within=data.transaction)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Open the database and see that its tables are there."""
    async with data.lifespan(app):
        await db.execute_script(SCHEMA)
        yield


app = FastAPI(title="Shop", lifespan=lifespan)
add_problem_details(app)


@app.post("/users", status_code=201, responses=problem_responses(409))
async def create_user(users: Users, user: NewUser) -> User:
    """Make a user; his e-mail must be his alone."""
    return await users.create(user)


@app.get("/users/{user_id}", responses=problem_responses(404))
async def read_user(users: Users, user_id: int) -> User:
    """Read a user."""
    return await users.get_by_id(user_id)


@app.get("/users")
async def list_users(users: Users, limit: PositiveInt = 20, offset: int = 0) -> list[User]:
    """List users in the order of their e-mails."""
    return await users.find_all(order_by="email", limit=min(limit, 100), offset=max(offset, 0))


@app.post("/posts", status_code=201, responses=problem_responses(409))
async def create_post(posts: Posts, post: NewPost) -> Post:
    """Make a post of a user who is there."""
    return await posts.create(post)


@app.get("/users/{user_id}/posts")
async def list_posts(posts: Posts, user_id: int) -> list[Post]:
    """List what a user has posted, the latest first."""
    return await posts.find_many({"user_id": user_id}, order_by="-id")


@app.put("/posts/{post_id}", responses=problem_responses(404, 409))
async def update_post(posts: Posts, post_id: int, post: NewPost) -> Post:
    """Change a post."""
    return await posts.update(post_id, post)


@app.post("/payments", responses=problem_responses(404, 409, 503))
async def pay(users: UsersTogether, payment: Payment) -> User:
    """Move money from one user to another, all of it or none, and return the one who has paid."""
    payer = await users.get_by_id(payment.payer_id)
    if payer.cents < payment.cents:
        raise ConflictError("there is not enough money")
    payer = await users.update(payer.id, {"cents": payer.cents - payment.cents})
    payee = await users.get_by_id(payment.payee_id)
    await users.update(payee.id, {"cents": payee.cents + payment.cents})
    return payer
