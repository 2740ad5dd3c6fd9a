"""One election of a meeting in preparation: its rules, its lines, and what it follows.

What is asked depends on the rule-set: lines to vote on, or candidates and seats; who holds a post; how often a vote
failed before; a base that the chair enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.base import BaseKind
from ballot_server.domain.contest import Option, Wording, pair_contests
from ballot_server.domain.member import Roll
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.rules.cases import run_cases
from ballot_server.rules.errors import RuleSetTextError
from ballot_server.rules.loader import list_rule_sets, load_named_rule_set, load_rule_set
from ballot_server.rules.model import RuleSet, date_rule_set
from ballot_server.services.draft_lines import (
    DraftLines,
    read_candidates,
    read_contests,
    read_failures,
    read_fixed_base,
    read_other_places,
    read_post_holders,
    read_seats,
)
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.meeting_draft import DraftContest, DraftElection, read_line
from ballot_server.services.own_rule import OWN_RULE, OwnRule, write_own_rule
from ballot_server.services.plain_text import show_text

CONFIDENCE = frozenset({"vn-confidence", "vn-confidence-2021"})
"""Rule-sets under which somebody of several posts is voted on in two places at most."""
LONGEST_RULE_FILE = 100_000


class RuleSetNotChosenError(BallotServerError):
    """Neither an installed rule-set was chosen nor a file uploaded."""


class RuleCasesDisagreeError(BallotServerError):
    """Worked examples of a rule file do not come out as it says; fields: path, wrong, cases."""


class FollowsNeededError(BallotServerError):
    """A rule-set draws its outcome from an earlier vote, and none was chosen; field: rule_set."""


class FollowsWrongError(BallotServerError):
    """The chosen earlier vote is not of the rule-set that this one follows; fields: expected, found."""


@dataclass(frozen=True)
class RuleChoice:
    """An installed rule-set as the form offers it; `follows` is the id of the rule-set voted before."""

    id: str
    title: str
    follows: str | None


@dataclass(frozen=True)
class RuleQuestions:
    """What the form must ask for a rule-set, beside title and lines."""

    candidates: bool
    posts: bool
    failures: bool
    fixed_base: bool
    follows: bool
    other_places: bool = False


@dataclass(frozen=True)
class ElectionForm:
    """What the form for one election says.

    `rule_file` is name and bytes of an upload, which then counts before `own_rule` and `rule_set`; `lines` is asked as
    the rule-set needs it.
    """

    title_vi: str
    title_en: str
    rule_set: str
    rule_file: tuple[str, bytes] | None
    lines: DraftLines
    follows: str
    member_concerned_votes: bool | None
    own_rule: OwnRule | None = None


def list_rule_choices(language: Language) -> tuple[RuleChoice, ...]:
    """Return the installed rule-sets, each once."""
    choices = {
        rule_set.id: RuleChoice(
            id=rule_set.id,
            title=rule_set.title.in_language(language.value),
            follows=None if rule_set.follows is None else rule_set.follows.rule_set,
        )
        for rule_set in list_rule_sets()
    }
    return tuple(choices.values())


def list_rule_questions(rule_set: str, on: date) -> RuleQuestions:
    """Return what must be asked for an installed rule-set. Raises: UnknownRuleSetError."""
    loaded = load_named_rule_set(rule_set, on).rule_set
    return RuleQuestions(
        candidates=loaded.elects_candidates,
        posts=bool(loaded.post_options),
        failures=bool(loaded.failures),
        fixed_base=loaded.base.kind is BaseKind.FIXED,
        follows=loaded.follows is not None,
        other_places=loaded.id in CONFIDENCE,
    )


@dataclass(frozen=True)
class RuleWords:
    """An election's rules by title, and what must be said of them on the meeting's date."""

    title: str
    notes: tuple[str, ...]


def describe_rules(election: DraftElection, on: date, language: Language) -> RuleWords:
    """Return the title of an election's rules, and whether they were not in force or not compared."""
    rule_set = load_rule_set(election.rule_text, election.rule_origin)
    dated = date_rule_set(rule_set, on)
    notes = []
    if not dated.in_force:
        notes.append(translate("rules.not_in_force", language, id=rule_set.id, date=on.strftime("%d/%m/%Y")))
    if dated.mark.asks_for_a_note:
        notes.append(translate("rules.not_compared", language))
    return RuleWords(rule_set.title.in_language(language.value), tuple(notes))


def read_election(form: ElectionForm, *, on: date, roll: Roll, earlier: Sequence[DraftElection]) -> DraftElection:
    """Return the election that a form describes.

    Raises: FieldMissingError, FieldTooLongError, FieldHiddenError; RuleSetNotChosenError, UnknownRuleSetError,
    RuleSetError, RuleCasesDisagreeError; a DraftLineError; CandidatesNeededError and the like;
    FollowsNeededError, FollowsWrongError, ContestPairingError.
    """
    title = read_line("title", form.title_vi)
    rule_set = _choose_rules(form, on)
    votes = form.member_concerned_votes
    election = DraftElection(
        id=_name_election(earlier),
        title=Wording(vi=title, en=read_line("title_en", form.title_en, needed=False) or title),
        rule_text=rule_set.source_text,
        rule_origin=rule_set.origin,
        contests=_read_lines(form.lines, rule_set, roll),
        follows=form.follows or None,
        member_concerned_votes=rule_set.member_concerned_votes if votes is None else votes,
        fixed=read_fixed_base(form.lines) if rule_set.base.kind is BaseKind.FIXED else None,
    )
    plan_election(election)
    _check_follows(election, rule_set, earlier)
    return election


def plan_election(election: DraftElection) -> ElectionPlan:
    """Return the plan of an election as entered."""
    rule_set = load_rule_set(election.rule_text, election.rule_origin)
    return ElectionPlan(
        id=election.id,
        title=election.title,
        rule_set=rule_set,
        planned=tuple(
            plan_contest(
                rule_set,
                contest=f"c{place}",
                subject=Wording(vi=contest.subject, en=contest.subject),
                member=contest.member,
                previous_failed=contest.previous_failed,
                holds_post=contest.holds_post,
                candidates=_name_candidates(contest),
                seats=contest.seats,
                other_place=contest.other_place,
            )
            for place, contest in enumerate(election.contests, start=1)
        ),
        follows=election.follows,
        member_concerned_votes=election.member_concerned_votes,
        fixed=election.fixed,
    )


def _name_candidates(contest: DraftContest) -> tuple[Option, ...]:
    return tuple(
        Option(id=f"u{place}", text=Wording(vi=candidate.name, en=candidate.name))
        for place, candidate in enumerate(contest.candidates, start=1)
    )


def _read_lines(lines: DraftLines, rule_set: RuleSet, roll: Roll) -> tuple[DraftContest, ...]:
    """Return the lines to vote on: one with its candidates, or many with what the rules ask of each."""
    if rule_set.elects_candidates:
        candidates = read_candidates(lines, roll)
        seats = read_seats(lines, len(candidates))
        [contest] = read_contests(lines, roll, most=1)
        return (DraftContest(contest.subject, None, candidates=candidates, seats=seats),)
    contests = read_contests(lines, roll)
    holders = read_post_holders(lines, len(contests)) if rule_set.post_options else frozenset[int]()
    failures = read_failures(lines, len(contests)) if rule_set.failures else {}
    places = read_other_places(lines, len(contests)) if rule_set.id in CONFIDENCE else {}
    return tuple(
        DraftContest(
            contest.subject,
            contest.member,
            place in holders,
            failures.get(place, 0),
            other_place=places.get(place, ""),
        )
        for place, contest in enumerate(contests, start=1)
    )


def _choose_rules(form: ElectionForm, on: date) -> RuleSet:
    if form.rule_file is not None:
        return _read_rule_file(*form.rule_file)
    if form.own_rule is not None:
        return _check_rule_text(write_own_rule(form.own_rule), f"{OWN_RULE}.toml")
    if not form.rule_set:
        raise RuleSetNotChosenError
    return load_named_rule_set(form.rule_set, on).rule_set


def _read_rule_file(name: str, data: bytes) -> RuleSet:
    # The name is sealed with the text, so it carries no folder of the machine it came from.
    origin = show_text(name.replace("\\", "/").rsplit("/", 1)[-1])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or len(text) > LONGEST_RULE_FILE:
        raise RuleSetTextError(path=origin, key="–", limit=LONGEST_RULE_FILE)
    return _check_rule_text(text, origin)


def _check_rule_text(text: str, origin: str) -> RuleSet:
    rule_set = load_rule_set(text, origin)
    results = run_cases(rule_set)
    wrong = sum(not result.agrees for result in results)
    if wrong:
        raise RuleCasesDisagreeError(path=origin, wrong=wrong, cases=len(results))
    return rule_set


def _name_election(earlier: Sequence[DraftElection]) -> str:
    taken = {election.id for election in earlier}
    return next(name for number in range(1, len(taken) + 2) if (name := f"s{number}") not in taken)


def _check_follows(election: DraftElection, rule_set: RuleSet, earlier: Sequence[DraftElection]) -> None:
    expected = None if rule_set.follows is None else rule_set.follows.rule_set
    if election.follows is None:
        if expected is not None:
            raise FollowsNeededError(rule_set=expected)
        return
    followed = next((other for other in earlier if other.id == election.follows), None)
    found = None if followed is None else load_rule_set(followed.rule_text, followed.rule_origin).id
    if followed is None or found != expected:
        raise FollowsWrongError(expected=expected or "–", found=found or "–")
    pair_contests(plan_election(election).contests, plan_election(followed).contests)
