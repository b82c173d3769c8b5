"""A codec of the caller's own is held to the rules of the house: what it raises and what it gives."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Codec, Noormme
from noormme_py.errors import EncodeError

SECRET = "MARKER7f3a"


def refusing(fault: type[Exception]) -> Codec:
    def encode(value: Any) -> str:
        raise fault(f"cannot take {value!r}")

    return Codec("mine", str, encode)


OWN: list[Codec] = [
    refusing(ValueError),
    refusing(TypeError),
    refusing(OverflowError),
    Codec("mine", int, int),
    Codec("mine", str, {"known": "1"}.__getitem__),
    Codec("mine", object, lambda value: [value]),  # type: ignore[arg-type, return-value]
    Codec("mine", object, lambda value: float("nan")),
    Codec("mine", object, lambda value: 2**63),
    Codec("mine", object, lambda value: f"{value}\ud800"),
]


async def opened(path: Path, codec: Codec) -> Noormme:
    async with Noormme(path) as plain:
        await plain.execute_script("create table staff (id integer primary key, c text)")
    return await Noormme(path, codecs={"staff.c": codec}).initialize()


@pytest.mark.parametrize("own", OWN, ids=[str(number) for number in range(len(OWN))])
async def test_what_it_refuses_or_sqlite_cannot_hold_is_an_encode_error_without_the_value(
    tmp_path: Path, own: Codec
) -> None:
    async with await opened(tmp_path / "a.db", own) as db:
        staff = db.get_repository("staff")
        value = SECRET
        for attempt in (
            staff.create({"c": value}),
            staff.find_many({"c": value}),
            staff.find_many({"c__in": [value]}),
            db.insert_into("staff").values({"c": value}).execute(),
        ):
            with pytest.raises(EncodeError, match=r"staff\.c: .*'mine'") as refused:
                await attempt
            assert SECRET not in "".join(traceback.format_exception(refused.value)) + repr(refused.value)
        assert await staff.count() == 0


async def test_it_may_store_null(tmp_path: Path) -> None:
    async with await opened(tmp_path / "a.db", Codec("mine", list, lambda value: None)) as db:
        assert (await db.get_repository("staff").create({"c": []})).c is None
