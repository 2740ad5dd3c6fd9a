"""The clock that services take as a parameter; only staff sessions and links ever ask it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Returns the present moment, aware, in UTC."""


def read_clock() -> datetime:
    """Return the machine's time, in UTC."""
    return datetime.now(UTC)
