"""What this installation's meetings have decided before: published elections, by the member concerned.

Practice meetings decide nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.domain.member import CardNumber
from ballot_server.services.election_plan import decode_plan
from ballot_server.services.plain_text import fold_card_number
from ballot_server.services.write_minutes import read_decided
from ballot_server.storage.records import MeetingRecord
from ballot_server.storage.repositories import ElectionRepository, MeetingRepository
from ballot_server.storage.session import Session

PASSED = frozenset({"passed"})
FAILED = frozenset({"not_passed", "report_after_third"})
"""Outcomes of a vote that is held again until it passes, by their names in the rule-sets."""


@dataclass(frozen=True)
class PastVote:
    """One contest of a published election; `position` orders the elections of one meeting."""

    meeting: str
    held_on: date
    position: int
    election: Wording
    rule_set: str
    rule_title: Wording
    subject: Wording
    member: CardNumber | None
    outcome: str
    outcome_text: Wording
    review_on: date | None

    @property
    def key(self) -> str:
        """What votes about one matter share: the member's card number, or the words where no member is named."""
        return fold_card_number(self.member) if self.member is not None else self.subject.vi.casefold()


def list_past_votes(session: Session) -> tuple[PastVote, ...]:
    """Return every contest of every published election, the oldest first."""
    votes = [vote for held in MeetingRepository(session).list_all() for vote in _list_votes(session, held)]
    return tuple(sorted(votes, key=lambda vote: (vote.held_on, vote.meeting, vote.position)))


def count_failed(votes: Iterable[PastVote], *, rule_set: str, member: CardNumber) -> int:
    """Return how often a vote about a member failed under a rule-set since it last passed."""
    count = 0
    for vote in votes:
        if vote.rule_set != rule_set or vote.key != fold_card_number(member):
            continue
        if vote.outcome in FAILED:
            count += 1
        elif vote.outcome in PASSED:
            count = 0
    return count


def _list_votes(session: Session, held: MeetingRecord) -> list[PastVote]:
    if held.rehearsal:
        return []
    records = {
        record.id: record
        for record in ElectionRepository(session).list_all(held.code)
        if record.state is ElectionState.PUBLISHED
    }
    if not records:
        return []
    decided = {each.manifest.election: each.decision for each in read_decided(session, held.code)}
    votes = []
    for name, record in records.items():
        decision = decided.get(name)
        if decision is None:
            continue
        plan = decode_plan(record)
        contests = {contest.id: contest for contest in plan.contests}
        for contest in decision.contests:
            made = contest.decision
            votes.append(
                PastVote(
                    meeting=held.code,
                    held_on=held.held_on,
                    position=record.position,
                    election=plan.title,
                    rule_set=plan.rule_set.id,
                    rule_title=plan.rule_set.title,
                    subject=contests[contest.id].subject,
                    member=contests[contest.id].member,
                    outcome=made.outcome.id,
                    outcome_text=made.outcome.text,
                    review_on=made.review_on,
                )
            )
    return votes
