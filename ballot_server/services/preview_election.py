"""What opening an election now would seal: the chair sees it before the ballot, not after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ballot_server.domain.base import (
    compute_base,
    count_barred,
    count_barred_present,
    list_entitled,
    list_present_entitled,
)
from ballot_server.domain.base_warnings import BaseWarning, find_base_warnings
from ballot_server.domain.contest import Contest, pair_contests
from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import Roll
from ballot_server.domain.result import BallotNumbers, check_numbers
from ballot_server.errors import BallotServerError
from ballot_server.rules.decide import Reachability, describe_reachability
from ballot_server.rules.model import date_rule_set
from ballot_server.rules.sealed import FollowedContest, SealedContest, SealedRules, check_can_follow, read_sealed_rules
from ballot_server.services.election_plan import ElectionPlan, decode_plan
from ballot_server.services.sealed_election import decode_sealed
from ballot_server.storage.engine import Database
from ballot_server.storage.paper_records import PaperBallotsRecord
from ballot_server.storage.records import ElectionRecord, MeetingRecord, SeriesRecord
from ballot_server.storage.repositories import (
    ElectionRepository,
    MeetingRepository,
    PaperBallotsRepository,
    RollRepository,
    SeriesRepository,
)
from ballot_server.storage.session import Session
from crypto.manifest import Counts


class SlipsMissingError(BallotServerError):
    """A series that may vote has no printed slips; field: series."""


class FollowedNotSealedError(BallotServerError):
    """The election that this one follows has not been opened yet; fields: election, follows."""


@dataclass(frozen=True)
class Preview:
    """What the chair sees before opening: who counts, who votes, what is needed and whether it can be reached.

    counts: of slips, or of paper ballots where nobody votes by phone; paper: the ballots handed out beside phones.
    """

    sealed: SealedRules
    counts: Counts
    warnings: tuple[BaseWarning, ...]
    tests: tuple[Reachability, ...]
    paper: int = 0


def preview_election(database: Database, meeting: str, election: str) -> Preview:
    """Return what opening an election now would seal.

    Raises: MeetingUnknownError, ElectionMissingError, SlipsMissingError, FollowedNotSealedError,
        FollowedElectionError, ContestPairingError, CountsMismatchError.
    """
    with database.read() as session:
        return compute_preview(session, meeting, election)


def compute_preview(session: Session, meeting_code: str, election: str) -> Preview:
    """Return the preview within a session. Raises: as `preview_election`."""
    meeting = MeetingRepository(session).get(meeting_code)
    roll = RollRepository(session).load(meeting_code)
    record = ElectionRepository(session).get(meeting_code, election)
    plan = decode_plan(record)
    on, rule = meeting.held_on, plan.voter_rule
    present = len(list_present_entitled(roll, on, rule))
    paper = PaperBallotsRepository(session).find(meeting_code, election)
    counts = _count_paper(paper, present) if record.is_on_paper else _count_slips(session, record, present)
    beside_phones = 0 if record.is_on_paper else paper.issued
    sealed = _seal(session, meeting, roll, plan, present)
    numbers = BallotNumbers(
        printed=counts.printed,
        handed_out=counts.handed_out,
        left_over=counts.left_over,
        void=counts.brought_back,
        lost=counts.lost,
        returned=0,
        paper_issued=beside_phones,
    )
    check_numbers(numbers, summoned=sealed.summoned, present=present)
    return Preview(
        sealed=sealed,
        counts=counts,
        warnings=find_base_warnings(roll, on, rule.base),
        tests=describe_reachability(plan.rule_set, sealed.base, present),
        paper=beside_phones,
    )


def _count_paper(paper: PaperBallotsRecord, present: int) -> Counts:
    return Counts(
        printed=paper.printed,
        handed_out=paper.handed_out,
        brought_back=paper.brought_back,
        lost=paper.lost,
        left_over=paper.left_over,
        present=present,
    )


def _count_slips(session: Session, record: ElectionRecord, present: int) -> Counts:
    rows = [SeriesRepository(session).get(record.meeting, letter) for letter in record.series]
    for row in rows:
        if not row.printed:
            raise SlipsMissingError(series=row.letter)

    def total(read: Callable[[SeriesRecord], int]) -> int:
        return sum(read(row) for row in rows)

    return Counts(
        printed=total(lambda row: row.printed),
        handed_out=total(lambda row: row.handed_out),
        brought_back=total(lambda row: row.brought_back),
        lost=total(lambda row: row.lost),
        left_over=total(lambda row: row.left_over),
        present=present,
    )


def _seal(session: Session, meeting: MeetingRecord, roll: Roll, plan: ElectionPlan, present: int) -> SealedRules:
    on, rule = meeting.held_on, plan.voter_rule
    sealed = SealedRules(
        dated=date_rule_set(plan.rule_set, on),
        meeting_date=on,
        base=compute_base(roll, on, rule.base, fixed=plan.fixed),
        summoned=len(list_entitled(roll, on, rule)),
        present=present,
        barred=count_barred(roll, on, rule),
        contests=_pair(session, meeting.code, plan),
        barred_present=count_barred_present(roll, on, rule),
    )
    if plan.follows is not None:
        check_can_follow(sealed, _read_followed(session, meeting.code, plan, plan.follows))
    return sealed


def _pair(session: Session, meeting: str, plan: ElectionPlan) -> tuple[SealedContest, ...]:
    partners: Sequence[Contest | None] = [None] * len(plan.contests)
    if plan.follows is not None:
        followed = decode_plan(ElectionRepository(session).get(meeting, plan.follows))
        partners = pair_contests(plan.contests, followed.contests)
    return tuple(
        SealedContest(
            id=planned.contest.id,
            follows=None if partner is None else FollowedContest(election=str(plan.follows), contest=partner.id),
            previous_failed=planned.previous_failed,
            holds_post=planned.holds_post,
            candidates=() if planned.seats is None else tuple(option.id for option in planned.contest.options),
            seats=planned.seats,
        )
        for planned, partner in zip(plan.planned, partners, strict=True)
    )


def _read_followed(session: Session, meeting: str, plan: ElectionPlan, follows: str) -> SealedRules:
    record = ElectionRepository(session).get(meeting, follows)
    if record.manifest is None or record.state is ElectionState.ANNULLED:
        raise FollowedNotSealedError(election=plan.id, follows=follows)
    return read_sealed_rules(decode_sealed(record.manifest).rules)
