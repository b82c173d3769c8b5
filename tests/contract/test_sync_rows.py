# Written by scripts/generate_sync.py from test_async_rows.py: change that, then run `make fmt`.
"""Rows as classes of the caller's own, through every door."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

import pytest
from pydantic import BaseModel

from noormme_py import val
from noormme_py.client.sync_executor import SyncExecutor
from noormme_py.errors import DecodeError


class UserModel(BaseModel):
    id: int
    name: str
    balance: Decimal


class AdultModel(BaseModel):
    id: int
    age: int


@dataclass(frozen=True)
class UserData:
    id: int
    name: str
    active: bool


class UserDict(TypedDict):
    id: int
    name: str


class NewUser(BaseModel):
    email: str
    name: str
    active: bool = False


def test_a_pydantic_model_is_validated_for_every_row(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users", UserModel)
    assert users.get_by_id(1) == UserModel(id=1, name="Ada", balance=Decimal("1.10"))
    assert users.row_type is UserModel
    with pytest.raises(DecodeError, match="AdultModel: age"):
        sync_door.get_repository("users", AdultModel).find_all()


def test_a_dataclass_is_filled(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users", UserData)
    assert users.find_all(limit=2) == [UserData(1, "Ada", True), UserData(2, "Bob", False)]
    assert users.create({"email": "zoe@x", "name": "Zoe"}) == UserData(4, "Zoe", True)
    assert users.update(4, {"active": False}) == UserData(4, "Zoe", False)


def test_a_typed_dict_is_a_dict(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users", UserDict)
    assert users.find_many({"id__lt": 3}) == [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}]
    assert users.upsert({"id": 1, "email": "ada@x", "name": "A"}) == {"id": 1, "name": "A"}


def test_a_model_is_written_as_far_as_it_was_set(sync_door: SyncExecutor) -> None:
    users = sync_door.get_repository("users")
    assert (users.create(NewUser(email="a@x", name="A"))).active is True
    assert (users.create(NewUser(email="b@x", name="B", active=False))).active is False


def test_a_query_fills_the_class_it_is_given(sync_door: SyncExecutor) -> None:
    query = sync_door.select_from("users").select("id", "name", "active").where("id", "<", 3).order_by("id")
    assert query.execute(UserData) == [UserData(1, "Ada", True), UserData(2, "Bob", False)]
    assert query.execute_take_first(UserData) == UserData(1, "Ada", True)
    assert query.execute_take_first_or_raise(UserData) == UserData(1, "Ada", True)
    assert [row for row in query.stream(UserData)] == [UserData(1, "Ada", True), UserData(2, "Bob", False)]
    assert query.prepare(UserData).execute_take_first() == UserData(1, "Ada", True)
    written = sync_door.update_table("users").set({"name": val("Y")}).where("id", "=", 2)
    assert written.returning("id", "name", "active").execute(UserData) == [UserData(2, "Y", False)]
