"""The answer for a statement that cannot be run at once."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Elsewhere(Enum):
    """It is to be waited for: on a lane, in its turn, or until a connection comes free."""

    ELSEWHERE = "elsewhere"


ELSEWHERE: Final = Elsewhere.ELSEWHERE
