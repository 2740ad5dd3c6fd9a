"""What the secretary follows up each month, from published elections and the two exemption books.

The twelve months of help run from the day on which the unit assigns who helps, which no ballot knows: for a member who
was put on the list the date is twelve months after the vote at the earliest. Source: guidance of source 003, A.III,
steps 1 to 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ballot_server.domain.contest import Wording
from ballot_server.domain.exemption import Standing
from ballot_server.domain.member import CardNumber
from ballot_server.rules.decide import add_months
from ballot_server.services.exemption_books import HORIZONS, BookLine, list_book_lines
from ballot_server.services.past_votes import FAILED, PASSED, PastVote, list_past_votes
from ballot_server.services.plain_text import fold_card_number
from ballot_server.services.unit_roll import list_lines
from ballot_server.storage.engine import Database

SCREENING = frozenset({"vn-screening-step1", "vn-screening-progress", "vn-screening-removal"})
LISTED = "listed"
MONTHS_OF_HELP = 12
MONTH_OF_REVIEW = 1


class Urgency(Enum):
    """How near a date is; the value is the end of the sentence's key."""

    OVERDUE = "overdue"
    WITHIN_30 = "within_30"
    WITHIN_60 = "within_60"
    WITHIN_90 = "within_90"
    LATER = "later"


@dataclass(frozen=True)
class ReviewDate:
    """A member whom the unit looks at again; `at_earliest`: the months run from an assignment that is not known."""

    subject: Wording
    member: CardNumber | None
    voted_on: date
    outcome: Wording
    due: date
    urgency: Urgency
    at_earliest: bool


@dataclass(frozen=True)
class FailedVotes:
    """How often a vote about a member failed under a rule-set since it last passed."""

    name: str
    member: CardNumber | None
    rule_title: Wording
    count: int
    last_on: date


@dataclass(frozen=True)
class FollowUps:
    """Everything on the page; exemptions by the nearest end first."""

    on: date
    january: date
    is_january: bool
    reviews: tuple[ReviewDate, ...]
    lapsed: tuple[BookLine, ...]
    lapsing: tuple[BookLine, ...]
    proposed: tuple[BookLine, ...]
    incomplete: tuple[BookLine, ...]
    failed: tuple[FailedVotes, ...]


def list_follow_ups(database: Database, on: date) -> FollowUps:
    """Return what is to be followed up on a date."""
    with database.read() as session:
        votes = list_past_votes(session)
        books = list_book_lines(session, on)
        names = {fold_card_number(line.member.card_number): line.member.name for line in list_lines(session, on)}
    here = [line for line in books if line.person.belongs(on)]
    is_january = on.month == MONTH_OF_REVIEW
    return FollowUps(
        on=on,
        january=date(on.year if is_january else on.year + 1, MONTH_OF_REVIEW, 1),
        is_january=is_january,
        reviews=tuple(sorted(_list_reviews(votes, on), key=lambda review: review.due)),
        lapsed=tuple(line for line in here if line.standing is Standing.LAPSED),
        lapsing=tuple(sorted((line for line in here if line.horizon is not None), key=lambda line: line.days or 0)),
        proposed=tuple(line for line in here if line.standing is Standing.PROPOSED),
        incomplete=tuple(line for line in here if line.gaps and line.standing is not Standing.RETURNED),
        failed=_count_failures(votes, names),
    )


def _list_reviews(votes: tuple[PastVote, ...], on: date) -> list[ReviewDate]:
    """Return the dates that the last screening vote about each member leaves open."""
    last = {vote.key: vote for vote in votes if vote.rule_set in SCREENING}
    reviews = []
    for vote in last.values():
        is_listed = vote.outcome == LISTED
        due = add_months(vote.held_on, MONTHS_OF_HELP) if is_listed else vote.review_on
        if due is not None:
            reviews.append(
                ReviewDate(
                    subject=vote.subject,
                    member=vote.member,
                    voted_on=vote.held_on,
                    outcome=vote.outcome_text,
                    due=due,
                    urgency=_judge(due, on),
                    at_earliest=is_listed,
                )
            )
    return reviews


def _judge(due: date, on: date) -> Urgency:
    if due < on:
        return Urgency.OVERDUE
    days = (due - on).days
    return next((Urgency(f"within_{limit}") for limit in HORIZONS if days <= limit), Urgency.LATER)


def _count_failures(votes: tuple[PastVote, ...], names: dict[str, str]) -> tuple[FailedVotes, ...]:
    found: dict[tuple[str, str], FailedVotes] = {}
    for vote in votes:
        place = (vote.rule_set, vote.key)
        if vote.outcome in PASSED:
            found.pop(place, None)
        elif vote.outcome in FAILED:
            before = found[place].count if place in found else 0
            name = names.get(vote.key, vote.subject.vi)
            found[place] = FailedVotes(name, vote.member, vote.rule_title, before + 1, vote.held_on)
    return tuple(found.values())
