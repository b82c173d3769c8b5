"""Where a PostgreSQL database is: a URL or libpq's `key=value` text, and how it is shown without its secrets."""

from __future__ import annotations

from urllib.parse import quote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from noormme_py.errors import TransferError

_UNREADABLE = "the PostgreSQL database that was named"
_HINT = (
    "write postgresql://user:password@host:5432/database; in a password write @ as %40, / as %2F, ? as %3F, % as %25"
)
# A server that is gone without a word is noticed within a minute, where the system would wait for hours.
_PATIENCE = {
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def connect_text(dsn: str, application_name: str) -> str:
    """Return what libpq is to connect with: the DSN, with time limits where it names none.

    Raises TransferError for what is no DSN, and for a URL whose password was not escaped.
    """
    parts = _parts(dsn)
    if parts is None:
        # libpq's own reason may quote a part of the password.
        raise TransferError("the URL of the PostgreSQL database cannot be read", hint=_HINT)
    said: dict[str, str | int] = {**_PATIENCE, "application_name": application_name, **parts}
    # What the driver reads is UTF-8, whatever the server keeps.
    return make_conninfo("", **said | {"client_encoding": "UTF8"})


def shown_dsn(dsn: str) -> str:
    """Return the DSN as a URL for readers: user, host, port and database, and nothing else that it holds."""
    parts = _parts(dsn)
    if parts is None:
        return _UNREADABLE
    user, database = parts.get("user"), parts.get("dbname", "")
    hosts = (parts.get("host") or parts.get("hostaddr") or "").split(",")
    ports = parts.get("port", "").split(",")
    who = f"{quote(user, '')}@" if user else ""
    if hosts[0].startswith(("/", "@")):
        port = f"&port={ports[0]}" if ports[0] else ""
        return f"postgresql://{who}/{quote(database, '')}?host={hosts[0]}{port}"
    if len(ports) < len(hosts):
        ports = ports[:1] * len(hosts)
    places = [_place(host, port) for host, port in zip(hosts, ports, strict=False)]
    return f"postgresql://{who}{','.join(places)}/{quote(database, '')}"


def _place(host: str, port: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port else shown


def _parts(dsn: str) -> dict[str, str] | None:
    """Return what the DSN says by libpq's names, None where it cannot be read, or would be read in a wrong way."""
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    except ProgrammingError:
        return None
    _, is_url, place = dsn.partition("://")
    user, is_user, rest = place.partition("@")
    if not is_user or "/" in user:
        rest = place
    # The password ends at the first @: with another one, or a /, its rest is a part of the host or the database.
    is_misread = bool(is_url) and "@" in rest.partition("?")[0]
    has_port = found.get("port", "0").replace(",", "").isdecimal()
    return found if has_port and not is_misread else None
