"""Where in the caller's code a statement is asked for, and by which task or thread."""

from __future__ import annotations

import asyncio
import dis
import inspect
import os
import sys
import threading
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

from noormme_py.query.observe import Origin

Mutex = threading.RLock
"""For what threads share; the collector may come back to it wherever the thread is."""

_OWN = str(Path(__file__).parents[1]) + os.sep
_STANDARD = str(Path(os.__file__).parent) + os.sep
_INSTALLED = ("site-packages", "dist-packages")
_MAX_KNOWN = 4_000
_LEAST_DEPTH = 8
_in_loops: dict[tuple[str, str, int, int], bool] = {}


def current_unit() -> asyncio.Task[object] | threading.Thread:
    """Return the task that runs, or the thread where there is none."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return threading.current_thread() if task is None else task


def caller_frame() -> FrameType | None:
    """Return the first frame outside of the library and of what it stands on."""
    frame = inspect.currentframe()
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(_OWN) and not path.endswith("contextlib.py"):
            return frame
        frame = frame.f_back
    return None


def current_spot() -> object:
    """Return what is equal for two calls from the same place, which is called from the same place itself."""
    try:
        # From a statement to here there are more calls than these: they are not made objects of.
        frame: FrameType | None = sys._getframe(_LEAST_DEPTH)  # pyright: ignore[reportPrivateUsage]
    except ValueError:
        return None
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    if frame is None:
        return None
    outer = frame.f_back
    return id(frame.f_code), frame.f_lasti, outer and id(outer.f_code), outer and outer.f_lasti


def current_origin() -> Origin:
    """Return who asks for a statement now, and where.

    The loop is looked for in the code that the caller's own belongs to: a server and a pool of threads call it in a
    loop too, and have nothing to do with what it asks for.
    """
    frame = caller_frame()
    while frame is not None and frame.f_back is not None and _home(frame.f_code.co_filename) is None:
        frame = frame.f_back
    if frame is None:
        return Origin(current_unit(), "the library itself", None)
    site, home = _told(frame), _home(frame.f_code.co_filename)
    loop: str | None = None
    outer: FrameType | None = frame
    while outer is not None and home is not None:
        code = outer.f_code
        if (
            not code.co_filename.startswith(_OWN)
            and _home(code.co_filename) in ("", home)
            and _is_in_loop(code, outer.f_lasti)
        ):
            loop = _told(outer)
            break
        outer = outer.f_back
    return Origin(current_unit(), site, loop)


@lru_cache(_MAX_KNOWN)
def _home(path: str) -> str | None:
    """Return the installed package that a file belongs to, "" for the user's own, None for Python's."""
    for folder in _INSTALLED:
        _, found, rest = path.partition(f"{os.sep}{folder}{os.sep}")
        if found:
            return rest.partition(os.sep)[0]
    return None if path.startswith((_STANDARD, "<frozen ")) else ""


def _told(frame: FrameType) -> str:
    return _site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)


@lru_cache(_MAX_KNOWN)
def _site(path: str, line: int, function: str) -> str:
    return f"{path.removeprefix(str(Path.cwd()) + os.sep)}:{line} in {function}"


def _is_in_loop(code: CodeType, at: int) -> bool:
    """Whether an instruction is inside of a loop: one that jumps back to before it comes after it."""
    # The hash of the code itself is made of all its parts, each time.
    key = (code.co_filename, code.co_qualname, code.co_firstlineno, at)
    known = _in_loops.get(key)
    if known is None:
        if len(_in_loops) >= _MAX_KNOWN:
            _in_loops.clear()
        known = _in_loops[key] = any(
            int(step.argval) <= at < step.offset
            for step in dis.get_instructions(code)
            # `await` jumps back too, by a kind of jump that nothing can interrupt.
            if "JUMP_BACKWARD" in step.opname and "NO_INTERRUPT" not in step.opname
        )
    return known
