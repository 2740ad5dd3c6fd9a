"""How often somebody may try to sign in: counted before the passphrase is looked at, so that parallel tries count too.

Three counts: of an account from one device, of a device whatever the account, and of an account from all other
machines together. The last one spares the serving laptop, so that strangers on the network cannot lock the chair out.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from datetime import datetime, timedelta
from typing import TypeAlias

from ballot_server.domain.staff import fold_name
from ballot_server.errors import BallotServerError

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT_AND_SOURCE = 6
TRIES_PER_SOURCE = 30
TRIES_PER_ACCOUNT = 60
_REMEMBERED = 10_000

_Counter: TypeAlias = tuple[str | None, str | None]


class TooManyTriesError(BallotServerError):
    """Somebody tried too often; field: minutes (until the next try is looked at)."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes=minutes)


class SignInThrottle:
    """The tries of the last quarter of an hour; safe to share between threads."""

    def __init__(self) -> None:
        self._tries: dict[_Counter, deque[datetime]] = {}
        self._lock = threading.Lock()

    def begin_try(self, name: str, source: str, now: datetime) -> None:
        """Count a try of an account from a network address. Raises: TooManyTriesError; then nothing is counted."""
        limits = _find_limits(name, source)
        with self._lock:
            self._forget_old(now)
            for counter, limit in limits.items():
                tries = self._tries.get(counter, deque())
                if len(tries) >= limit:
                    raise TooManyTriesError(minutes=1 + int((tries[0] + WINDOW - now).total_seconds()) // 60)
            for counter in limits:
                self._tries.setdefault(counter, deque()).append(now)

    def forgive(self, name: str, source: str) -> None:
        """Forget the tries of an account from an address, after the right passphrase."""
        with self._lock:
            for counter in _find_limits(name, source):
                self._tries.pop(counter, None)

    def _forget_old(self, now: datetime) -> None:
        for counter, tries in list(self._tries.items()):
            while tries and not timedelta(0) <= now - tries[0] < WINDOW:
                tries.popleft()
            if not tries:
                del self._tries[counter]
        while len(self._tries) > _REMEMBERED:
            del self._tries[next(iter(self._tries))]


def _find_limits(name: str, source: str) -> dict[_Counter, int]:
    account = fold_name(name)
    limits: dict[_Counter, int] = {(account, source): TRIES_PER_ACCOUNT_AND_SOURCE, (None, source): TRIES_PER_SOURCE}
    if not _is_this_machine(source):
        limits[account, None] = TRIES_PER_ACCOUNT
    return limits


def _is_this_machine(source: str) -> bool:
    try:
        return ipaddress.ip_address(source).is_loopback
    except ValueError:
        return False
