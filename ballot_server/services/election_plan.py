"""What is asked in one election before it is sealed: its rule-set, its contests and which earlier election it follows.

A plan is stored as JSON text with the election, the rule-set's whole text in it, so that a later version of the program
counts a planned vote under the rules it was planned with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ballot_server.domain.base import VoterRule
from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.contest import Contest, Option, Wording
from ballot_server.domain.member import CardNumber
from ballot_server.rules.ballot_form import count_marks, plan_options
from ballot_server.rules.loader import load_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.storage.records import ElectionRecord


@dataclass(frozen=True)
class PlannedContest:
    """A contest with what the rules may ask of it.

    How often this vote failed before; whether the person concerned holds a post; for how many seats candidates stand,
    None where there are none; where else a confidence vote on this person is held.
    """

    contest: Contest
    previous_failed: int = 0
    holds_post: bool = False
    seats: int | None = None
    other_place: str = ""


@dataclass(frozen=True)
class ElectionPlan:
    """One election as planned; `follows` is the id of an earlier election of the same meeting.

    `member_concerned_votes` False takes the slip of the members concerned; they stay in the base. `fixed` is the base
    that the chair enters, where the rule-set asks for one.
    """

    id: str
    title: Wording
    rule_set: RuleSet
    planned: tuple[PlannedContest, ...]
    follows: str | None = None
    member_concerned_votes: bool = True
    fixed: FixedBase | None = None

    @property
    def contests(self) -> tuple[Contest, ...]:
        """The contests in ballot order."""
        return tuple(planned.contest for planned in self.planned)

    @property
    def voter_rule(self) -> VoterRule:
        """Who may vote."""
        if self.member_concerned_votes:
            return VoterRule(self.rule_set.base)
        concerned = frozenset(contest.member for contest in self.contests if contest.member is not None)
        return VoterRule(self.rule_set.base, barred=concerned)


def plan_contest(
    rule_set: RuleSet,
    *,
    contest: str,
    subject: Wording,
    member: CardNumber | None,
    previous_failed: int = 0,
    holds_post: bool = False,
    candidates: Sequence[Option] = (),
    seats: int | None = None,
    other_place: str = "",
) -> PlannedContest:
    """Return a contest with the options and the largest number of marks that its rule-set gives.

    candidates, seats: only where the rule-set elects candidates.
    Raises: CandidatesNeededError, CandidatesNotAskedError, CandidateTwiceError, SeatsWrongError.
    """
    options = plan_options(rule_set, holds_post=holds_post, candidates=candidates)
    marks = count_marks(rule_set, seats=seats, options=len(options))
    return PlannedContest(
        contest=Contest(id=contest, subject=subject, options=options, marks=marks, member=member),
        previous_failed=previous_failed,
        holds_post=holds_post,
        seats=seats,
        other_place=other_place,
    )


def encode_plan(plan: ElectionPlan) -> str:
    """Return what of a plan is stored as JSON text."""
    return json.dumps(
        {
            "rule_set": {"origin": plan.rule_set.origin, "text": plan.rule_set.source_text},
            "contests": [_describe_contest(planned) for planned in plan.planned],
            "follows": plan.follows,
            "member_concerned_votes": plan.member_concerned_votes,
            "fixed": None if plan.fixed is None else {"value": plan.fixed.value, "ground": plan.fixed.ground},
        },
        ensure_ascii=False,
    )


def decode_plan(record: ElectionRecord) -> ElectionPlan:
    """Return the plan of a stored election."""
    stored = json.loads(record.rule_inputs)
    rule_set = load_rule_set(stored["rule_set"]["text"], stored["rule_set"]["origin"])
    return ElectionPlan(
        id=record.id,
        title=Wording(vi=record.title_vi, en=record.title_en),
        rule_set=rule_set,
        planned=tuple(
            plan_contest(
                rule_set,
                contest=contest["id"],
                subject=Wording(**contest["subject"]),
                member=None if contest["member"] is None else CardNumber(contest["member"]),
                previous_failed=contest["previous_failed"],
                holds_post=contest["holds_post"],
                candidates=tuple(
                    Option(id=candidate["id"], text=Wording(**candidate["text"]))
                    for candidate in contest.get("candidates", ())
                ),
                seats=contest.get("seats"),
                other_place=contest.get("other_place", ""),
            )
            for contest in stored["contests"]
        ),
        follows=stored["follows"],
        member_concerned_votes=stored["member_concerned_votes"],
        fixed=None if stored.get("fixed") is None else FixedBase(**stored["fixed"]),
    )


def _describe_contest(planned: PlannedContest) -> dict[str, object]:
    """Return a contest for storing; its options only where the rule-set does not give them."""
    contest = planned.contest
    described: dict[str, object] = {
        "id": contest.id,
        "subject": contest.subject.to_json(),
        "member": contest.member,
        "previous_failed": planned.previous_failed,
        "holds_post": planned.holds_post,
    }
    if planned.other_place:
        described["other_place"] = planned.other_place
    if planned.seats is not None:
        described["seats"] = planned.seats
        described["candidates"] = [{"id": option.id, "text": option.text.to_json()} for option in contest.options]
    return described
