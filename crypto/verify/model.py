"""What a verifier collects while it reads a board, and what it reports at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from crypto.aggregate import Aggregate
from crypto.board_state import BoardState
from crypto.bodies import (
    AggregateBody,
    AnnulledBody,
    CeremonyBody,
    ClosedBody,
    DestroyedBody,
    FinalBody,
    ListBody,
    MeetingBody,
    MinutesBody,
    OutcomeBody,
    PartialDecryptionBody,
    TallyBody,
)
from crypto.encoding import JsonObject
from crypto.errors import VerificationError
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection

BodyT = TypeVar("BodyT", covariant=True)

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with a check's name, how many of its objects are done and how many there are."""


def ignore_progress(check: str, done: int, total: int) -> None:
    """Take note of nothing."""


@dataclass(frozen=True)
class Placed(Generic[BodyT]):
    """A body with the number and hash of its entry."""

    number: int
    entry_hash: bytes
    body: BodyT


@dataclass
class ElectionRecord:
    """All entries of one election, which a manifest seals or, on paper alone, a paper election."""

    manifest: Placed[Manifest | PaperElection]
    annulled: Placed[AnnulledBody] | None = None
    closed: Placed[ClosedBody] | None = None
    paper: Placed[PaperCounts] | None = None
    aggregate: Placed[AggregateBody] | None = None
    partials: dict[int, Placed[PartialDecryptionBody]] = field(default_factory=dict)
    tally: Placed[TallyBody] | None = None
    outcome: Placed[OutcomeBody] | None = None

    @property
    def name(self) -> str:
        """The election's id."""
        return self.manifest.body.election


@dataclass
class BoardRecord:
    """All entries of a board, sorted by what they are about."""

    meeting: Placed[MeetingBody]
    ceremony: Placed[CeremonyBody] | None = None
    lists: dict[tuple[str, int], Placed[ListBody]] = field(default_factory=dict)
    elections: dict[str, ElectionRecord] = field(default_factory=dict)
    minutes: Placed[MinutesBody] | None = None
    destroyed: list[Placed[DestroyedBody]] = field(default_factory=list)
    final: Placed[FinalBody] | None = None
    state: BoardState = field(default_factory=BoardState)


Findings: TypeAlias = dict[str, VerificationError]
"""By election id, the first failure of V5 to V9 in an annulled election: it is reported, and stops nothing."""


@dataclass(frozen=True)
class VerifiedBallots:
    """What later checks need of an election's ballots once each has been verified."""

    hashes: frozenset[bytes]
    aggregate: Aggregate


@dataclass(frozen=True)
class CheckResult:
    """A check that held: how many objects it ran over, and the proofs and signatures it verified."""

    name: str
    counted: int
    proofs: int = 0
    signatures: int = 0


@dataclass(frozen=True)
class ElectionReport:
    """A verified election; what it has not is None.

    ground: why it was annulled; ballots, counts: of phones alone; paper: the paper ballots beside them, or alone.
    """

    manifest: Placed[Manifest | PaperElection]
    ground: str | None
    ballots: int | None
    counts: tuple[tuple[int, ...], ...] | None
    paper: Placed[PaperCounts] | None
    outcome: Placed[OutcomeBody] | None

    @property
    def returned(self) -> int | None:
        """The ballots that came back, by phone and on paper; None before anything was counted."""
        if self.paper is None:
            return self.ballots
        return (self.ballots or 0) + self.paper.body.ballots

    @property
    def totals(self) -> tuple[tuple[int, ...], ...] | None:
        """The counts of every contest, blank last, phones and paper added up; None before there is a tally."""
        if self.paper is None:
            return self.counts
        if isinstance(self.manifest.body, PaperElection):
            return self.paper.body.counts
        if self.counts is None:
            return None
        pairs = zip(self.counts, self.paper.body.counts, strict=True)
        return tuple(tuple(left + right for left, right in zip(*rows, strict=True)) for rows in pairs)

    @property
    def result(self) -> JsonObject | None:
        """The outcome as the rules wrote it; not checked here."""
        return None if self.outcome is None else self.outcome.body.result


@dataclass(frozen=True)
class Report:
    """A verified archive. Without `head_compared` it is only consistent: it may be another one than the minutes'.

    findings: by election id, what is damaged in elections that were annulled.
    """

    checks: tuple[CheckResult, ...]
    entries: int
    ballots: int
    proofs: int
    signatures: int
    head: bytes | None
    head_compared: bool
    meeting: MeetingBody
    elections: tuple[ElectionReport, ...]
    findings: Mapping[str, VerificationError]
    minutes: Placed[MinutesBody] | None
