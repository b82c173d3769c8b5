"""Blocks that must leave nothing of the library behind: no transaction, no stream, no thread."""

from __future__ import annotations

from collections.abc import Hashable
from types import TracebackType
from typing import Self

from noormme_py.client.async_client import Noormme
from noormme_py.client.sync_client import SyncNoormme
from noormme_py.engine.leftovers import Look, held_connections, left, left_async, running_threads


class NothingLeft:
    """A block, for `with` or `async with`, after which nothing goes on that did not before it.

    An error of the block is told as it is, with what was left as a note.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._known: dict[Hashable, str] = {}

    def __enter__(self) -> Self:
        self._known = self._look()
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        __tracebackhide__ = True
        _tell(left(self._look, self._known), error)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        _tell(await left_async(self._look, self._known), error)


def assert_nothing_held(db: Noormme | SyncNoormme) -> NothingLeft:
    """Fail when a block ends while a transaction or a stream on the file of this database goes on that began in it.

    Put it inside of the block that opens the database, because closing ends them. With a `Noormme`, use
    `async with`: a stream that was left by `break` ends a moment later, on the loop. A database in memory is
    not looked at.
    """
    file = db.config.location.file
    return NothingLeft(lambda: held_connections(file))


def assert_nothing_left() -> NothingLeft:
    """Fail when a block ends while a transaction, a stream or a thread of the library goes on that began in it.

    This is of all databases of the process. Put it around the blocks that open them.
    """
    return NothingLeft(lambda: held_connections() | running_threads())


def _tell(found: list[str], error: BaseException | None) -> None:
    __tracebackhide__ = True
    if not found:
        return
    text = "\n".join(["noormme_py: this was left open:", *(f"  {one}" for one in found)])
    if error is None:
        raise AssertionError(text)
    error.add_note(text)
