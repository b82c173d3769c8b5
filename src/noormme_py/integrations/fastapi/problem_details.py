"""Errors as HTTP answers: problem details of RFC 9457, which tell a client what he can act on and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request

from noormme_py.errors import (
    CheckViolation,
    Closed,
    ConfigError,
    ConflictError,
    ConstraintError,
    DatabaseBusy,
    DiskFull,
    EncodeError,
    ForeignKeyViolation,
    NoormmeError,
    NotNullViolation,
    RowNotFound,
    UniqueViolation,
)

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger("noormme_py")


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error, and those below it that have no answer of their own, is answered."""

    error: type[NoormmeError]
    status: HTTPStatus
    detail: str


# An error that is not here is the program's own fault: the server makes it a 500, and logs it.
PROBLEMS = (
    Problem(RowNotFound, HTTPStatus.NOT_FOUND, "There is no such row."),
    Problem(UniqueViolation, HTTPStatus.CONFLICT, "There is already a row with this value."),
    Problem(ForeignKeyViolation, HTTPStatus.CONFLICT, "A row that is referred to is missing, or is still referred to."),
    Problem(ConflictError, HTTPStatus.CONFLICT, "Somebody else has changed this first."),
    Problem(ConstraintError, HTTPStatus.CONFLICT, "A rule of the database forbids this."),
    Problem(NotNullViolation, HTTPStatus.UNPROCESSABLE_ENTITY, "A value is missing."),
    Problem(CheckViolation, HTTPStatus.UNPROCESSABLE_ENTITY, "A value is not among those allowed."),
    Problem(EncodeError, HTTPStatus.UNPROCESSABLE_ENTITY, "A value does not fit its column."),
    Problem(DatabaseBusy, HTTPStatus.SERVICE_UNAVAILABLE, "The database is busy. Try again."),
    Problem(Closed, HTTPStatus.SERVICE_UNAVAILABLE, "The database is not open."),
    Problem(DiskFull, HTTPStatus.INSUFFICIENT_STORAGE, "There is no room left to store this."),
)


class ProblemDetails(BaseModel):
    """The body of an answer. `error` is the name of the class, `table` and `columns` where a constraint names them."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: str
    table: str | None = None
    columns: list[str] | None = None


def add_problem_details(app: FastAPI, *, tell_names: bool = True, retry_after_s: int = 1) -> None:
    """Have an app answer the errors of `PROBLEMS` with problem details.

    `tell_names=False` leaves out the names of tables and columns. `retry_after_s` is what a client is asked to
    wait when the database is busy, at least 1. A handler that the app adds for one of the errors goes before.
    Raises ConfigError.
    """
    if isinstance(retry_after_s, bool) or not isinstance(retry_after_s, int) or retry_after_s < 1:
        raise ConfigError("retry_after_s is a whole number of seconds, 1 or more")
    for problem in PROBLEMS:
        app.add_exception_handler(problem.error, _handler(problem, tell_names, retry_after_s))


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what `responses=` of a route takes, so that OpenAPI tells of these answers.

    Raises ConfigError for a status that no problem has.
    """
    schema = ProblemDetails.model_json_schema()
    responses: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        told = [problem.detail for problem in PROBLEMS if problem.status == status]
        if not told:
            raise ConfigError(f"no error of the library is answered with status {status}")
        responses[status] = {"description": " ".join(told), "content": {MEDIA_TYPE: {"schema": schema}}}
    return responses


def _handler(
    problem: Problem, tell_names: bool, retry_after_s: int
) -> Callable[[HTTPConnection, Exception], Awaitable[JSONResponse]]:
    headers = {"Retry-After": str(retry_after_s)} if problem.error is DatabaseBusy else None

    async def handle(connection: HTTPConnection, error: Exception) -> JSONResponse:
        # A websocket that is open cannot be answered with a response.
        if not isinstance(connection, Request):
            raise error
        _LOG.log(logging.WARNING if problem.status >= 500 else logging.INFO, "answered %d: %s", problem.status, error)
        body = _details(problem, error, tell_names=tell_names).model_dump(exclude_none=True)
        return JSONResponse(body, problem.status, headers, MEDIA_TYPE)

    return handle


def _details(problem: Problem, error: Exception, *, tell_names: bool) -> ProblemDetails:
    details = ProblemDetails(
        title=problem.status.phrase, status=problem.status, detail=problem.detail, error=problem.error.__name__
    )
    if not tell_names:
        return details
    if isinstance(error, EncodeError):
        # It names the column and what is expected of it, and never holds the value.
        details.detail = error.message
    elif isinstance(error, ConstraintError):
        details.table, details.columns = error.table, list(error.columns) or None
    return details
