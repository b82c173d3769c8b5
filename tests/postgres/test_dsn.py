"""DSNs as they are shown and taken: no secret is ever shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from noormme_py.errors import TransferError
from noormme_py.postgres.server.dsn import connect_text, shown_dsn

SECRET = "hunter2"
UNREADABLE = "the PostgreSQL database that was named"


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        ("postgresql://u:hunter2@db.example:5433/shop", "postgresql://u@db.example:5433/shop"),
        ("postgresql://db.example/shop?user=u&password=hunter2&sslmode=require", "postgresql://u@db.example/shop"),
        ("postgres://u:hunter2@[::1]:5432/shop", "postgresql://u@[::1]:5432/shop"),
        ("postgresql://u:hunter2@a:1,b:2/shop", "postgresql://u@a:1,b:2/shop"),
        ("host=a,b port=5 dbname=shop", "postgresql://a:5,b:5/shop"),
        ("host=db user=u password=hunter2 dbname='my shop' sslpassword=hunter2", "postgresql://u@db/my%20shop"),
        ("host=db passfile=/home/hunter2 dbname=shop", "postgresql://db/shop"),
        ("postgresql://u@/shop?host=/run/pg&port=5432", "postgresql://u@/shop?host=/run/pg&port=5432"),
        ("postgresql://u:p?hunter2@db/shop?application_name=a@b", "postgresql://u@db/shop"),
        ("postgresql:///shop?application_name=a@b", "postgresql:///shop"),
        ("host=/run/pg dbname=shop", "postgresql:///shop?host=/run/pg"),
        ("postgresql://", "postgresql:///"),
        # A password that was not escaped: what libpq makes of its rest is not shown.
        ("postgresql://u:p@hunter2@db/shop", UNREADABLE),
        ("postgresql://u:p/hunter2@db/shop", UNREADABLE),
        ("postgresql://u:p?x@hunter2@db/shop", UNREADABLE),
        ("postgresql://u:p%hunter2@db/shop", UNREADABLE),
        ("postgresql://u@db:hunter2/shop", UNREADABLE),
        ("host=db password=a hunter2", UNREADABLE),
        ("mysql://u:hunter2@db/shop", UNREADABLE),
        ("hunter2.db", UNREADABLE),
    ],
)
def test_a_dsn_is_shown_without_its_secrets(dsn: str, shown: str) -> None:
    assert shown_dsn(dsn) == shown
    assert SECRET not in shown
    if shown == UNREADABLE:
        with pytest.raises(TransferError, match="cannot be read") as told:
            connect_text(dsn, "tests")
        assert SECRET not in str(told.value)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_no_password_is_shown_and_all_reach_the_server(password: str) -> None:
    dsn = make_conninfo("host=db port=5432", user="u", password=f"hunter2{password}", dbname="shop")
    assert shown_dsn(dsn) == "postgresql://u@db:5432/shop"
    assert conninfo_to_dict(connect_text(dsn, "tests"))["password"] == f"hunter2{password}"


@given(st.text())
def test_no_text_fails_to_be_shown(text: str) -> None:
    assert shown_dsn(text)


def test_what_the_dsn_says_about_time_goes_before_what_is_added() -> None:
    said = conninfo_to_dict(connect_text("postgresql://db/shop?connect_timeout=3&application_name=mine", "tests"))
    assert (said["connect_timeout"], said["application_name"], said["keepalives_idle"]) == ("3", "mine", "30")
    said = conninfo_to_dict(connect_text("postgresql://db/shop?client_encoding=LATIN1", "tests"))
    assert (said["application_name"], said["client_encoding"]) == ("tests", "UTF8")
