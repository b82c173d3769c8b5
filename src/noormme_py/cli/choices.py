"""Options that are one of a few words."""

from __future__ import annotations

from enum import StrEnum


class Grade(StrEnum):
    """`--fail-on`: how grave a finding must be for a command to fail."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Proof(StrEnum):
    """`--verify`: how suggestions are proven."""

    PLAN = "plan"
    COPY = "copy"
