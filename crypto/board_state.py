"""What the entries so far allow next: the one place that knows the order of a board.

The server folds one entry at a time into a `BoardState` before it appends the next; a verifier folds all of them.
Both go through `check_order`, so a board that the server can write is a board whose order verifies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from crypto.ballot import ContestShape, ballot_size, count_ciphertexts, count_proofs
from crypto.bodies import (
    AggregateBody,
    AnnulledBody,
    Body,
    CeremonyBody,
    ClosedBody,
    DestroyedBody,
    ElectionBody,
    FinalBody,
    ListBody,
    MeetingBody,
    MinutesBody,
    OutcomeBody,
    PartialDecryptionBody,
    TallyBody,
)
from crypto.errors import BoardError, EncodingError
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection


class Stage(Enum):
    """How far an election has come on the board."""

    OPEN = "open"
    CLOSED = "closed"
    AGGREGATED = "aggregated"
    TALLIED = "tallied"
    DECIDED = "decided"


@dataclass(frozen=True)
class ElectionState:
    """One election as the board knows it.

    floor: the least number of ballots that may be decrypted; ballots: their number; paper: the number of paper ballots
    once they are counted; trustees: who has decrypted.
    """

    shape: tuple[ContestShape, ...]
    floor: int
    is_on_paper_only: bool = False
    paper: int | None = None
    stage: Stage = Stage.OPEN
    is_annulled: bool = False
    ballots: int = 0
    trustees: frozenset[int] = frozenset()

    @property
    def is_finished(self) -> bool:
        """Whether nothing of this election is missing for the minutes."""
        return self.is_annulled or self.stage is Stage.DECIDED

    @property
    def ciphertexts(self) -> int:
        """How many ciphertexts the aggregate has: one per option, the blank ones included."""
        return count_ciphertexts(self.shape)


@dataclass(frozen=True)
class Totals:
    """How many objects of each sort a verifier must have checked. Spec: "Verification"."""

    entries: int = 0
    ballots: int = 0
    proofs: int = 0
    signatures: int = 0

    def plus(self, *, entries: int = 0, ballots: int = 0, proofs: int = 0, signatures: int = 0) -> Totals:
        """Return the totals with more objects counted."""
        return Totals(
            self.entries + entries, self.ballots + ballots, self.proofs + proofs, self.signatures + signatures
        )


@dataclass(frozen=True)
class BoardState:
    """A board folded to what decides the next entry; without arguments, the empty board.

    It holds no ballot and no list, so a running meeting can keep it. `head` is None until there is an outcome.
    """

    meeting: MeetingBody | None = None
    ceremony: CeremonyBody | None = None
    lists: frozenset[tuple[str, int]] = frozenset()
    used: frozenset[tuple[str, int]] = frozenset()
    elections: Mapping[str, ElectionState] = field(default_factory=dict)
    has_minutes: bool = False
    destroyed: frozenset[int] = frozenset()
    is_final: bool = False
    totals: Totals = Totals()
    previous: bytes = bytes(32)
    head: bytes | None = None

    @property
    def number(self) -> int:
        """The number of the next entry."""
        return self.totals.entries

    @property
    def final_body(self) -> FinalBody:
        """The body of a `final` entry that would come next, itself counted."""
        return FinalBody(self.totals.entries + 1, self.totals.ballots, self.totals.proofs, self.totals.signatures + 1)

    def advance(self, body: Body, entry_hash: bytes) -> BoardState:
        """Return the state after an entry of this body and hash.

        Raises: BoardError if it may not come now; EncodingError if ballots do not fill whole ballots.
        """
        check_order(self, body)
        state = _fold_body(self, body)
        return replace(
            state,
            totals=state.totals.plus(entries=1, signatures=1),
            previous=entry_hash,
            head=entry_hash if isinstance(body, (OutcomeBody, AnnulledBody)) else self.head,
        )


def check_order(state: BoardState, body: Body) -> None:
    """Check that an entry of this body may come next. Raises: BoardError. Spec: "Board"."""
    if state.is_final:
        raise BoardError("nothing may follow final")
    if (state.meeting is None) != isinstance(body, MeetingBody):
        raise BoardError("meeting comes first, and once")
    if state.has_minutes and not isinstance(body, (DestroyedBody, FinalBody)):
        raise BoardError("only destroyed and final may follow the minutes")
    match body:
        case CeremonyBody() if state.ceremony is not None:
            raise BoardError("a second ceremony")
        case ListBody() if (body.series, body.slot) in state.lists:
            raise BoardError(f"a second list of series {body.series}, slot {body.slot}")
        case Manifest():
            _check_manifest_order(state, body)
        case PaperElection() if body.election in state.elections:
            raise BoardError(f"a second election {body.election}")
        case DestroyedBody():
            _check_destroyed_order(state, body)
        case MinutesBody():
            for name, election in state.elections.items():
                if not election.is_finished:
                    raise BoardError(f"minutes while election {name} is neither annulled nor decided")
        case FinalBody() if not state.has_minutes:
            raise BoardError("final without minutes")
        case (
            AnnulledBody()
            | ClosedBody()
            | PaperCounts()
            | AggregateBody()
            | PartialDecryptionBody()
            | TallyBody()
            | OutcomeBody()
        ):
            _check_election_order(state, body)
        case _:
            pass


def _check_manifest_order(state: BoardState, manifest: Manifest) -> None:
    if state.ceremony is None:
        raise BoardError("a manifest before the ceremony")
    if manifest.election in state.elections:
        raise BoardError(f"a second manifest of election {manifest.election}")
    for series in manifest.series:
        if (series, manifest.slot) not in state.lists:
            raise BoardError(f"a manifest without the list of series {series}, slot {manifest.slot}")
        if (series, manifest.slot) in state.used:
            raise BoardError(f"slot {manifest.slot} of series {series} is used already")


def _check_destroyed_order(state: BoardState, body: DestroyedBody) -> None:
    if not state.has_minutes:
        raise BoardError("a share destroyed before the minutes")
    if state.ceremony is None or body.trustee > state.ceremony.count:
        raise BoardError(f"no trustee {body.trustee}")
    if body.trustee in state.destroyed:
        raise BoardError(f"the share of trustee {body.trustee} is destroyed already")


def _check_election_order(state: BoardState, body: ElectionBody) -> None:
    election = state.elections.get(body.election)
    if election is None:
        raise BoardError(f"no election {body.election}")
    if election.is_annulled:
        raise BoardError(f"election {body.election} is annulled")
    if isinstance(body, AnnulledBody):
        return
    if isinstance(body, ClosedBody) and election.is_on_paper_only:
        raise BoardError(f"election {body.election} is held on paper")
    if isinstance(body, PaperCounts) and election.paper is not None:
        raise BoardError(f"a second count of the paper ballots of election {body.election}")
    needed = _needed_stage(election, body)
    if election.stage is not needed:
        raise BoardError(f"election {body.election} is {election.stage.value}, not {needed.value}")
    if isinstance(body, AggregateBody) and election.ballots == 0:
        raise BoardError(f"election {body.election} has no ballots, so it has no aggregate")
    if isinstance(body, PartialDecryptionBody):
        _check_partial_order(state, election, body)
    if isinstance(body, TallyBody) and election.ballots > 0 and len(election.trustees) < _threshold(state):
        raise BoardError(f"election {body.election}: {len(election.trustees)} partial decryptions are too few")


def _needed_stage(
    election: ElectionState,
    body: ClosedBody | PaperCounts | AggregateBody | PartialDecryptionBody | TallyBody | OutcomeBody,
) -> Stage:
    match body:
        case ClosedBody():
            return Stage.OPEN
        case PaperCounts():
            return Stage.OPEN if election.is_on_paper_only else Stage.CLOSED
        case AggregateBody():
            return Stage.CLOSED
        case PartialDecryptionBody():
            return Stage.AGGREGATED
        case TallyBody():
            return Stage.AGGREGATED if election.ballots else Stage.CLOSED
        case OutcomeBody():
            return Stage.TALLIED


def _check_partial_order(state: BoardState, election: ElectionState, body: PartialDecryptionBody) -> None:
    if state.ceremony is None or body.trustee > state.ceremony.count:
        raise BoardError(f"no trustee {body.trustee}")
    if election.ballots < election.floor:
        raise BoardError(f"election {body.election}: {election.ballots} ballots are below the floor {election.floor}")
    if body.trustee in election.trustees:
        raise BoardError(f"a second partial decryption of election {body.election} by trustee {body.trustee}")


def _threshold(state: BoardState) -> int:
    if state.ceremony is None:
        raise BoardError("no ceremony")
    return state.ceremony.threshold


def _fold_body(state: BoardState, body: Body) -> BoardState:
    match body:
        case MeetingBody():
            return replace(state, meeting=body)
        case CeremonyBody():
            totals = state.totals.plus(proofs=body.count, signatures=body.count)
            return replace(state, ceremony=body, totals=totals)
        case ListBody():
            return replace(state, lists=state.lists | {(body.series, body.slot)})
        case Manifest():
            return replace(
                state,
                used=state.used | {(series, body.slot) for series in body.series},
                elections={**state.elections, body.election: ElectionState(body.shape, body.floor)},
                totals=state.totals.plus(signatures=len(body.count_signatures)),
            )
        case PaperElection():
            election = ElectionState(body.shape, floor=0, is_on_paper_only=True)
            return replace(state, elections={**state.elections, body.election: election})
        case MinutesBody():
            return replace(state, has_minutes=True)
        case DestroyedBody():
            return replace(state, destroyed=state.destroyed | {body.trustee}, totals=state.totals.plus(signatures=1))
        case FinalBody():
            return replace(state, is_final=True)
        case _:
            return _fold_election(state, body)


def _fold_election(state: BoardState, body: ElectionBody) -> BoardState:
    election = state.elections[body.election]
    totals = state.totals
    match body:
        case AnnulledBody():
            election = replace(election, is_annulled=True)
        case ClosedBody():
            ballots = _count_ballots(body, election)
            election = replace(election, stage=Stage.CLOSED, ballots=ballots)
            proofs = ballots * count_proofs(election.shape)
            totals = totals.plus(ballots=ballots, proofs=proofs, signatures=ballots + len(body.void))
        case PaperCounts():
            stage = Stage.TALLIED if election.is_on_paper_only else election.stage
            election = replace(election, stage=stage, paper=body.ballots)
            totals = totals.plus(signatures=len(body.signatures))
        case AggregateBody():
            election = replace(election, stage=Stage.AGGREGATED)
        case PartialDecryptionBody():
            election = replace(election, trustees=election.trustees | {body.trustee})
        case TallyBody():
            election = replace(election, stage=Stage.TALLIED)
            totals = totals.plus(proofs=len(body.trustees) * election.ciphertexts)
        case OutcomeBody():
            election = replace(election, stage=Stage.DECIDED)
    return replace(state, elections={**state.elections, body.election: election}, totals=totals)


def _count_ballots(body: ClosedBody, election: ElectionState) -> int:
    count, rest = divmod(len(body.ballots), ballot_size(election.shape))
    if rest:
        raise EncodingError("closed.ballots", f"not a multiple of {ballot_size(election.shape)} bytes")
    return count
