"""A Decimal is kept exactly; where a column's affinity cannot, discovery says so and the write is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.errors import EncodeError

_TABLE = """
create table prices (
    id integer primary key,
    numeric_price decimal(20, 2),
    text_price text,
    exact_price decimal text
)
"""


async def test_discovery_names_the_columns_that_cannot_keep_every_decimal() -> None:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        (note,) = db.schema.notes
        assert note.startswith("prices.numeric_price (decimal(20, 2)) has NUMERIC affinity")


@pytest.mark.parametrize("text", ["1.10", "0.1", "-0.01", "19.99", "12345678.91", "0", "9223372036854775807"])
async def test_a_decimal_of_a_numeric_column_comes_back_equal(text: str) -> None:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        prices = db.get_repository("prices")
        created = await prices.create({"numeric_price": Decimal(text)})
        found = await prices.get_by_id(created.id)
        assert isinstance(found.numeric_price, Decimal)
        assert found.numeric_price == created.numeric_price == Decimal(text)
        assert await prices.find_one({"numeric_price": Decimal(text)}) == found


@pytest.mark.parametrize("text", ["1234567890123456.78", "0.1234567890123456789", "1e400", "9223372036854775809"])
async def test_a_decimal_that_a_numeric_column_would_change_is_refused(text: str) -> None:
    async with Noormme(":memory:") as db:
        await db.execute(_TABLE)
        with pytest.raises(EncodeError, match=r"prices\.numeric_price.* numeric"):
            await db.get_repository("prices").create({"numeric_price": Decimal(text)})
        assert await db.get_repository("prices").count() == 0


@pytest.mark.parametrize("text", ["1.10", "1234567890123456.78", "0.1234567890123456789", "1E+400", "-0.00"])
async def test_a_decimal_in_a_column_of_text_keeps_every_digit(path: Path, text: str) -> None:
    async with Noormme(path) as db:
        await db.execute(_TABLE)
    async with Noormme(path, codecs={"prices.text_price": "decimal"}) as db:
        prices = db.get_repository("prices")
        created = await prices.create({"text_price": Decimal(text), "exact_price": Decimal(text)})
        found = await prices.get_by_id(created.id)
        assert (str(found.text_price), str(found.exact_price)) == (text, text)
