"""What a row becomes: a dict, a model made from a table, a class of the caller's own, one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, get_type_hints

from pydantic import AliasChoices, BaseModel, Field, create_model
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from noormme_py import names
from noormme_py.codec.registry import Codecs
from noormme_py.codec.row_model import RESERVED, Loaded, RowModel, is_filled_as_it_is
from noormme_py.errors import QueryError
from noormme_py.frozen import frozen
from noormme_py.plurals import singular
from noormme_py.schema.model import Column, Table

ShapeKind = Literal["dict", "trusted model", "validated model", "dataclass"]


@frozen
class Shape:
    """How decoded columns are made into one object.

    `fields` maps each column's name to the name it is given to the class under, and is None where the
    columns are taken as they come; `attributes` to where it then is. `required` columns must be there.
    """

    kind: ShapeKind
    cls: Any = dict
    fields: Mapping[str, str] | None = None
    attributes: Mapping[str, str] | None = None
    required: frozenset[str] = frozenset()


DICT = Shape("dict")


def table_model(table: Table, codecs: Codecs, relations: Iterable[str] = ()) -> type[RowModel]:
    """Return a pydantic model of a table's rows, with a place for what its relations lead to.

    A column that is no Python name, or that is one of pydantic's own, has a field of another name;
    the column's name is then its alias.
    """
    made: dict[str, Any] = {}
    fields_of = names.attributes([column.name for column in table.visible_columns], RESERVED)
    for column in table.visible_columns:
        field_name = fields_of[column.name]
        alias = None if field_name == column.name else column.name
        # pydantic takes a required field of any name; a default would make `model_validate` guess.
        made[field_name] = (annotation_of(column, codecs), Field(alias=alias))
    model: type[RowModel] = create_model(
        names.class_name(singular(table.name)), __base__=RowModel, __module__="noormme_py.rows", **made
    )
    for name in relations:
        place: Loaded[Any] = Loaded()
        place.__set_name__(model, name)
        setattr(model, name, place)
    return model


def annotation_of(column: Column, codecs: Codecs) -> Any:
    """Return the type of a column's decoded values, None among them where the column can be NULL."""
    python = codecs.of_column(column).python
    return python if not column.is_nullable or python is Any else python | None


def table_shape(model: type[BaseModel]) -> Shape:
    """Return the shape that fills a table's own model with decoded values, unvalidated."""
    columns = {column_of(name, field): name for name, field in model.model_fields.items()}
    return Shape("trusted model", model, columns, columns, frozenset(columns))


def shape_of(cls: Any, columns: Mapping[str, Any] | None = None) -> Shape:
    """Return the shape of a class of the caller's: a pydantic model, a dataclass, a TypedDict or dict.

    A RowModel whose fields are of the very types that the `columns` give is filled; all others validate.
    """
    if cls is dict:
        return DICT
    if isinstance(cls, type) and issubclass(cls, BaseModel):
        is_trusted = columns is not None and is_filled_as_it_is(cls) and _has_fields_of(cls, columns)
        return table_shape(cls) if is_trusted else _validated(cls)
    if isinstance(cls, type) and is_dataclass(cls):
        own = {field.name: field.name for field in fields(cls) if field.init}
        needed = {f.name for f in fields(cls) if f.init and f.default is MISSING and f.default_factory is MISSING}
        return Shape("dataclass", cls, own, own, frozenset(needed))
    if is_typeddict(cls):
        keys = {key: key for key in get_type_hints(cls)}
        return Shape("dict", cls, keys, None, frozenset(cls.__required_keys__))
    raise QueryError(
        f"rows cannot be made into {getattr(cls, '__name__', type(cls).__name__)!r}",
        hint="give a pydantic model, a dataclass, a TypedDict or dict",
    )


def _has_fields_of(model: type[BaseModel], columns: Mapping[str, Any]) -> bool:
    found = {column_of(name, field): field for name, field in model.model_fields.items()}
    return all(
        name in columns and field.annotation == columns[name] and field.is_required() and not field.metadata
        for name, field in found.items()
    )


def column_of(name: str, field: FieldInfo) -> str:
    """Return the column that a model's field is read from and written to: its validation alias, else its name."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = next((choice for choice in alias.choices if isinstance(choice, str)), None)
    return alias if isinstance(alias, str) else name


def check_columns(shape: Shape, columns: Sequence[str]) -> None:
    """Raise QueryError when the columns do not fill the shape."""
    missing = sorted(shape.required - set(columns))
    if missing:
        raise QueryError(
            f"{shape.cls.__name__} needs " + ", ".join(map(repr, missing)) + ", which the query does not give",
            hint=names.suggest(missing[0], columns),
        )


def _validated(cls: type[BaseModel]) -> Shape:
    attributes: dict[str, str] = {}
    needed: set[str] = set()
    for name, field in cls.model_fields.items():
        column = column_of(name, field)
        attributes[column] = name
        if field.is_required():
            needed.add(column)
    return Shape("validated model", cls, {column: column for column in attributes}, attributes, frozenset(needed))
