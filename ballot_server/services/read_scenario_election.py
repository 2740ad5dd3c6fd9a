"""Read the elections of a scenario and hold them to the roll, to the rule-sets and to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.member import Roll
from ballot_server.domain.scenario import ScenarioContest, ScenarioElection, VoteMode
from ballot_server.errors import BallotServerError
from ballot_server.services.read_scenario_contest import AskedOptions, People, read_contest
from ballot_server.services.scenario_problem import ScenarioCause
from ballot_server.services.scenario_table import ScenarioTable

FindOptions = Callable[[str | Path, date], AskedOptions | None]
CountPresentEntitled = Callable[[str | Path, Roll, date], int]


@dataclass(frozen=True)
class MeetingFacts:
    """What elections are held to; `on` and `people` are None where the meeting itself could not be read."""

    folder: Path
    on: date | None
    people: People | None
    floor: int
    find_options: FindOptions
    count_present_entitled: CountPresentEntitled
    mode: VoteMode = VoteMode.ELECTRONIC


def read_election(table: ScenarioTable, facts: MeetingFacts) -> ScenarioElection:
    """Return an election; it is worth something only if no problem was reported."""
    election_id = table.read_id("id")
    title = table.read_text("title")
    before = table.problem_count
    rule = _read_rule(table, facts.folder)
    options = _find_options(table, rule, facts) if rule else None
    contest_tables = table.read_tables("contest")
    contests = tuple(read_contest(contest, options, facts.people) for contest in contest_tables)
    election = ScenarioElection(
        id=election_id,
        title=title,
        rule=rule or "",
        contests=contests,
        follows=table.read_id("follows", needed=False) or None,
        member_concerned_votes=table.read_yes_or_no("member_concerned_votes"),
        fixed_base=_read_fixed_base(table),
        paper=_read_paper(table, facts.mode, "paper", only_in=(VoteMode.MIXED,)),
        invalid=_read_paper(table, facts.mode, "invalid", only_in=(VoteMode.PAPER, VoteMode.MIXED)) or 0,
    )
    table.report_unknown_keys()
    _check_contest_ids(contest_tables, contests)
    if table.problem_count == before and contests:
        _check_member_concerned(table, election)
        _check_sums(contest_tables, election)
    if table.problem_count == before and contests:
        _check_present(contest_tables, election, facts)
        _check_paper(table, election, facts.floor)
        if 0 < election.ballots < facts.floor:
            contest_tables[0].report(
                ScenarioCause.FEWER_VOTES_THAN_FLOOR, "counts", value=election.ballots, expected=facts.floor
            )
    return election


def check_follows(tables: Sequence[ScenarioTable], elections: Sequence[ScenarioElection]) -> None:
    """Report election ids used twice, and `follows` that names no earlier election or pairs no contests."""
    ids = [election.id for election in elections]
    for position, (table, election) in enumerate(zip(tables, elections, strict=True)):
        if election.id and election.id in ids[:position]:
            table.report(ScenarioCause.DOUBLED_ID, "id", value=election.id)
        if election.follows is None:
            continue
        if election.follows in ids[:position]:
            _check_pairs(table, election, elections[ids.index(election.follows)])
        elif election.follows == election.id:
            table.report(ScenarioCause.FOLLOWS_ITSELF, "follows", value=election.follows)
        elif election.follows in ids:
            table.report(ScenarioCause.FOLLOWS_LATER, "follows", value=election.follows)
        else:
            table.report(ScenarioCause.FOLLOWS_NOTHING, "follows", value=election.follows)


def _check_pairs(table: ScenarioTable, election: ScenarioElection, followed: ScenarioElection) -> None:
    """Report a contest with no contest to follow: they pair by member, else by position."""
    members = {contest.member for contest in followed.contests}
    if not members:
        return
    for position, contest in enumerate(election.contests):
        paired = contest.member in members if contest.member else position < len(followed.contests)
        if not paired:
            table.report(
                ScenarioCause.FOLLOWS_NO_CONTEST, f"contest[{position}]", value=contest.id, expected=followed.id
            )


def _read_rule(table: ScenarioTable, folder: Path) -> str | Path | None:
    if table.has("rule_set") and table.has("rule_file"):
        table.report(ScenarioCause.RULE_TWICE, "rule_file")
        return None
    if table.has("rule_file"):
        return table.read_file_name("rule_file", folder, ScenarioCause.RULE_FILE_NOT_FOUND)
    if table.has("rule_set"):
        return table.read_id("rule_set") or None
    table.report(ScenarioCause.NO_RULE, "rule_set")
    return None


def _read_fixed_base(table: ScenarioTable) -> FixedBase | None:
    entered = table.read_table("fixed_base") if table.has("fixed_base") else None
    if entered is None:
        return None
    value, ground = entered.read_number("value", least=1), entered.read_text("ground")
    entered.report_unknown_keys()
    return None if value is None else FixedBase(value=value, ground=ground)


def _read_paper(table: ScenarioTable, mode: VoteMode, key: str, *, only_in: Sequence[VoteMode]) -> int | None:
    """Return a number of paper ballots, which has a meaning in some modes only."""
    if mode not in only_in:
        if table.has(key):
            table.report(ScenarioCause.PAPER_NOT_USED, key, value=mode.value)
        return None
    return table.read_number(key, least=0, needed=False)


def _check_paper(table: ScenarioTable, election: ScenarioElection, floor: int) -> None:
    """Report a split after which one way of voting has too few ballots to stay secret."""
    if election.paper is None:
        return
    phones = election.ballots - election.paper
    if phones < 0:
        table.report(ScenarioCause.MORE_PAPER_THAN_VOTES, "paper", value=election.paper, expected=election.ballots)
    for ballots in (phones, election.paper + election.invalid):
        if 0 < ballots < floor:
            table.report(ScenarioCause.FEWER_VOTES_THAN_FLOOR, "paper", value=ballots, expected=floor)


def _find_options(table: ScenarioTable, rule: str | Path, facts: MeetingFacts) -> AskedOptions | None:
    """Return the options that a rule-set asks for; None if they cannot be known."""
    if facts.on is None:
        return None
    key = "rule_file" if isinstance(rule, Path) else "rule_set"
    name = rule.name if isinstance(rule, Path) else rule
    try:
        options = facts.find_options(rule, facts.on)
    except BallotServerError as error:
        table.report(ScenarioCause.RULE_REFUSED, key, value=name, reason=error)
        return None
    if options is None:
        table.report(ScenarioCause.UNKNOWN_RULE_SET, key, value=name)
    return options


def _check_contest_ids(tables: Sequence[ScenarioTable], contests: Sequence[ScenarioContest]) -> None:
    seen: set[str] = set()
    for table, contest in zip(tables, contests, strict=True):
        if contest.id and contest.id in seen:
            table.report(ScenarioCause.DOUBLED_ID, "id", value=contest.id)
        seen.add(contest.id)


def _check_member_concerned(table: ScenarioTable, election: ScenarioElection) -> None:
    """Report a barred member concerned who is not named, or not the same in every contest of the one ballot."""
    members = {contest.member for contest in election.contests}
    if election.member_concerned_votes is False and (None in members or len(members) > 1):
        table.report(ScenarioCause.MEMBER_CONCERNED_UNNAMED, "member_concerned_votes")


def _check_sums(tables: Sequence[ScenarioTable], election: ScenarioElection) -> None:
    for table, contest in zip(tables, election.contests, strict=True):
        if contest.ballots != election.ballots:
            table.report(ScenarioCause.UNEQUAL_SUMS, "counts", value=contest.ballots, expected=election.ballots)


def _check_present(tables: Sequence[ScenarioTable], election: ScenarioElection, facts: MeetingFacts) -> None:
    if facts.on is None or facts.people is None:
        return
    roll = facts.people.roll
    if election.member_concerned_votes is False:
        barred = {contest.member for contest in election.contests}
        roll = Roll(tuple(entry for entry in roll.entries if entry.member.card_number not in barred))
    present = facts.count_present_entitled(election.rule, roll, facts.on)
    for table, contest in zip(tables, election.contests, strict=True):
        returned = contest.ballots + election.invalid
        if returned > present:
            table.report(ScenarioCause.MORE_VOTES_THAN_PRESENT, "counts", value=returned, expected=present)
