"""Codecs of the caller's own, held to the rules of the house."""

from __future__ import annotations

from typing import Any

from noormme_py.codec.kinds import Codec, encode_any
from noormme_py.frozen import replaced
from noormme_py.query.statement import Raw


def own_codec(codec: Codec) -> Codec:
    """Return the codec so that its errors do not tell the value, and that it writes what SQLite can hold."""

    def encode(value: Any) -> Raw:
        try:
            raw = codec.encode(value)
        except Exception as fault:
            raise ValueError(f"the codec {codec.name!r} refuses it ({type(fault).__name__})") from None
        try:
            return None if raw is None else encode_any(raw)
        except (ValueError, TypeError) as fault:
            raise ValueError(f"what the codec {codec.name!r} makes of it cannot be stored: {fault}") from None

    return replaced(codec, encode=encode)
