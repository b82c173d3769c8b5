"""The table of options is the configuration's models: names, aliases, defaults and pragmas."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from noormme_py import Config, Noormme
from tests.docs.pages import code, page

ROWS = page("docs/configuration.md").table("option")


def options(model: type[BaseModel] = Config, *sections: tuple[str, str]) -> Iterator[tuple[str, str, FieldInfo]]:
    """Yield every option: its name, its camelCase name, and its field."""
    for name, field in model.model_fields.items():
        path = (*sections, (name, field.alias or name))
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from options(field.annotation, *path)
        else:
            yield ".".join(name for name, _ in path), ".".join(alias for _, alias in path), field


def shown(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return '`"' + field.default + '"`' if isinstance(field.default, str) else f"`{field.default!r}`"


def test_every_option_is_in_the_table_with_its_alias_and_default() -> None:
    said = [(*code(row["option"]), *code(row["camelCase"]), row["default"]) for row in ROWS]
    assert said == [(name, alias, shown(field)) for name, alias, field in options()]


async def test_every_pragma_is_in_the_table() -> None:
    async with Noormme(":memory:") as db:
        # query_only is no option: it follows from what a connection is for.
        applied = {check.name for check in db.pragma_report()} - {"query_only"}
    said = [name for row in ROWS for name in code(row["pragma"])]
    assert sorted(said) == sorted(applied)


def test_every_effect_is_said() -> None:
    assert [row["option"] for row in ROWS if not row["effect"]] == []
