"""Who of the staff changes something, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Author:
    """An account's name and the moment, aware."""

    by: str
    at: datetime
