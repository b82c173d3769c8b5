"""How a value stands inside of a JSON document, and JSON whose numbers keep every digit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, cast

from noormme_py.frozen import frozen

ToJson = Callable[[str], str]


class Number(str):
    """A number of a JSON document as it is written there."""

    __slots__ = ()


@frozen
class Shape:
    """One type inside of JSON. `store` makes JSON of PostgreSQL's text and raises ValueError where it cannot.

    `render` makes the text of what JSON held, be it None or a plain str excepted: NULL is null everywhere, and a string
    always is PostgreSQL's own text of the value, whatever the type. `same` is one text of all that mean the same
    value. `is_list` tells that JSON may have a list of it; `has_spaces` that PostgreSQL's quotes hang on what the
    locale of the server takes for white space. `run` matches values between commas that both write alike.
    """

    store: ToJson
    render: Callable[[Any], str]
    same: Callable[[str], str]
    is_list: bool = False
    has_spaces: bool = False
    run: re.Pattern[str] | None = None


def string(text: str) -> str:
    """Return the text as JSON."""
    return encode_basestring(text)


def part(value: Any, shape: Shape) -> str | None:
    """Return PostgreSQL's text of what JSON held; raises ValueError."""
    return value if value is None or value.__class__ is str else shape.render(value)


def read(text: str) -> Any:
    """Return what a JSON document says, its numbers as `Number`; raises ValueError, which holds nothing of the text."""
    try:
        return _READER.decode(text)
    except (ValueError, TypeError, RecursionError):
        raise ValueError("it is no JSON") from None


def written(value: Any) -> str:
    """Return the JSON of what `read` returned, without white space."""
    if value is None or value.__class__ is bool:
        return _CONSTANTS[value]
    if value.__class__ is Number:
        return str(value)
    if value.__class__ is list:
        return "[" + ",".join(map(written, value)) + "]"
    if value.__class__ is dict:
        pairs = cast("dict[str, Any]", value).items()
        return "{" + ",".join([f"{string(key)}:{written(inner)}" for key, inner in pairs]) + "}"
    return string(value)


_CONSTANTS = {None: "null", True: "true", False: "false"}
_READER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)
