"""What a row becomes: a dict, a model made from a table, a class of the caller's own, one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, get_type_hints

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from noormme_py import names
from noormme_py.codec.registry import Codecs
from noormme_py.errors import QueryError
from noormme_py.frozen import frozen
from noormme_py.schema.model import Table

ShapeKind = Literal["dict", "trusted model", "validated model", "dataclass"]


class RowModel(BaseModel):
    """A row of a table: a value, not a live object. Changing the database goes through its repository."""

    # Rows of a table are filled, not validated: what validates is built when somebody asks for it.
    model_config = ConfigDict(
        frozen=True, populate_by_name=True, arbitrary_types_allowed=True, protected_namespaces=(), defer_build=True
    )


class _SlotWithDefault:
    """One of pydantic's own slots of a model, which need not be filled for each row."""

    def __init__(self, name: str, default: Callable[[Any], object]) -> None:
        self._slot = BaseModel.__dict__[name]
        self._default = default

    def __get__(self, model: Any, owner: type | None = None) -> Any:
        if model is None:
            return self
        try:
            return self._slot.__get__(model, owner)
        except AttributeError:
            return self._default(model)

    def __set__(self, model: Any, value: object) -> None:
        self._slot.__set__(model, value)

    def __delete__(self, model: Any) -> None:
        self._slot.__delete__(model)


# Three slots the less to fill take a third off the time of a row. All fields of a row are set.
type.__setattr__(
    RowModel,
    "__pydantic_fields_set__",
    _SlotWithDefault("__pydantic_fields_set__", lambda model: set(type(model).model_fields)),
)
for _name in ("__pydantic_extra__", "__pydantic_private__"):
    type.__setattr__(RowModel, _name, _SlotWithDefault(_name, lambda _: None))


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


def table_model(table: Table, codecs: Codecs) -> type[RowModel]:
    """Return a pydantic model of a table's rows.

    A column that is no Python name, or that is one of pydantic's own, has a field of another name;
    the column's name is then its alias.
    """
    reserved = frozenset(dir(RowModel))
    made: dict[str, Any] = {}
    for column in table.visible_columns:
        field_name = names.attribute(column.name, reserved=reserved, taken=made)
        python = codecs.of_column(column).python
        annotation = python if not column.is_nullable or python is Any else python | None
        alias = None if field_name == column.name else column.name
        # pydantic takes a required field of any name; a default would make `model_validate` guess.
        made[field_name] = (annotation, Field(alias=alias))
    model: type[RowModel] = create_model(
        names.class_name(table.name), __base__=RowModel, __module__="noormme_py.rows", **made
    )
    return model


def table_shape(model: type[RowModel]) -> Shape:
    """Return the shape that fills a table's own model with decoded values, unvalidated."""
    columns = {column_of(name, field): name for name, field in model.model_fields.items()}
    return Shape("trusted model", model, columns, columns, frozenset(columns))


def shape_of(cls: Any) -> Shape:
    """Return the shape of a class of the caller's: a pydantic model, a dataclass, a TypedDict or dict."""
    if cls is dict:
        return DICT
    if isinstance(cls, type) and issubclass(cls, BaseModel):
        return _validated(cls)
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
