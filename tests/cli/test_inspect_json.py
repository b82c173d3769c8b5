"""The JSON of `inspect`: its keys and values are what programs rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.command import database, shown

GOLDEN = Path(__file__).with_name("shop.json")


def read(*arguments: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown("inspect", *arguments, "--json"))
    return found


def test_the_json_of_a_schema_is_as_promised(tmp_path: Path) -> None:
    found = read(database(tmp_path / "shop.db"))
    assert Path(found.pop("file")) == tmp_path / "shop.db"
    assert found == json.loads(GOLDEN.read_text("utf-8"))


def test_the_json_of_one_table_is_that_of_the_schema(tmp_path: Path) -> None:
    file = database(tmp_path / "shop.db")
    whole, alone = read(file), read(file, "--table", "tags")
    assert alone["tables"] == [table for table in whole["tables"] if table["name"] == "tags"]
    assert alone.keys() == whole.keys()


def test_names_come_back_exactly_and_the_text_is_ascii(tmp_path: Path) -> None:
    name = "é\n\x1b[31m\u202e\\"
    file = database(tmp_path / "odd.db", f'create table "{name}" (id integer primary key)')
    assert shown("inspect", file, "--json").isascii()
    assert [table["name"] for table in read(file)["tables"]] == [name]
