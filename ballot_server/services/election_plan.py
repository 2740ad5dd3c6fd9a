"""What is asked in one election before it is sealed: its rule-set, its contests and which earlier election it follows.

A plan is stored as JSON text with the election, the rule-set's whole text in it, so that a later version of the program
counts a planned vote under the rules it was planned with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ballot_server.domain.base import VoterRule
from ballot_server.domain.contest import Contest, Wording
from ballot_server.domain.member import CardNumber
from ballot_server.rules.loader import load_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.storage.records import ElectionRecord


@dataclass(frozen=True)
class PlannedContest:
    """A contest with what the rules may ask of its past: how often this vote failed before, whether a post is held."""

    contest: Contest
    previous_failed: int = 0
    holds_post: bool = False


@dataclass(frozen=True)
class ElectionPlan:
    """One election as planned; `follows` is the id of an earlier election of the same meeting.

    `member_concerned_votes` False takes the slip of the members concerned; they stay in the base.
    """

    id: str
    title: Wording
    rule_set: RuleSet
    planned: tuple[PlannedContest, ...]
    follows: str | None = None
    member_concerned_votes: bool = True

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


def plan_contest(rule_set: RuleSet, *, contest: str, subject: Wording, member: CardNumber | None) -> Contest:
    """Return a contest with the options that its rule-set gives."""
    return Contest(id=contest, subject=subject, options=rule_set.options, marks=1, member=member)


def encode_plan(plan: ElectionPlan) -> str:
    """Return what of a plan is stored as JSON text."""
    return json.dumps(
        {
            "rule_set": {"origin": plan.rule_set.origin, "text": plan.rule_set.source_text},
            "contests": [
                {
                    "id": planned.contest.id,
                    "subject": planned.contest.subject.to_json(),
                    "member": planned.contest.member,
                    "previous_failed": planned.previous_failed,
                    "holds_post": planned.holds_post,
                }
                for planned in plan.planned
            ],
            "follows": plan.follows,
            "member_concerned_votes": plan.member_concerned_votes,
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
            PlannedContest(
                contest=plan_contest(
                    rule_set,
                    contest=contest["id"],
                    subject=Wording(**contest["subject"]),
                    member=None if contest["member"] is None else CardNumber(contest["member"]),
                ),
                previous_failed=contest["previous_failed"],
                holds_post=contest["holds_post"],
            )
            for contest in stored["contests"]
        ),
        follows=stored["follows"],
        member_concerned_votes=stored["member_concerned_votes"],
    )
