"""What rows are: models made from the table, or classes of the caller's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, TypedDict

import pytest
from pydantic import BaseModel, Field, GetCoreSchemaHandler, ValidationError, field_validator
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from noormme_py import Noormme, RowModel
from noormme_py.errors import DecodeError, QueryError


class Role(Enum):
    ADMIN = "admin"
    GUEST = "guest"


async def make(db: Noormme) -> Any:
    return await db.get_repository("users").create({"email": "a@x", "name": "A", "settings": {"k": [1, None]}})


async def test_a_row_is_a_frozen_pydantic_model_of_the_table(db: Noormme) -> None:
    row = await make(db)
    assert issubclass(type(row), RowModel)
    assert type(row).__name__ == "User"
    assert type(row) is db.get_repository("users").row_type
    with pytest.raises(ValidationError):
        row.name = "B"
    dumped = row.model_dump()
    assert dumped["settings"] == {"k": [1, None]}
    assert type(row).model_validate(dumped) == row
    assert type(row).model_validate_json(row.model_dump_json()) == row
    assert row.model_copy(update={"name": "B"}).name == "B"
    assert row.model_fields_set == set(type(row).model_fields)


async def test_the_model_has_a_json_schema_for_a_web_framework(db: Noormme) -> None:
    schema = db.get_repository("users").row_type.model_json_schema()
    assert schema["properties"]["active"] == {"title": "Active", "type": "boolean"}
    assert {"type": "null"} in schema["properties"]["age"]["anyOf"]
    assert "id" in schema["required"]


async def test_column_names_that_are_no_attribute_names_have_an_alias(db: Noormme) -> None:
    await db.execute(
        'create table odd (id integer primary key, "class" text, "first name" text, "1st" text,'
        ' "model_dump" text, "a-b" text, "a b" text, "_private" text)'
    )
    odd = db.get_repository("odd")
    names = ["class", "first name", "1st", "model_dump", "a-b", "a b", "_private"]
    row = await odd.create({name: name for name in names})
    assert row.class_ == "class"
    assert row.first_name == "first name"
    assert row.column_1st == "1st"
    assert row.model_dump_ == "model_dump"
    assert {row.a_b, row.a_b_2} == {"a-b", "a b"}
    assert row.private == "_private"
    assert row.model_dump(by_alias=True) == {"id": 1, **{name: name for name in names}}
    assert await odd.update(1, row) == row


async def test_a_model_of_the_callers_own_is_validated(db: Noormme) -> None:
    class User(BaseModel):
        id: int
        name: str
        mail: str = Field(validation_alias="email")
        shout: str = Field(default="", validate_default=True)

        @field_validator("name")
        @classmethod
        def loud(cls, name: str) -> str:
            return name.upper()

    await make(db)
    users = db.get_repository("users", row=User)
    found = await users.find_by_email("a@x")
    assert found == User(id=1, name="A", email="a@x")  # type: ignore[call-arg]
    created = await users.create({"email": "b@x", "name": "b"})
    assert created.name == "B"


async def test_a_dataclass_and_a_typed_dict(db: Noormme) -> None:
    @dataclass(slots=True)
    class Card:
        name: str
        id: int
        active: bool
        note: str = "none"

    class Money(TypedDict):
        id: int
        balance: Decimal
        created_at: datetime

    made = await make(db)
    assert await db.get_repository("users", row=Card).find_by_id(1) == Card("A", 1, True)
    assert await db.get_repository("users", row=Money).find_by_id(1) == {
        "id": 1,
        "balance": Decimal(0),
        "created_at": made.created_at,
    }


async def test_a_class_that_the_table_cannot_fill_is_refused_at_once(db: Noormme) -> None:
    class Wrong(BaseModel):
        id: int
        nmae: str

    @dataclass
    class Stranger:
        planet: str

    with pytest.raises(QueryError, match="Wrong needs 'nmae'"):
        db.get_repository("users", row=Wrong)
    with pytest.raises(QueryError, match="no field of Stranger"):
        db.get_repository("users", row=Stranger)
    with pytest.raises(QueryError, match="cannot be made into 'int'"):
        db.get_repository("users", row=int)


async def test_a_row_that_does_not_validate_is_a_decode_error_without_its_values(db: Noormme) -> None:
    class Picky(BaseModel):
        id: int
        name: int

    await db.get_repository("users").create({"email": "a@x", "name": "s3cret"})
    with pytest.raises(DecodeError, match=r"Picky: name \(int_parsing\)") as fault:
        await db.get_repository("users", row=Picky).find_by_id(1)
    assert "s3cret" not in str(fault.value)


async def test_codecs_by_column_hold_for_repositories_and_builder_alike(db: Noormme) -> None:
    await db.execute("create table staff (id integer primary key, role text not null, seen integer)")
    path = db.config.connection.database
    async with Noormme(path, codecs={"staff.role": Role, "staff.seen": "unixepoch"}) as typed:
        staff = typed.get_repository("staff")
        row = await staff.create({"role": Role.ADMIN})
        assert row.role is Role.ADMIN
        assert (await staff.find_by_role(Role.ADMIN)).id == 1
        built = typed.select_from("staff as s").select("s.role as what").where("s.role", "=", Role.ADMIN)
        assert await built.execute() == [{"what": Role.ADMIN}]


async def test_what_a_class_has_by_its_metaclass_is_no_default_of_a_column(db: Noormme) -> None:
    await db.execute("create table tills (id integer primary key, register text not null, mro text)")
    tills = db.get_repository("tills")
    row = await tills.create({"register": "north", "mro": "x"})
    assert (row.register_, row.mro_) == ("north", "x")
    assert all(field.is_required() for field in tills.row_type.model_fields.values())


class Counted(RowModel):
    """A row that counts how often one is made."""

    email: str
    made: ClassVar[list[str]] = []

    def __new__(cls, *_: Any, **__: Any) -> Counted:
        cls.made.append("one")
        return super().__new__(cls)


class Refusing(RowModel):
    """A row that its own schema refuses."""

    email: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(cls.refuse, handler(source))

    @staticmethod
    def refuse(_: Any) -> Any:
        raise ValueError("refused")


async def test_a_row_model_that_is_made_in_a_way_of_its_own_is_validated(db: Noormme) -> None:
    await make(db)
    Counted.made.clear()
    await db.get_repository("users", Counted).find_all()
    assert Counted.made == ["one"]
    with pytest.raises(DecodeError):
        await db.get_repository("users", Refusing).find_all()
