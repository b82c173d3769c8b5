"""What a program says of a table that its schema does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from noormme_py.errors import ConfigError
from noormme_py.frozen import frozen

Hook: TypeAlias = Callable[..., Any]
"""A function that is called with the transaction of a write: `async def`, or `def` in the synchronous face."""


@frozen
class Hooks:
    """What is called around the writes of a table."""

    before_create: Hook | None
    after_create: Hook | None
    before_update: Hook | None
    after_update: Hook | None
    before_delete: Hook | None
    after_delete: Hook | None


@frozen
class TableOptions:
    """`relations` gives relations other names: `{"posts_by_author": "articles"}`.

    `version` names an INTEGER NOT NULL column that counts up whenever a repository changes the row.

    `soft_delete` names the column by which a row is marked instead of deleted: a datetime that may be NULL, or a
    boolean or integer that may not.

    The hooks are called in the transaction of the write, as its first argument: `before_create(tx, values)`,
    `after_create(tx, row)`, `before_update(tx, row, changes)`, `after_update(tx, row)`, `before_delete(tx, row)`,
    `after_delete(tx, row)`. `before_create` and `before_update` may return other values.
    """

    relations: Mapping[str, str] | None = None
    version: str | None = None
    soft_delete: str | None = None
    before_create: Hook | None = None
    after_create: Hook | None = None
    before_update: Hook | None = None
    after_update: Hook | None = None
    before_delete: Hook | None = None
    after_delete: Hook | None = None

    def check(self, table: str) -> None:
        """Raise ConfigError for what names no column, or cannot be called."""
        for word in ("version", "soft_delete"):
            name = getattr(self, word)
            if name is not None and not isinstance(name, str):
                raise ConfigError(f"tables: {word} of {table!r} names a column, and {type(name).__name__} is no name")
        if self.relations is not None and not isinstance(self.relations, Mapping):
            raise ConfigError(
                f"tables: relations of {table!r} are a mapping of names, not {type(self.relations).__name__}"
            )
        for word in Hooks.__match_args__:
            hook = getattr(self, word)
            if hook is not None and not callable(hook):
                raise ConfigError(f"tables: {word} of {table!r} is a function, not {type(hook).__name__}")

    @property
    def hooks(self) -> Hooks | None:
        """The hooks together, or None where there is none."""
        found = Hooks(
            self.before_create,
            self.after_create,
            self.before_update,
            self.after_update,
            self.before_delete,
            self.after_delete,
        )
        return None if found == _NO_HOOKS else found


_NO_HOOKS = Hooks(None, None, None, None, None, None)
