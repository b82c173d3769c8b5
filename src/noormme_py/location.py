"""Where a database is: a path, `:memory:`, or a `sqlite:///` URL with its parameters."""

from __future__ import annotations

import os
from dataclasses import field
from typing import Literal, get_args
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

from noormme_py.errors import ConfigError
from noormme_py.frozen import frozen
from noormme_py.names import suggest

Mode = Literal["rwc", "rw", "ro"]
MEMORY = ":memory:"


@frozen
class Location:
    """One database. `mode` is SQLite's own: `rwc` makes a missing file, `rw` does not, `ro` only reads.

    `path` is as it was given; `file` is absolute from the beginning, and so stays the same file when the
    process changes its folder.
    """

    path: str
    mode: Mode = "rwc"
    is_immutable: bool = False
    file: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", self.path if self.is_memory else os.path.abspath(self.path))

    @property
    def is_memory(self) -> bool:
        return self.path == MEMORY

    @property
    def is_read_only(self) -> bool:
        return self.mode == "ro" or self.is_immutable

    @property
    def url(self) -> str:
        """The location of a file as the URL that `parse_location` reads, its path percent-encoded."""
        return f"sqlite:///{quote(os.fsencode(self.file))}?mode={self.mode}&immutable={int(self.is_immutable)}"

    @property
    def uri(self) -> str:
        """The file: URI that SQLite opens (sqlite.org/uri.html)."""
        if self.is_memory:
            return "file::memory:"
        # Bytes, because a file name need not be UTF-8.
        path = quote(os.fsencode(self.file))
        return f"file:{path}?mode={self.mode}" + ("&immutable=1" if self.is_immutable else "")


def parse_location(text: str | os.PathLike[str]) -> Location:
    """Return the location that a path or URL means; raises ConfigError.

    `app.db`, `:memory:`, `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite://` (memory), with
    the parameters `mode=ro|rw|rwc` and `immutable=1`.
    """
    if isinstance(text, os.PathLike):
        # A path object is always a path, though it be named ":memory:".
        path = _checked(os.fspath(text))
        return Location(os.path.abspath(path) if path == MEMORY else path)
    if not text.startswith(("sqlite:", "file:")):
        if "://" in text:
            scheme = text.split("://", 1)[0][:20]
            raise ConfigError(f"{scheme!r} is not a SQLite URL", hint="give a path, :memory: or sqlite:///path")
        return Location(_checked(text))
    if not text.startswith("sqlite://"):
        raise ConfigError(
            "a database URL begins with sqlite:///", hint="sqlite:///relative.db or sqlite:////absolute.db"
        )
    parts = urlsplit(text)
    if parts.netloc:
        raise ConfigError(
            "a SQLite URL names no host",
            hint="use three slashes for a relative path, four for an absolute one",
        )
    if parts.fragment:
        raise ConfigError("a SQLite URL has no fragment", hint="write # in a file name as %23")
    path = os.fsdecode(unquote_to_bytes(parts.path[1:])) or MEMORY
    mode: Mode = "rwc"
    is_immutable = False
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        if key == "mode" and value in get_args(Mode):
            mode = value  # type: ignore[assignment]
        elif key == "immutable" and value in ("0", "1"):
            is_immutable = value == "1"
        elif key in ("mode", "immutable"):
            raise ConfigError(f"the URL parameter {key} cannot be {value[:20]!r}", hint="mode=ro|rw|rwc, immutable=0|1")
        else:
            raise ConfigError(f"unknown URL parameter {key[:40]!r}", hint=suggest(key, ("mode", "immutable")))
    return Location(_checked(path), mode, is_immutable)


def _checked(path: str) -> str:
    if not path:
        raise ConfigError("the path of the database is empty", hint="give a file name, or :memory:")
    if "\0" in path:
        raise ConfigError("the path of the database has a NUL character")
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise ConfigError("the path of the database has a lone surrogate, which no file name can have") from None
    return path
