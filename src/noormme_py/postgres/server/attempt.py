"""Asking for what need not be there: a refusal leaves the rest of the transaction as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from noormme_py.errors import TransferError
from noormme_py.postgres.server.session import Session

T = TypeVar("T")


def attempt(session: Session, ask: Callable[[], T]) -> tuple[T | None, str | None]:
    """Return the answer, or None and why there is none; raises TransferError when the connection is lost."""
    session.execute("savepoint attempt")
    try:
        answer = ask()
    except TransferError as error:
        session.execute("rollback to savepoint attempt")
        return None, error.message if error.hint is None else f"{error.message} ({error.hint})"
    session.execute("release savepoint attempt")
    return answer, None
