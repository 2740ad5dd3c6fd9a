"""The people and devices that run a meeting, and for how long a sign-in of theirs holds."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from ballot_server.errors import BallotServerError

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
RECENT_PASSPHRASE = timedelta(minutes=5)
LINK_LIFETIME = timedelta(hours=1)
MAXIMUM_NAME = 60
MINIMUM_PASSPHRASE = 10
MAXIMUM_PASSPHRASE = 200


class Role(Enum):
    """What somebody may do."""

    CHAIR = "chair"
    """Runs the meeting, and says who else belongs to the staff."""

    CLERK = "clerk"
    """Sits at the desk: roll, attendance, slips."""

    SCREEN = "screen"
    """A device that only shows the projector's page; it has no passphrase."""

    KIOSK = "kiosk"
    """A device on which voters vote: it opens the kiosk's page and nothing of the staff's; it has no passphrase."""

    @property
    def is_device(self) -> bool:
        """Tell whether it is no person's: nobody signs in with it by name, and nobody's use keeps it signed in."""
        return self in (Role.SCREEN, Role.KIOSK)


class StaffNameInvalidError(BallotServerError):
    """A name is empty, too long or holds control characters; field: maximum (characters)."""

    def __init__(self) -> None:
        super().__init__(maximum=MAXIMUM_NAME)


class PassphraseTooShortError(BallotServerError):
    """A passphrase is shorter than allowed; field: minimum (characters)."""

    def __init__(self) -> None:
        super().__init__(minimum=MINIMUM_PASSPHRASE)


class PassphraseTooLongError(BallotServerError):
    """A passphrase is longer than anybody types; field: maximum (characters)."""

    def __init__(self) -> None:
        super().__init__(maximum=MAXIMUM_PASSPHRASE)


@dataclass(frozen=True)
class StaffMember:
    """Somebody of the staff."""

    name: str
    role: Role


@dataclass(frozen=True)
class SessionTimes:
    """When a session began, when it was last used, and when its passphrase was last given; aware, UTC."""

    created: datetime
    seen: datetime
    confirmed: datetime

    def has_ended(self, role: Role, now: datetime) -> bool:
        """Tell whether the session is over: 12 hours after its start, or 30 minutes after its last use.

        A projector and a kiosk are nobody's and must not go dark, so only the first limit holds for them.
        """
        # A clock that was set back must not lengthen a session, so a start in the future ends it too.
        if not timedelta(0) <= now - self.created < ABSOLUTE_LIMIT:
            return True
        return not role.is_device and now - self.seen >= IDLE_LIMIT

    def has_recent_passphrase(self, now: datetime) -> bool:
        """Tell whether the passphrase was given within the last five minutes."""
        return timedelta(0) <= now - self.confirmed < RECENT_PASSPHRASE


def normalise_name(text: str) -> str:
    """Return a name in composed form with single spaces. Raises: StaffNameInvalidError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 0 < len(name) <= MAXIMUM_NAME or any(unicodedata.category(letter).startswith("C") for letter in name):
        raise StaffNameInvalidError
    return name


def fold_name(text: str) -> str:
    """Return what two spellings of one name have in common: letter case, spaces and composition do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normalise_passphrase(text: str) -> str:
    """Return a passphrase in composed form with single spaces, as every keyboard can give it again."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def check_passphrase(text: str) -> None:
    """Check the length of a normalised new passphrase. Raises: PassphraseTooShortError, PassphraseTooLongError."""
    if len(text) < MINIMUM_PASSPHRASE:
        raise PassphraseTooShortError
    if len(text) > MAXIMUM_PASSPHRASE:
        raise PassphraseTooLongError
