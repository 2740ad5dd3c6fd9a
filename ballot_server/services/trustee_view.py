"""What pages of the chair, the tellers and the projector may know of the tellers' work: who did what, what is missing.

No value here is secret: shares travel encrypted, and what a teller confirmed stays on the teller's own device.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ballot_server.domain.contest import Wording
from crypto.manifest import Counts


@dataclass(frozen=True)
class SeatView:
    """One teller's place at the table; `index` is the trustee's, 1 … n."""

    index: int
    name: str
    has_joined: bool


@dataclass(frozen=True)
class SeatCode:
    """The join code of a seat, shown once: 16 characters of `crypto.base32`."""

    index: int
    name: str
    code: str


@dataclass(frozen=True)
class Report:
    """What a teller's device said is wrong.

    reporter: whose device, 0 for the server itself; at_fault: whose message was wrong, None where nobody is named;
    problem: a technical sentence in English, or "declined" if the teller did not agree with what the device showed.
    """

    reporter: int
    at_fault: int | None
    problem: str


class CeremonyStage(Enum):
    """What the ceremony waits for; its value is part of the keys of translated sentences."""

    NONE = "none"
    JOINING = "joining"
    COMMITMENTS = "commitments"
    OPENINGS = "openings"
    WORDS = "words"
    TRIALS = "trials"
    CONFIRMATIONS = "confirmations"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True)
class CeremonyView:
    """The key ceremony as it stands.

    attempt: 1 for the first, 0 if none was begun; awaited: seats whose turn it is in this stage; words: the four words
    of the ceremony, once all openings are in; key_words: the eight words of the key, once finished; reports: why it
    failed.
    """

    stage: CeremonyStage
    attempt: int = 0
    threshold: int = 0
    seats: tuple[SeatView, ...] = ()
    awaited: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    key_words: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True)
class CountsView:
    """The six counts of an election under signature.

    attempt: 0 if nobody was asked; counts: what was asked for; is_current: they are still what opening would seal;
    needed: how many signatures an opening needs.
    """

    election: str
    title: Wording
    attempt: int
    counts: Counts | None
    is_current: bool
    signed: tuple[int, ...]
    awaited: tuple[int, ...]
    needed: int
    reports: tuple[Report, ...]

    @property
    def can_open(self) -> bool:
        """Whether enough tellers signed counts that still hold."""
        return self.is_current and len(self.signed) >= self.needed


@dataclass(frozen=True)
class PaperView:
    """What was counted of an election's paper ballots, under signature.

    attempt: 0 if nobody was asked; is_current: it is still what two tellers agreed on; needed: how many signatures the
    board's entry needs.
    """

    election: str
    title: Wording
    attempt: int
    is_current: bool
    signed: tuple[int, ...]
    awaited: tuple[int, ...]
    needed: int
    reports: tuple[Report, ...]

    @property
    def can_post(self) -> bool:
        """Whether enough tellers signed numbers that still hold."""
        return self.is_current and len(self.signed) >= self.needed


class DecryptionStage(Enum):
    """What a decryption waits for; its value is part of the keys of translated sentences."""

    NOT_ASKED = "not_asked"
    REVIEWS = "reviews"
    REVEALS = "reveals"
    ANSWERS = "answers"
    COMPLETE = "complete"


@dataclass(frozen=True)
class DecryptionView:
    """The decryption of a closed election's sum.

    attempt: 0 if nobody was asked; awaited: seats whose turn it is in this stage; missing: seats that every teller
    present confirmed to be missing; answered: seats with a valid partial decryption; refused: seats whose partial
    decryption was wrong; needed: how many valid ones a tally needs, 0 if there are no ballots.
    """

    election: str
    title: Wording
    ballots: int
    stage: DecryptionStage
    attempt: int
    awaited: tuple[int, ...]
    missing: tuple[int, ...]
    answered: tuple[int, ...]
    refused: tuple[int, ...]
    needed: int
    reports: tuple[Report, ...]

    @property
    def can_tally(self) -> bool:
        """Whether enough valid partial decryptions are in, or none is needed."""
        return self.ballots == 0 or len(self.answered) >= self.needed > 0


@dataclass(frozen=True)
class DestructionView:
    """The destruction of the shares; `is_asked` is False until the chair asked for it."""

    is_asked: bool
    destroyed: tuple[int, ...]
    awaited: tuple[int, ...]


@dataclass(frozen=True)
class RoomView:
    """All of the tellers' work in one meeting; elections that were never asked for are left out."""

    ceremony: CeremonyView
    counts: tuple[CountsView, ...]
    papers: tuple[PaperView, ...]
    decryptions: tuple[DecryptionView, ...]
    destruction: DestructionView
