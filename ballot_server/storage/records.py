"""What repositories take and return beside the domain's own values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.domain.election import ElectionState


@dataclass(frozen=True)
class MeetingRecord:
    """One meeting; `code` is 8 characters of the slip alphabet, `mode` is electronic, paper or mixed."""

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


@dataclass(frozen=True)
class StoredBallot:
    """A ballot as it lies in the box."""

    ballot_hash: bytes
    public: bytes
    data: bytes
