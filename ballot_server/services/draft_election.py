"""One election of a meeting in preparation: its rules, its lines, and what it follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.contest import Wording, pair_contests
from ballot_server.domain.member import CardNumber, Roll
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language, translate
from ballot_server.rules.cases import run_cases
from ballot_server.rules.errors import RuleSetTextError
from ballot_server.rules.loader import list_rule_sets, load_named_rule_set, load_rule_set
from ballot_server.rules.model import RuleSet, date_rule_set
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.meeting_draft import DraftContest, DraftElection, read_line
from ballot_server.services.plain_text import show_text

LONGEST_RULE_FILE = 100_000
MOST_CONTESTS = 60
_SEPARATOR = ";"


class RuleSetNotChosenError(BallotServerError):
    """Neither an installed rule-set was chosen nor a file uploaded."""


class RuleCasesDisagreeError(BallotServerError):
    """Worked examples of a rule file do not come out as it says; fields: path, wrong, cases."""


class NoContestsError(BallotServerError):
    """An election has no lines to vote on."""


class TooManyContestsError(BallotServerError):
    """An election has more lines than a ballot holds; fields: count, most."""


class ContestMemberUnknownError(BallotServerError):
    """The card number of a line is not on the roll; fields: line, card_number."""


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
class ElectionForm:
    """What the form for one election says; `rule_file` is name and bytes of an upload, which then counts."""

    title_vi: str
    title_en: str
    rule_set: str
    rule_file: tuple[str, bytes] | None
    contests: str
    follows: str
    member_concerned_votes: bool | None


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
    RuleSetError, RuleCasesDisagreeError; NoContestsError, TooManyContestsError, ContestMemberUnknownError;
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
        contests=_read_contests(form.contests, roll),
        follows=form.follows or None,
        member_concerned_votes=rule_set.member_concerned_votes if votes is None else votes,
    )
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
            )
            for place, contest in enumerate(election.contests, start=1)
        ),
        follows=election.follows,
        member_concerned_votes=election.member_concerned_votes,
    )


def _choose_rules(form: ElectionForm, on: date) -> RuleSet:
    if form.rule_file is not None:
        return _read_rule_file(*form.rule_file)
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
    rule_set = load_rule_set(text, origin)
    results = run_cases(rule_set)
    wrong = sum(not result.agrees for result in results)
    if wrong:
        raise RuleCasesDisagreeError(path=origin, wrong=wrong, cases=len(results))
    return rule_set


def _name_election(earlier: Sequence[DraftElection]) -> str:
    taken = {election.id for election in earlier}
    return next(name for number in range(1, len(taken) + 2) if (name := f"s{number}") not in taken)


def _read_contests(text: str, roll: Roll) -> tuple[DraftContest, ...]:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise NoContestsError
    if len(lines) > MOST_CONTESTS:
        raise TooManyContestsError(count=len(lines), most=MOST_CONTESTS)
    return tuple(_read_contest(number, line, roll) for number, line in enumerate(lines, start=1))


def _read_contest(number: int, line: str, roll: Roll) -> DraftContest:
    subject, mark, card = line.rpartition(_SEPARATOR) if _SEPARATOR in line else (line, "", "")
    read = read_line("contests", subject)
    if not mark or not card.strip():
        return DraftContest(read, None)
    wanted = "".join(card.split()).casefold()
    for entry in roll.entries:
        if "".join(entry.member.card_number.split()).casefold() == wanted:
            return DraftContest(read, CardNumber(entry.member.card_number))
    raise ContestMemberUnknownError(line=number, card_number=show_text(card.strip()))


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
