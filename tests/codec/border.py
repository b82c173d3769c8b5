"""An open database that hypothesis can use example after example, from a test that is not async."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from noormme_py import Noormme
from noormme_py.codec.registry import CodecChoice
from noormme_py.errors import NoormmeWarning

T = TypeVar("T")


class Border:
    """A database and the loop it lives on."""

    def __init__(self, runner: asyncio.Runner, db: Noormme) -> None:
        self.db = db
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)


async def opened(
    schema: str, codecs: Mapping[str, CodecChoice] | None = None, *, path: Path | str = ":memory:", batch: int = 1000
) -> Noormme:
    """Open a database and make its tables; the codecs wait for them."""
    db = Noormme(path, codecs=codecs, performance={"max_batch_size": batch})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NoormmeWarning)
        await db.initialize()
    await db.execute_script(schema)
    return db


@contextmanager
def border(
    schema: str, codecs: Mapping[str, CodecChoice] | None = None, *, path: Path | str = ":memory:", batch: int = 1000
) -> Generator[Border]:
    with asyncio.Runner() as runner:
        db = runner.run(opened(schema, codecs, path=path, batch=batch))
        try:
            yield Border(runner, db)
        finally:
            runner.run(db.close())
