"""Rows as dataclasses: what a class does when it is made is done for every row."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest

from noormme_py import Noormme


@dataclass
class Plain:
    id: int
    name: str


@dataclass(slots=True)
class Slotted:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Frozen:
    id: int
    name: str


@dataclass(kw_only=True)
class ByKeyword:
    name: str
    id: int


@dataclass
class WithDefaults:
    id: int
    name: str
    seen: list[int] = field(default_factory=list[int])
    note: str = "none"


@dataclass
class Checked:
    id: int
    name: str

    def __post_init__(self) -> None:
        self.name = self.name.upper()


@dataclass
class Derived(Plain):
    initial: str = field(init=False)

    def __post_init__(self) -> None:
        self.initial = self.name[0]


class OwnInit(Plain):
    def __init__(self, id: int, name: str) -> None:
        super().__init__(id, name * 2)


@dataclass
class OwnNew:
    id: int
    name: str

    def __new__(cls, **_: Any) -> OwnNew:
        made = super().__new__(cls)
        made.mark = "made"  # type: ignore[attr-defined]
        return made


class Loud:
    """Sees every assignment to an attribute of its name."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"

    def __get__(self, row: object, owner: type | None = None) -> Any:
        return getattr(row, self.name)

    def __set__(self, row: object, value: Any) -> None:
        setattr(row, self.name, f"{value}!")


@dataclass
class WithDescriptor:
    id: int
    name: Loud = field(default=Loud())


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with Noormme(":memory:") as database:
        await database.execute_script("create table t (id integer primary key, name text not null);")
        await database.execute("insert into t values (1, 'ada')")
        yield database


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (Plain, {"id": 1, "name": "ada"}),
        (Slotted, {"id": 1, "name": "ada"}),
        (Frozen, {"id": 1, "name": "ada"}),
        (ByKeyword, {"id": 1, "name": "ada"}),
        (WithDefaults, {"id": 1, "name": "ada", "seen": [], "note": "none"}),
        (Checked, {"id": 1, "name": "ADA"}),
        (Derived, {"id": 1, "name": "ada", "initial": "a"}),
        (OwnInit, {"id": 1, "name": "adaada"}),
        (OwnNew, {"id": 1, "name": "ada", "mark": "made"}),
        (WithDescriptor, {"id": 1, "name": "ada!"}),
    ],
)
async def test_a_row_is_what_its_class_makes_of_it(db: Noormme, cls: type[Any], expected: dict[str, Any]) -> None:
    rows = db.get_repository("t", cls)
    (one,) = await rows.find_all()
    assert type(one) is cls
    assert {name: getattr(one, name) for name in expected} == expected
    assert await rows.get_by_id(1) is not one
    assert repr(await db.select_from("t").select_all().execute_take_first(into=cls)) == repr(one)


async def test_rows_do_not_share_what_a_default_factory_makes(db: Noormme) -> None:
    rows = db.get_repository("t", WithDefaults)
    (await rows.get_by_id(1)).seen.append(1)
    assert (await rows.get_by_id(1)).seen == []
