"""Frozen value classes: what `dataclass(frozen=True, slots=True)` gives, at a fraction of its price.

A dataclass compiles half a dozen methods for every class when it is imported, and a frozen one sets
each field through `object.__setattr__`. There are a hundred such classes here and a query makes ten
nodes, so both are felt. Here a class compiles its `__init__` when it is first used, and nothing else.
`dataclasses.fields` and `dataclasses.replace` know these classes too.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[T]) -> type[T]:
    """Make a frozen class with a slot for each field."""
    made: Any = _checked(dataclass(init=False, repr=False, eq=False, slots=True)(cls))

    def first_init(self: Any, *args: Any, **kwargs: Any) -> None:
        made.__init__ = _compiled_init(made)
        made.__init__(self, *args, **kwargs)

    made.__init__ = first_init
    return _with_methods(made)


@dataclass_transform(frozen_default=True)
def sparse(cls: type[T]) -> type[T]:
    """Make a frozen class whose instances hold only what is not as the class has it: for many fields, mostly unset."""
    made: Any = _checked(dataclass(init=False, repr=False, eq=False)(cls))
    made.__init__ = _sparse_init
    return _with_methods(made)


def changed(value: T, changes: dict[str, object]) -> T:
    """Return a sparse value with parts of it replaced."""
    new = object.__new__(type(value))
    parts = new.__dict__
    parts.update(value.__dict__)
    parts.update(changes)
    return new


def replaced(value: T, **changes: object) -> T:
    """Return a value of any frozen class with fields replaced."""
    made: Any = type(value)
    return made(**{name: getattr(value, name) for name in made.__match_args__} | changes)  # type: ignore[no-any-return]


def _compiled_init(cls: Any) -> Any:
    namespace: dict[str, Any] = {}
    parameters, body = ["self"], []
    for field in fields(cls):
        if not field.init:
            continue
        namespace[f"set_{field.name}"] = getattr(cls, field.name).__set__
        has_default = field.default is not MISSING
        namespace[f"default_{field.name}"] = field.default
        parameters.append(f"{field.name}=default_{field.name}" if has_default else field.name)
        body.append(f"    set_{field.name}(self, {field.name})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    # The generated text holds the names of fields only.
    exec(f"def __init__({', '.join(parameters)}):\n" + ("\n".join(body) or "    pass"), namespace)
    return namespace["__init__"]


def _sparse_init(self: Any, *args: Any, **kwargs: Any) -> None:
    names = type(self).__match_args__
    given = dict(zip(names, args, strict=False)) | kwargs
    if len(args) > len(names) or len(given) != len(args) + len(kwargs) or not given.keys() <= set(names):
        raise TypeError(f"{type(self).__name__} takes {', '.join(names)}")
    missing = [field.name for field in fields(self) if field.default is MISSING and field.name not in given]
    if missing:
        raise TypeError(f"{type(self).__name__} needs {', '.join(missing)}")
    self.__dict__.update(given)


def _checked(cls: type[T]) -> type[T]:
    """Refuse what a field of a dataclass may say and is not done here."""
    for field in fields(cls):  # type: ignore[arg-type]
        is_plain = field.init and field.compare and field.repr and field.default_factory is MISSING
        is_inner = not field.init and field.default is MISSING
        if field.kw_only or not (is_plain or is_inner):
            raise TypeError(f"{cls.__name__}.{field.name}: a frozen class has plain fields, and inner ones")
    return cls


def _with_methods(cls: type[T]) -> type[T]:
    for method in (_eq, _hash, _repr, _setattr, _delattr, _reduce):
        name = f"__{method.__name__[1:]}__"
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def _parts(value: Any) -> tuple[Any, ...]:
    return tuple([getattr(value, name) for name in value.__match_args__])


def _eq(self: Any, other: object) -> Any:
    return _parts(self) == _parts(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash((self.__class__, _parts(self)))


def _repr(self: Any) -> str:
    said = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({said})"


def _setattr(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _reduce(self: Any) -> tuple[Any, ...]:
    return type(self), _parts(self)
