"""The model that rows of a table are made of, and what is loaded beside their columns."""

from __future__ import annotations

from collections.abc import Callable
from inspect import get_annotations
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from pydantic import BaseModel, ConfigDict

from noormme_py.errors import RelationNotLoaded

T = TypeVar("T")


class Loaded(Generic[T]):
    """What a row has beside its columns, once that was asked for. Looking at it never asks the database.

    It has no `__set__`, so that what was loaded is found in the row itself, without coming here.
    """

    __slots__ = ("_hint", "_name")

    def __init__(self, *, hint: str = "include=[{name!r}]") -> None:
        self._name = ""
        self._hint = hint

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: object, owner: type) -> T: ...
    def __get__(self, row: object, owner: type) -> Self | T:
        if row is None:
            return self
        raise RelationNotLoaded(
            f"{self._name!r} of this {owner.__name__} was not loaded",
            hint=f"ask for it when the row is read: {self._hint.format(name=self._name)}",
        )


class RowModel(BaseModel):
    """A row of a table: a value, not a live object. Changing the database goes through its repository."""

    # Rows of a table are filled, not validated: what validates is built when somebody asks for it.
    model_config = ConfigDict(
        frozen=True,
        populate_by_name=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
        defer_build=True,
        ignored_types=(Loaded,),
    )

    related_counts: ClassVar[Loaded[dict[str, int]]] = Loaded(hint='with_count=["…"]')

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        # What a class declares as `posts: ClassVar[Loaded[list[Post]]]` is there when it is made.
        for name, declared in get_annotations(cls).items():
            if name in cls.__class_vars__ and name not in cls.__dict__ and "Loaded[" in str(declared):
                place = Loaded[Any]()
                place.__set_name__(cls, name)
                setattr(cls, name, place)


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

# Those of its metaclass too: pydantic would take them for defaults.
RESERVED = frozenset(dir(RowModel)) | frozenset(dir(type(RowModel)))
"""The attributes that every row has, or its class: no field and no relation is named like one."""

_OWN = RowModel.__mro__
_MAKERS = ("__init__", "__new__", "model_post_init")


def is_filled_as_it_is(model: type[BaseModel]) -> bool:
    """Whether nothing runs when a row of this model is made, so that it can be filled with values that fit."""
    own = model.__pydantic_decorators__
    decorated = (own.validators, own.field_validators, own.root_validators, own.model_validators)
    return (
        issubclass(model, RowModel)
        and not any(decorated)
        and not model.__private_attributes__
        and all(getattr(model, name) is getattr(RowModel, name) for name in _MAKERS)
        and not any("__get_pydantic_core_schema__" in vars(base) for base in model.__mro__ if base not in _OWN)
        and model.model_config == RowModel.model_config
    )
