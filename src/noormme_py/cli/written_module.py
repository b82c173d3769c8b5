"""A file that a command writes: it is there whole or not at all, and never in place of what somebody else wrote."""

from __future__ import annotations

import os
from pathlib import Path

from noormme_py.codegen.render import MARKER
from noormme_py.errors import ConfigError

_HEAD_CHARS = 1000


def text_of(out: str) -> str | None:
    """Return the text of a module that was generated, None where there is no file; raises ConfigError for another."""
    try:
        text = Path(out).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        raise ConfigError(f"{out!r} cannot be read", hint=_reason(fault)) from None
    if MARKER not in text[:_HEAD_CHARS]:
        raise ConfigError(
            f"{out!r} was not written by `noormme generate`",
            hint="give another --out, or --force to lose what is in it",
        )
    return text


def write_whole(out: str, text: str) -> None:
    """Put the text in place of what was there; raises ConfigError, and then nothing has changed."""
    # A link stays one: what it leads to is replaced.
    path = Path(os.path.realpath(out))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o7777)
        beside.replace(path)
    except (OSError, ValueError) as fault:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{out!r} cannot be written", hint=_reason(fault)) from None


def _reason(fault: OSError | ValueError) -> str | None:
    return fault.strerror if isinstance(fault, OSError) else str(fault)
