"""The sealed rules of an election: what its manifest carries under `rules`.

The service seals the object when the chair opens. The rule-set travels as the whole text of its file. The reader trusts
nothing: it loads that text afresh and recomputes mark, validity, base and number of voters. Together with
`rules.election` this is the verifier's check V10.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec

from ballot_server.domain.base import Base, BaseKind, BaseMismatchError, Standing, check_base
from ballot_server.domain.base_parts import ClassCounts, HeadCount
from ballot_server.domain.contest import BLANK
from ballot_server.domain.quorum import QuorumResult, check_quorum, measure_quorum
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
    """What is known of a contest before the ballot: what it follows, past failures, and whether a post is held.

    `candidates`, in ballot order, and `seats` are given where the rule-set leaves them to the contest.
    """

    id: str
    follows: FollowedContest | None
    previous_failed: int
    holds_post: bool
    candidates: tuple[str, ...] = ()
    seats: int | None = None


@dataclass(frozen=True)
class SealedRules:
    """The rules of one election as sealed at its opening.

    `present` is entitled and present; `barred` counts the members concerned who get no slip but stay in the base,
    `barred_present` those of them in the room.
    """

    dated: DatedRuleSet
    meeting_date: date
    base: Base
    summoned: int
    present: int
    barred: int
    contests: tuple[SealedContest, ...]
    barred_present: int = 0

    @property
    def rule_set(self) -> RuleSet:
        """The rule-set, whatever its standing on the meeting's date."""
        return self.dated.rule_set

    @property
    def heads(self) -> HeadCount:
        """The summoned and those of them in the room, the barred among them."""
        return HeadCount(self.summoned + self.barred, self.present + self.barred_present)

    @property
    def quorum(self) -> QuorumResult | None:
        """The quorum at the opening, None where the rule-set asks for none."""
        return measure_quorum_of(self, self.heads.present)


def measure_quorum_of(sealed: SealedRules, present: int) -> QuorumResult | None:
    """Return the quorum of an election with so many in the room, the barred among them; None where none is asked for.

    At the close those in the room may be others than at the opening.
    """
    rule = sealed.rule_set.quorum
    if rule is None:
        return None
    if rule.of is BaseKind.SUMMONED:
        base = sealed.heads.summoned
    elif rule.of is BaseKind.ALL_MEMBERS:
        base = sealed.base.parts.official
    else:
        base = sealed.base.value or 0
    return measure_quorum(rule, base=base, present=present)


def seal_rules(sealed: SealedRules) -> dict[str, object]:
    """Return the object that goes into a manifest, after reading it back.

    Raises: QuorumNotMetError if fewer are in the room than the rule-set asks for; SealedRulesError if the object would
    be refused.
    """
    quorum = sealed.quorum
    if quorum is not None:
        check_quorum(quorum)
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
        "barred_present": sealed.barred_present,
        "quorum": None if quorum is None else quorum.to_json(),
        # Lists, since tuples are no JSON values.
        "contests": [
            {**msgspec.to_builtins(contest), "candidates": list(contest.candidates)} for contest in sealed.contests
        ],
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
        barred_present=form.barred_present,
    )
    _check_agreement("rule_set", rule_set.id, form.rule_set)
    _check_agreement("mark", sealed.dated.mark.value, form.mark)
    _check_agreement("in_force", sealed.dated.in_force, form.in_force)
    _check_numbers(sealed)
    _check_quorum(sealed, form.quorum)
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
    if followed.rule_set.elects_candidates:
        raise FollowedElectionError(expected=expected, found=followed.rule_set.form.value)
    if followed.base != following.base:
        raise FollowedElectionError(expected=following.base.value, found=followed.base.value)


class _PartsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    official: int
    exempt: int
    suspended: int
    transferred_out: int
    excused: int = 0
    not_incumbent: int = 0


class _BaseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: int | None
    kind: str
    parts: _PartsForm
    bare_words: int | None
    ground: str | None = None


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
    barred_present: int = 0
    quorum: dict[str, object] | None = None


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
        excused=form.parts.excused,
        not_incumbent=form.parts.not_incumbent,
    )
    return Base(kind=kind, value=form.value, parts=parts, bare_words=form.bare_words, ground=form.ground)


def _check_numbers(sealed: SealedRules) -> None:
    rule = sealed.rule_set.base
    if not 0 <= sealed.barred_present <= sealed.barred:
        raise SealedRulesError(key="barred", problem=f"0 ≤ {sealed.barred_present} ≤ {sealed.barred}")
    if not 0 <= sealed.present <= sealed.summoned:
        raise SealedRulesError(key="present", problem=f"0 ≤ {sealed.present} ≤ {sealed.summoned}")
    try:
        check_base(sealed.base, rule, sealed.heads)
    except BaseMismatchError as error:
        raise SealedRulesError(key="base", problem=error) from error
    entitled = sealed.base.parts.remaining
    if rule.suspended is Standing.EXCLUDED:
        _check_agreement("summoned", entitled - sealed.barred, sealed.summoned)
    elif sealed.summoned > entitled - sealed.barred:
        # Where the suspended stay in the base they still do not vote; the parts do not say how many they are.
        raise SealedRulesError(key="summoned", problem=f"{sealed.summoned} > {entitled} − {sealed.barred}")


def _check_quorum(sealed: SealedRules, found: dict[str, object] | None) -> None:
    quorum = sealed.quorum
    expected = None if quorum is None else quorum.to_json()
    # Written out they differ where Python calls true and 1 equal.
    _check_agreement("quorum", _write(expected), _write(found))
    if quorum is not None and not quorum.met:
        raise SealedRulesError(key="quorum", problem=f"{quorum.got} < {quorum.needed}")


def _write(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


def _check_contests(sealed: SealedRules) -> None:
    ids = [contest.id for contest in sealed.contests]
    if not ids or len(set(ids)) != len(ids):
        raise SealedRulesError(key="contests", problem=", ".join(ids) or "–")
    follows = sealed.rule_set.follows is not None
    for contest in sealed.contests:
        if (contest.follows is not None) is not follows or contest.previous_failed < 0:
            raise SealedRulesError(key=f"contests.{contest.id}", problem=str(contest))
        _check_candidates(sealed.rule_set, contest)
    partners = [contest.follows for contest in sealed.contests if contest.follows is not None]
    if len(set(partners)) != len(partners):
        raise SealedRulesError(key="contests", problem="two contests follow one")


def _check_candidates(rule_set: RuleSet, contest: SealedContest) -> None:
    key = f"contests.{contest.id}.candidates"
    if not rule_set.elects_candidates:
        if contest.candidates or contest.seats is not None:
            raise SealedRulesError(key=key, problem="the rule-set names the options")
        return
    distinct = {*contest.candidates} - {BLANK}
    if not distinct or len(distinct) != len(contest.candidates):
        raise SealedRulesError(key=key, problem=", ".join(contest.candidates) or "–")
    if contest.seats is None or not 1 <= contest.seats <= len(distinct):
        raise SealedRulesError(key=f"contests.{contest.id}.seats", problem=str(contest.seats))


def _check_agreement(key: str, expected: object, found: object) -> None:
    if expected != found:
        raise SealedRulesError(key=key, problem=f"{found} ≠ {expected}")
