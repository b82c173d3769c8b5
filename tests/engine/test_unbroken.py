"""Work that Ctrl-C does not break into: it is done whole, and then the interruption is told."""

from __future__ import annotations

import os
import signal
import time

import pytest

from noormme_py.engine.unbroken import run_unbroken


def test_ctrl_c_is_told_when_the_work_is_done() -> None:
    done: list[str] = []

    def work() -> None:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
        done.append("all")

    with pytest.raises(KeyboardInterrupt):
        run_unbroken(work)
    assert done == ["all"]


def test_what_the_work_raises_is_raised() -> None:
    def work() -> None:
        raise LookupError("it")

    with pytest.raises(LookupError, match="it"):
        run_unbroken(work)


def test_work_without_trouble() -> None:
    done: list[int] = []
    run_unbroken(lambda: done.append(1))
    assert done == [1]
