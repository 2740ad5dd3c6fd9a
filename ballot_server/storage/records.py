"""What repositories take and return beside the domain's own values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ballot_server.domain.election import ElectionState
from ballot_server.domain.staff import Role, SessionTimes, StaffMember


@dataclass(frozen=True)
class MeetingRecord:
    """One meeting; `code` is 8 characters of the slip alphabet, `mode` is electronic, paper or mixed.

    `wifi` is the name of the network that voters join, empty if none was given.
    """

    code: str
    superior: str
    unit: str
    place: str
    held_on: date
    chair: str = ""
    clerk: str = ""
    tellers: tuple[str, ...] = ()
    mode: str = "electronic"
    floor: int = 3
    rehearsal: bool = False
    wifi: str = ""


@dataclass(frozen=True)
class SeriesRecord:
    """The counts of one series of slips."""

    meeting: str
    letter: str
    colour: str
    printed: int = 0
    handed_out: int = 0
    brought_back: int = 0
    lost: int = 0
    left_over: int = 0


@dataclass(frozen=True)
class SlipOrderRecord:
    """A series that another machine prints; filled once its lists are here."""

    meeting: str
    series: str
    count: int
    is_filled: bool = False


@dataclass(frozen=True)
class ElectionRecord:
    """One election; `rule_inputs` is JSON text that storage does not read, `position` its place in the meeting."""

    meeting: str
    id: str
    position: int
    title_vi: str
    title_en: str
    state: ElectionState = ElectionState.DRAFT
    series: tuple[str, ...] = ()
    slot: int | None = None
    rule_inputs: str = "{}"
    manifest: bytes | None = None
    election_hash: bytes | None = None

    @property
    def is_on_paper(self) -> bool:
        """Whether it is held on paper alone: no slip has a slot for it."""
        return self.slot is None


@dataclass(frozen=True)
class StoredBallot:
    """A ballot as it lies in the box."""

    ballot_hash: bytes
    public: bytes
    data: bytes


@dataclass(frozen=True)
class OpenedBallot:
    """A tested ballot, signed as such, and the opening of its ciphertexts."""

    ballot_hash: bytes
    data: bytes
    opening: bytes


@dataclass(frozen=True)
class StaffRecord:
    """An account of the staff; without a passphrase nobody signs in by name."""

    member: StaffMember
    passphrase_hash: str | None = field(repr=False)


@dataclass(frozen=True)
class StaffSessionRecord:
    """A sign-in; `form_secret` is the session's mark in forms, `browser` what the browser calls itself."""

    secret_hash: bytes
    member: StaffMember
    times: SessionTimes
    form_secret: bytes = field(repr=False)
    browser: str


@dataclass(frozen=True)
class StaffLinkRecord:
    """A one-time link for a role; with an empty name, whoever opens it chooses one."""

    code_hash: bytes
    name: str
    role: Role
    created: datetime
