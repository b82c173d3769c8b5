"""Cursors of pages: the key of a row as text that a caller can keep, send and give back, and nobody can make up."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from noormme_py.errors import QueryError
from noormme_py.query.statement import Raw

_FORMAT = b"\x01"
_SEAL_BYTES = 16
# Without a key of the program's own, cursors are good for as long as the process lives.
_KEY_OF_THIS_PROCESS = os.urandom(32)


class Cursors:
    """Seals keys with a secret. `order` says what a key is a place in: a cursor is good for that order alone."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or _KEY_OF_THIS_PROCESS

    def sealed(self, order: str, key: Sequence[Raw]) -> str:
        """Return the cursor of a key."""
        text = json.dumps(key, ensure_ascii=False, separators=(",", ":"), default=_blob)
        return _text(self._seal(order, text.encode()) + _FORMAT + text.encode())

    def opened(self, order: str, cursor: object) -> list[Raw]:
        """Return the key that a cursor holds; raises QueryError for one that was not made here for this order."""
        if not isinstance(cursor, str):
            raise QueryError(f"a cursor is a str, not {type(cursor).__name__}", hint="give next_cursor of a page")
        try:
            given = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            given = b""
        seal, version, text = given[:_SEAL_BYTES], given[_SEAL_BYTES : _SEAL_BYTES + 1], given[_SEAL_BYTES + 1 :]
        # Base64 has several spellings of the same bytes, and passes over what is none: only ours is taken.
        is_ours = version == _FORMAT and _text(given) == cursor
        if not (hmac.compare_digest(seal, self._seal(order, text)) and is_ours):
            raise QueryError(
                "this cursor is not one of this table in this order",
                hint="a cursor is good for the table and the order it was made with, and for one pagination.cursor_key",
            )
        key: list[Raw] = json.loads(text, object_hook=lambda blob: bytes.fromhex(blob["blob"]))
        return key

    def _seal(self, order: str, text: bytes) -> bytes:
        # The length keeps the two parts apart.
        said = order.encode()
        message = _FORMAT + len(said).to_bytes(4, "big") + said + text
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SEAL_BYTES]


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _blob(value: Any) -> dict[str, str]:
    return {"blob": bytes(value).hex()}
