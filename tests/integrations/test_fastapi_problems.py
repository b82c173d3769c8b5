"""Errors as problem details: each line of the table, and nothing told that is not a client's affair."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from noormme_py import AsyncTransaction, Noormme, errors
from noormme_py.errors import NoormmeError
from noormme_py.integrations.fastapi import PROBLEMS, add_problem_details, problem_responses
from tests.docs.pages import code, page
from tests.integrations.asking import asking, dependencies, running

ANSWERS: dict[type[NoormmeError], int] = {
    errors.RowNotFound: 404,
    errors.UniqueViolation: 409,
    errors.ForeignKeyViolation: 409,
    errors.ConflictError: 409,
    errors.ConstraintError: 409,
    errors.NotNullViolation: 422,
    errors.CheckViolation: 422,
    errors.EncodeError: 422,
    errors.DatabaseBusy: 503,
    errors.Closed: 503,
    errors.DiskFull: 507,
}
OTHERS = sorted(
    (
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, NoormmeError) and kind not in ANSWERS
    ),
    key=lambda kind: kind.__name__,
)
SECRET = "select secret from users where email = 'ada@example.com' in /srv/app.db"


def app_raising(error: Exception, **options: Any) -> FastAPI:
    app = FastAPI()
    add_problem_details(app, **options)

    @app.get("/")
    async def _() -> None:
        raise error

    return app


async def answer_to(error: Exception, **options: Any) -> httpx.Response:
    async with asking(app_raising(error, **options)) as client:
        return await client.get("/")


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
async def test_an_error_of_the_table_is_a_problem(kind: type[NoormmeError]) -> None:
    error = kind(SECRET, hint=SECRET)
    if isinstance(error, errors.DatabaseError):
        error.sql = SECRET
    answer = await answer_to(error, tell_names=False)
    detail = next(problem.detail for problem in PROBLEMS if problem.error is kind)
    assert answer.status_code == ANSWERS[kind]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": HTTPStatus(ANSWERS[kind]).phrase,
        "status": ANSWERS[kind],
        "detail": detail,
        "error": kind.__name__,
    }


@pytest.mark.parametrize(
    "kind", [kind for kind in ANSWERS if kind is not errors.EncodeError], ids=lambda kind: kind.__name__
)
async def test_no_sql_path_or_value_is_told(kind: type[NoormmeError]) -> None:
    assert "secret" not in (await answer_to(kind(SECRET, hint=SECRET))).text


@pytest.mark.parametrize("kind", OTHERS, ids=lambda kind: kind.__name__)
async def test_every_other_error_is_the_server_s_to_tell(kind: type[NoormmeError]) -> None:
    answer = await answer_to(kind(SECRET))
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    app = app_raising(kind(SECRET))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as server:
        with pytest.raises(kind):
            await server.get("http://test/")


async def test_an_error_of_one_s_own_is_answered_as_the_one_it_is() -> None:
    class SoldOut(errors.ConflictError):
        pass

    answer = await answer_to(SoldOut("none left"))
    assert (answer.status_code, answer.json()["error"]) == (409, "ConflictError")


async def test_a_handler_of_the_app_s_own_goes_before() -> None:
    app = app_raising(errors.UniqueViolation("again"))

    async def own(_request: Request, _error: Exception) -> PlainTextResponse:
        return PlainTextResponse("taken", 400)

    app.add_exception_handler(errors.UniqueViolation, own)
    async with asking(app) as client:
        assert (await client.get("/")).text == "taken"


@pytest.mark.parametrize(
    ("values", "status", "told"),
    [
        ({"email": "ada@example.com"}, 409, {"error": "UniqueViolation", "table": "users", "columns": ["email"]}),
        ({}, 422, {"error": "NotNullViolation", "table": "users", "columns": ["email"]}),
        ({"email": "x"}, 422, {"error": "CheckViolation", "table": "users", "columns": ["email"]}),
        (
            {"email": "root@example.com"},
            409,
            {"error": "ConstraintError", "detail": "A rule of the database forbids this."},
        ),
        (
            {"email": "eve@example.com", "born": "today"},
            422,
            {"error": "EncodeError", "detail": "users.born: a date is expected, not str"},
        ),
    ],
)
async def test_a_constraint_names_its_table_and_columns(
    tmp_path: Path, values: dict[str, str], status: int, told: dict[str, object]
) -> None:
    data = dependencies(tmp_path)
    app = FastAPI(lifespan=data.lifespan)
    add_problem_details(app)

    @app.post("/")
    async def _(db: Annotated[Noormme, data.database], values: dict[str, str]) -> None:
        await db.get_repository("users").create(values)

    async with running(app) as client:
        answer = await client.post("/", json=values)
    body = answer.json()
    assert answer.status_code == status
    assert body | told == body


async def test_names_may_be_left_out() -> None:
    error = errors.UniqueViolation("again", table="users", columns=["email"])
    assert (await answer_to(error)).json()["columns"] == ["email"]
    assert {"table", "columns"}.isdisjoint((await answer_to(error, tell_names=False)).json())
    assert "users" not in (await answer_to(errors.EncodeError("users.born: a date"), tell_names=False)).text


async def test_when_to_come_again_is_said_for_a_held_lock_alone() -> None:
    assert (await answer_to(errors.DatabaseBusy("busy"))).headers["Retry-After"] == "1"
    assert (await answer_to(errors.DatabaseBusy("busy"), retry_after_s=5)).headers["Retry-After"] == "5"
    assert "Retry-After" not in (await answer_to(errors.Closed("closed"))).headers


@pytest.mark.parametrize("seconds", [0, -1, 1.5, True])
def test_a_wait_of_no_whole_seconds_is_refused(seconds: Any) -> None:
    with pytest.raises(errors.ConfigError, match="retry_after_s"):
        add_problem_details(FastAPI(), retry_after_s=seconds)


async def test_what_is_answered_is_logged_for_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "noormme_py")
    await answer_to(errors.DatabaseBusy("database is locked"))
    await answer_to(errors.RowNotFound("users: no such row"))
    assert [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "noormme_py"] == [
        ("WARNING", "answered 503: database is locked"),
        ("INFO", "answered 404: users: no such row"),
    ]


def test_an_error_behind_an_open_websocket_is_the_server_s(tmp_path: Path) -> None:
    data = dependencies(tmp_path)
    app = FastAPI(lifespan=data.lifespan)
    add_problem_details(app)

    @app.websocket("/")
    async def _(socket: WebSocket, tx: Annotated[AsyncTransaction, data.transaction]) -> None:
        await socket.accept()
        await tx.get_repository("users").get_by_id(99)

    with TestClient(app) as client, pytest.raises(errors.RowNotFound), client.websocket_connect("/") as socket:
        socket.receive_text()


def test_openapi_tells_of_the_answers() -> None:
    app = FastAPI()

    @app.get("/", responses=problem_responses(404, 409))
    async def _() -> None: ...

    responses = app.openapi()["paths"]["/"]["get"]["responses"]
    assert sorted(responses) == ["200", "404", "409"]
    schema = responses["404"]["content"]["application/problem+json"]["schema"]
    assert set(schema["properties"]) == {"type", "title", "status", "detail", "error", "table", "columns"}


def test_openapi_tells_of_no_answer_that_never_comes() -> None:
    with pytest.raises(errors.ConfigError, match="418"):
        problem_responses(404, 418)


def test_the_page_has_the_table() -> None:
    said = [(*code(row["error"]), row["status"], row["`detail`"]) for row in page("docs/fastapi.md").table("error")]
    assert said == [(problem.error.__name__, f"{problem.status.value}", problem.detail) for problem in PROBLEMS]
