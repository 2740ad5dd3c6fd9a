"""From a scenario to the plans of its elections, and to what each simulated voter marks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from ballot_server.domain.base import VoterRule, list_present_entitled
from ballot_server.domain.contest import Option, Wording
from ballot_server.domain.member import Attendance, CardNumber, Roll
from ballot_server.domain.scenario import Scenario, ScenarioContest, ScenarioElection
from ballot_server.errors import BallotServerError
from ballot_server.rules.cases import run_cases
from ballot_server.rules.errors import UnknownRuleSetError
from ballot_server.rules.loader import load_named_rule_set, load_rule_set
from ballot_server.rules.model import RuleSet
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.read_scenario import read_scenario
from ballot_server.services.read_scenario_contest import AskedOptions
from ballot_server.storage.records import MeetingRecord
from crypto.ballot import Selection
from crypto.slip import MeetingCode


class WorkedCaseWrongError(BallotServerError):
    """An own rule file contradicts its own worked case; fields: path, case, expected, found."""


Shuffle = Callable[[list[Selection]], None]
"""Puts a list in a random order that nobody can foresee."""


def load_scenario(path: Path) -> Scenario:
    """Read a scenario and hold it to its rule-sets. Raises: ScenarioError."""
    return read_scenario(path, find_options=_find_options, count_present_entitled=_count_present_entitled)


def plan_elections(scenario: Scenario) -> tuple[ElectionPlan, ...]:
    """Return the plans of a scenario's elections, in order."""
    return tuple(_plan_election(election, scenario.meeting.date) for election in scenario.elections)


def record_meeting(scenario: Scenario, code: MeetingCode) -> MeetingRecord:
    """Return the meeting of a scenario as it is stored."""
    meeting = scenario.meeting
    return MeetingRecord(
        code=code,
        superior=meeting.superior,
        unit=meeting.unit,
        place=meeting.place,
        held_on=meeting.date,
        chair=meeting.chair,
        clerk=meeting.clerk,
        tellers=meeting.tellers,
        mode=meeting.mode.value,
        floor=meeting.floor,
        rehearsal=True,
        wifi=meeting.wifi,
    )


def list_present(scenario: Scenario) -> frozenset[CardNumber]:
    """Return the card numbers of everybody in the room."""
    return frozenset(
        entry.member.card_number for entry in scenario.roll.entries if entry.attendance is Attendance.PRESENT
    )


def mark_ballots(election: ScenarioElection, shuffle: Shuffle) -> list[tuple[Selection, ...]]:
    """Return what is marked on each ballot: one selection a contest, the contests shuffled independently."""
    columns = []
    for contest in election.contests:
        column = _list_selections(contest)
        shuffle(column)
        columns.append(column)
    return list(zip(*columns, strict=True))


def _list_selections(contest: ScenarioContest) -> list[Selection]:
    """Return selections that give the contest's counts, one a ballot.

    Marks are dealt to the ballots in turn, an option's all together: no option has more marks than there are ballots
    that are not blank, so none gets one twice, and no ballot gets more than its share rounded up.
    """
    marks = [place for place, count in enumerate(contest.counts) for _ in range(count.votes)]
    marked = contest.ballots - contest.blank
    selections: list[Selection] = [tuple(sorted(marks[ballot::marked])) for ballot in range(marked)]
    return selections + [()] * contest.blank


def _plan_election(election: ScenarioElection, on: date) -> ElectionPlan:
    rule_set = _load_rule(election.rule, on)
    votes = election.member_concerned_votes
    return ElectionPlan(
        id=election.id,
        title=Wording(vi=election.title, en=election.title),
        rule_set=rule_set,
        planned=tuple(
            plan_contest(
                rule_set,
                contest=contest.id,
                subject=Wording(vi=contest.subject, en=contest.subject),
                member=contest.member,
                previous_failed=contest.previous_failed,
                holds_post=contest.holds_post,
                candidates=tuple(
                    Option(id=name.option, text=Wording(vi=name.name, en=name.name)) for name in contest.names
                ),
                seats=contest.seats,
            )
            for contest in election.contests
        ),
        follows=election.follows,
        member_concerned_votes=rule_set.member_concerned_votes if votes is None else votes,
        fixed=election.fixed_base,
    )


def _load_rule(rule: str | Path, on: date) -> RuleSet:
    if isinstance(rule, Path):
        rule_set = load_rule_set(rule.read_text(encoding="utf-8"), rule.name)
        for worked in run_cases(rule_set):
            if not worked.agrees:
                raise WorkedCaseWrongError(
                    path=rule.name, case=worked.case.title, expected=worked.case.outcome, found=worked.outcome
                )
        return rule_set
    return load_named_rule_set(rule, on).rule_set


def _find_options(rule: str | Path, on: date) -> AskedOptions | None:
    try:
        rule_set = _load_rule(rule, on)
    except UnknownRuleSetError:
        return None
    return AskedOptions(rule_set.option_ids, rule_set.post_options)


def _count_present_entitled(rule: str | Path, roll: Roll, on: date) -> int:
    return len(list_present_entitled(roll, on, VoterRule(_load_rule(rule, on).base)))
