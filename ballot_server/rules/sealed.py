"""The sealed rules of an election: what its manifest carries under `rules`.

The service seals the object when the chair opens. The rule-set travels as the whole text of its file. The reader trusts
nothing: it loads that text afresh and recomputes mark, validity, base and number of voters. Together with
`rules.election` this is the verifier's check V10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from ballot_server.domain.base import Base, BaseKind, BaseMismatchError, ClassCounts, Standing, check_base
from ballot_server.rules.errors import FollowedElectionError, RuleSetError, SealedRulesError
from ballot_server.rules.loader import load_rule_set
from ballot_server.rules.model import DatedRuleSet, RuleSet, date_rule_set

LAST_YEAR = 9000
"""Beyond it dates some months on leave the calendar; a sealed object comes from whoever sealed it."""


class FollowedContest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contest of an earlier election on which a contest's outcome depends too."""

    election: str
    contest: str


class SealedContest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of a contest before the ballot: what it follows, past failures, and whether a post is held."""

    id: str
    follows: FollowedContest | None
    previous_failed: int
    holds_post: bool


@dataclass(frozen=True)
class SealedRules:
    """The rules of one election as sealed at its opening.

    `present` is entitled and present; `barred` counts the members concerned who get no slip but stay in the base.
    """

    dated: DatedRuleSet
    meeting_date: date
    base: Base
    summoned: int
    present: int
    barred: int
    contests: tuple[SealedContest, ...]

    @property
    def rule_set(self) -> RuleSet:
        """The rule-set, whatever its standing on the meeting's date."""
        return self.dated.rule_set


def seal_rules(sealed: SealedRules) -> dict[str, object]:
    """Return the object that goes into a manifest, after reading it back.

    Raises: SealedRulesError if it would be refused.
    """
    sealed_object: dict[str, object] = {
        "rule_set": sealed.rule_set.id,
        "text": sealed.rule_set.source_text,
        "origin": sealed.rule_set.origin,
        "mark": sealed.dated.mark.value,
        "in_force": sealed.dated.in_force,
        "meeting_date": sealed.meeting_date.isoformat(),
        "base": sealed.base.to_json(),
        "summoned": sealed.summoned,
        "present": sealed.present,
        "barred": sealed.barred,
        "contests": [msgspec.to_builtins(contest) for contest in sealed.contests],
    }
    if read_sealed_rules(sealed_object) != sealed:
        raise SealedRulesError(key="$", problem="the object does not read back as it was written")
    return sealed_object


def read_sealed_rules(sealed_object: object) -> SealedRules:
    """Return the rules in a manifest, each number recomputed.

    sealed_object: JSON values, as decoded from a manifest; nothing in it is trusted.
    Raises: SealedRulesError if the form is another, the rule-set's text is refused, or a number contradicts another.
    """
    try:
        form = msgspec.convert(sealed_object, _SealedForm)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SealedRulesError(key="$", problem=str(error)) from error
    try:
        rule_set = load_rule_set(form.text, form.origin)
    except RuleSetError as error:
        raise SealedRulesError(key="text", problem=error) from error
    meeting_date = _read_date(form.meeting_date)
    sealed = SealedRules(
        dated=date_rule_set(rule_set, meeting_date),
        meeting_date=meeting_date,
        base=_read_base(form.base),
        summoned=form.summoned,
        present=form.present,
        barred=form.barred,
        contests=form.contests,
    )
    _check_agreement("rule_set", rule_set.id, form.rule_set)
    _check_agreement("mark", sealed.dated.mark.value, form.mark)
    _check_agreement("in_force", sealed.dated.in_force, form.in_force)
    _check_numbers(sealed)
    _check_contests(sealed)
    return sealed


def check_can_follow(following: SealedRules, followed: SealedRules) -> None:
    """Check before opening that an election can follow another: its rule-set, and the same base.

    Raises: FollowedElectionError if the other election has another rule-set or base.
    """
    follows = following.rule_set.follows
    expected = follows.rule_set if follows is not None else "–"
    if followed.rule_set.id != expected:
        raise FollowedElectionError(expected=expected, found=followed.rule_set.id)
    if followed.base != following.base:
        raise FollowedElectionError(expected=following.base.value, found=followed.base.value)


class _PartsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    official: int
    exempt: int
    suspended: int
    transferred_out: int


class _BaseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: int | None
    kind: str
    parts: _PartsForm
    bare_words: int | None


class _SealedForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule_set: str
    text: str
    origin: str
    mark: str
    in_force: bool
    meeting_date: str
    base: _BaseForm
    summoned: int
    present: int
    barred: int
    contests: tuple[SealedContest, ...]


def _read_date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise SealedRulesError(key="meeting_date", problem=str(error)) from error
    # Other ISO forms of a day are read by fromisoformat; only one may stand in a manifest.
    _check_agreement("meeting_date", day.isoformat(), text)
    if day.year > LAST_YEAR:
        raise SealedRulesError(key="meeting_date", problem=text)
    return day


def _read_base(form: _BaseForm) -> Base:
    try:
        kind = BaseKind(form.kind)
    except ValueError as error:
        raise SealedRulesError(key="base.kind", problem=form.kind) from error
    parts = ClassCounts(
        official=form.parts.official,
        exempt=form.parts.exempt,
        suspended=form.parts.suspended,
        transferred_out=form.parts.transferred_out,
    )
    return Base(kind=kind, value=form.value, parts=parts, bare_words=form.bare_words)


def _check_numbers(sealed: SealedRules) -> None:
    rule = sealed.rule_set.base
    try:
        check_base(sealed.base, rule)
    except BaseMismatchError as error:
        raise SealedRulesError(key="base", problem=error) from error
    entitled = sealed.base.parts.remaining
    if sealed.barred < 0 or not 0 <= sealed.present <= sealed.summoned:
        raise SealedRulesError(key="present", problem=f"0 ≤ {sealed.present} ≤ {sealed.summoned}; {sealed.barred}")
    if rule.suspended is Standing.EXCLUDED:
        _check_agreement("summoned", entitled - sealed.barred, sealed.summoned)
    elif sealed.summoned > entitled - sealed.barred:
        # Where the suspended stay in the base they still do not vote; the parts do not say how many they are.
        raise SealedRulesError(key="summoned", problem=f"{sealed.summoned} > {entitled} − {sealed.barred}")


def _check_contests(sealed: SealedRules) -> None:
    ids = [contest.id for contest in sealed.contests]
    if not ids or len(set(ids)) != len(ids):
        raise SealedRulesError(key="contests", problem=", ".join(ids) or "–")
    follows = sealed.rule_set.follows is not None
    for contest in sealed.contests:
        if (contest.follows is not None) is not follows or contest.previous_failed < 0:
            raise SealedRulesError(key=f"contests.{contest.id}", problem=str(contest))
    partners = [contest.follows for contest in sealed.contests if contest.follows is not None]
    if len(set(partners)) != len(partners):
        raise SealedRulesError(key="contests", problem="two contests follow one")


def _check_agreement(key: str, expected: object, found: object) -> None:
    if expected != found:
        raise SealedRulesError(key=key, problem=f"{found} ≠ {expected}")
