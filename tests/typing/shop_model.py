"""A database, and its rows and tables as a generated module declares them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from noormme_py import Col, RowModel, TableOf


class User(RowModel):
    id: int
    email: str
    name: str
    age: int | None
    active: bool
    balance: Decimal
    joined: date | None


class Post(RowModel):
    id: int
    user_id: int
    title: str


class Membership(RowModel):
    user_id: int
    club: str
    since: date | None


class Users(TableOf[User]):
    __table__ = "users"
    id = Col[int]("users", "id")
    email = Col[str]("users", "email")
    name = Col[str]("users", "name")
    age = Col[int | None]("users", "age")
    active = Col[bool]("users", "active")
    balance = Col[Decimal]("users", "balance")
    joined = Col[date | None]("users", "joined")


class Posts(TableOf[Post]):
    __table__ = "posts"
    id = Col[int]("posts", "id")
    user_id = Col[int]("posts", "user_id")
    title = Col[str]("posts", "title")


class Memberships(TableOf[Membership]):
    __table__ = "memberships"
    user_id = Col[int]("memberships", "user_id")
    club = Col[str]("memberships", "club")
    since = Col[date | None]("memberships", "since")


@dataclass
class Card:
    """What a query makes of columns of several tables."""

    title: str
    author: str
