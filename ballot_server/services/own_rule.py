"""A rule-set of the unit's own, written from a form: what files can say in the simple cases, with its worked cases.

The text goes through the loader like any other rule file, and its cases are executed before it is taken. Whoever needs
more than one threshold writes a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TypeVar

from ballot_server.domain.base import BaseKind
from ballot_server.domain.contest import Wording
from ballot_server.domain.threshold import Comparator, Threshold, needed
from ballot_server.errors import BallotServerError
from ballot_server.rules.parsing import LARGEST_DENOMINATOR
from ballot_server.services.meeting_draft import read_line

_Kind = TypeVar("_Kind", bound=Enum)

OWN_RULE = "own-rule"
"""The id of every rule-set that the form writes."""

_BASES = (60, 21)
"""Of the worked cases: one that most fractions divide, and one that they do not."""


class OwnRuleFractionError(BallotServerError):
    """A fraction is not above 0 and at most 1, in numbers up to LARGEST_DENOMINATOR; fields: field, value."""


class OwnRuleAllError(BallotServerError):
    """More than the whole base is asked for, which nothing reaches; field: value."""


class OwnRuleChoiceError(BallotServerError):
    """A choice of the form is none of those offered; field: field."""


class OwnForm(Enum):
    """What is marked."""

    YES_NO = "yes_no"
    CANDIDATES = "candidates"
    LEVELS = "levels"


@dataclass(frozen=True)
class OwnRule:
    """What the form asks: who is counted, and how many of them are needed.

    `source` is the body's own statute in words, `clause` where in it. `quorum` is of those summoned, None for none. In
    the form of levels the threshold is of the lowest level.
    """

    form: OwnForm
    title: Wording
    source: str
    clause: str
    base: BaseKind
    threshold: Threshold
    quorum: Fraction | None
    exempt_vote: bool


OWN_BASES = (
    BaseKind.PRESENT,
    BaseKind.SUMMONED,
    BaseKind.ALL_MEMBERS,
    BaseKind.OFFICIAL_MEMBERS,
    BaseKind.ISSUED,
    BaseKind.RETURNED,
    BaseKind.VALID,
    BaseKind.VOTES_CAST,
    BaseKind.INCUMBENTS,
    BaseKind.FIXED,
)
"""The bases that the form offers; a ballot of many marks has no votes cast."""


@dataclass(frozen=True)
class OwnRuleEntries:
    """The form as it came; `own_comparator` is at_least or more_than, an empty quorum means none."""

    own_form: str = ""
    own_title: str = ""
    own_source: str = ""
    own_clause: str = ""
    own_base: str = ""
    own_comparator: str = ""
    own_numerator: str = ""
    own_denominator: str = ""
    own_quorum_numerator: str = ""
    own_quorum_denominator: str = ""
    own_exempt_vote: str = ""


def read_own_rule(entries: OwnRuleEntries) -> OwnRule:
    """Return the rule that a form asks for.

    Raises: OwnRuleChoiceError, OwnRuleFractionError, or a DraftFieldError for a text.
    """
    title = read_line("own_title", entries.own_title)
    form, base = _choose(OwnForm, "own_form", entries.own_form), _choose(BaseKind, "own_base", entries.own_base)
    if base not in OWN_BASES or (form is OwnForm.CANDIDATES and base is BaseKind.VOTES_CAST):
        raise OwnRuleChoiceError(field="own_base")
    quorum = None
    if entries.own_quorum_numerator.strip() or entries.own_quorum_denominator.strip():
        quorum = read_fraction("own_quorum", entries.own_quorum_numerator, entries.own_quorum_denominator)
    return OwnRule(
        form=form,
        title=Wording(vi=title, en=title),
        source=read_line("own_source", entries.own_source),
        clause=read_line("own_clause", entries.own_clause),
        base=base,
        threshold=Threshold(
            _choose(Comparator, "own_comparator", entries.own_comparator),
            read_fraction("own_threshold", entries.own_numerator, entries.own_denominator),
        ),
        quorum=quorum,
        exempt_vote=entries.own_exempt_vote == "yes",
    )


def _choose(kind: type[_Kind], field: str, value: str) -> _Kind:
    try:
        return kind(value)
    except ValueError:
        raise OwnRuleChoiceError(field=field) from None


def read_fraction(field: str, numerator: str, denominator: str) -> Fraction:
    """Return the fraction that two entries give. Raises: OwnRuleFractionError."""
    shown = f"{numerator.strip() or '–'}/{denominator.strip() or '–'}"
    entries = [text.strip() for text in (numerator, denominator)]
    if not all(text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_DENOMINATOR)) for text in entries):
        raise OwnRuleFractionError(field=field, value=shown)
    above, below = (int(text) for text in entries)
    if not 0 < above <= below <= LARGEST_DENOMINATOR:
        raise OwnRuleFractionError(field=field, value=shown)
    return Fraction(above, below)


def write_own_rule(rule: OwnRule) -> str:
    """Return the text of the rule file. Raises: OwnRuleAllError for more than all."""
    threshold = rule.threshold
    if threshold.comparator is Comparator.MORE_THAN and threshold.fraction == 1:
        raise OwnRuleAllError(value=f"> {threshold.fraction}")
    return "\n".join([*_write_head(rule), *_FORMS[rule.form](rule), *_write_cases(rule)]) + "\n"


def _write_head(rule: OwnRule) -> Iterator[str]:
    standing = "counted_if_voting" if rule.exempt_vote else "excluded"
    note = Wording(
        vi="quy tắc riêng do chủ trì nhập; phần mềm không đối chiếu với văn bản",
        en="entered by the chair; the program has compared it with no document",
    )
    yield f"id = {_quote(OWN_RULE)}"
    yield f"title = {_word(rule.title)}"
    yield "[source]"
    yield f"document = {_word(Wording(vi=rule.source, en=rule.source))}"
    yield f"clause = {_word(Wording(vi=rule.clause, en=rule.clause))}"
    yield f"note = {_word(note)}"
    yield 'mark = "?"'
    yield "[base]"
    yield f"kind = {_quote(rule.base.value)}"
    yield f'exempt_present = "{standing}"'
    yield f'transferred_out = "{standing}"'
    yield 'suspended = "excluded"'
    if rule.quorum is not None:
        yield "[quorum]"
        yield 'of = "summoned"'
        yield f"at_least = {_write_fraction(rule.quorum)}"


def _write_yes_no(rule: OwnRule) -> Iterator[str]:
    yield from _write_options(
        "choose_one", {"yes": Wording("Tán thành", "Yes"), "no": Wording("Không tán thành", "No")}
    )
    yield from _write_test(rule, "yes")
    yield from _write_outcome(rule, "passed", {"enough": True}, Wording("Được thông qua", "Passed"))
    yield from _write_outcome(rule, "not_passed", {"enough": False}, Wording("Không được thông qua", "Not passed"))


def _write_levels(rule: OwnRule) -> Iterator[str]:
    levels = {
        "high": Wording("Mức cao", "High"),
        "medium": Wording("Mức trung bình", "Medium"),
        "low": Wording("Mức thấp", "Low"),
    }
    yield from _write_options("levels", levels)
    yield from _write_test(rule, "low")
    yield from _write_outcome(
        rule, "low_reached", {"enough": True}, Wording("Mức thấp đạt ngưỡng đã định", "The low level reaches its mark")
    )
    yield from _write_outcome(
        rule,
        "low_not_reached",
        {"enough": False},
        Wording("Mức thấp chưa đến ngưỡng đã định", "The low level does not reach its mark"),
    )


def _write_candidates(rule: OwnRule) -> Iterator[str]:
    yield "[contest]"
    yield 'form = "choose_up_to"'
    yield "[candidate]"
    yield f"elected = {_word(Wording('Trúng cử', 'Elected'))}"
    yield f"not_elected = {_word(Wording('Không trúng cử', 'Not elected'))}"
    yield f"tied = {_word(Wording('Bằng phiếu ở vị trí cuối', 'Tied for the last seat'))}"
    yield from _write_test(rule, None)
    filled, left = {"seats_filled": True, "seats_tied": False}, {"seats_filled": False, "seats_tied": False}
    yield from _write_outcome(rule, "seats_filled", filled, Wording("Bầu đủ số lượng", "All seats are filled"))
    yield from _write_outcome(rule, "seats_left", left, Wording("Chưa bầu đủ số lượng", "Seats are left"))
    tied = Wording(
        "Có người bằng phiếu ở vị trí cuối: phần mềm không chọn thay",
        "Candidates are tied for the last seat: the program picks nobody",
    )
    yield from _write_outcome(rule, "seats_tied", {"seats_tied": True}, tied)


_FORMS = {OwnForm.YES_NO: _write_yes_no, OwnForm.CANDIDATES: _write_candidates, OwnForm.LEVELS: _write_levels}


def _write_options(form: str, options: dict[str, Wording]) -> Iterator[str]:
    yield "[contest]"
    yield f"form = {_quote(form)}"
    for name, text in options.items():
        yield "[[contest.option]]"
        yield f"id = {_quote(name)}"
        yield f"text = {_word(text)}"


def _write_test(rule: OwnRule, option: str | None) -> Iterator[str]:
    yield "[[test]]"
    yield 'id = "enough"'
    if option is not None:
        yield f"option = {_quote(option)}"
    yield f"{rule.threshold.comparator.value} = {_write_fraction(rule.threshold.fraction)}"


def _write_outcome(rule: OwnRule, name: str, when: dict[str, bool], text: Wording) -> Iterator[str]:
    conditions = ", ".join(f"{fact} = {str(value).lower()}" for fact, value in when.items())
    yield "[[outcome]]"
    yield f"id = {_quote(name)}"
    yield f"when = [{{ {conditions} }}]"
    yield f"text = {_word(text)}"
    yield f"next = {_word(Wording('Ghi kết quả vào biên bản.', 'Record the result in the minutes.'))}"
    yield f"clause = {_word(Wording(rule.clause, rule.clause))}"


def _write_cases(rule: OwnRule) -> Iterator[str]:
    """Write counts just below, at and just above what is needed, of a base that divides and of one that does not."""
    for base in _BASES:
        least = needed(rule.threshold, base)
        for got in (least - 1, least, least + 1):
            if 0 <= got <= base:
                yield from _write_case(rule, base, got, is_enough=got >= least, least=least)


def _write_case(rule: OwnRule, base: int, got: int, *, is_enough: bool, least: int) -> Iterator[str]:
    first, rest = {OwnForm.YES_NO: ("yes", "no"), OwnForm.LEVELS: ("low", "high"), OwnForm.CANDIDATES: ("a", "")}[
        rule.form
    ]
    counts = {first: got} if rule.form is OwnForm.CANDIDATES else {first: got, rest: base - got}
    yield "[[case]]"
    yield f"title = {_quote(f'{got}/{base}')}"
    if rule.base.is_known_before_the_count:
        yield f"base = {base}"
    written = ", ".join(f"{name} = {count}" for name, count in counts.items())
    blank = base - got if rule.form is OwnForm.CANDIDATES else 0
    yield f"counts = {{ {written}, blank = {blank} }}"
    yield f"needed = {{ enough = {least} }}"
    outcome, standing = _name_case(rule.form, is_enough=is_enough)
    yield f"outcome = {_quote(outcome)}"
    if rule.form is OwnForm.CANDIDATES:
        yield f"candidates = {{ a = {_quote(standing)} }}"
        yield "seats = 1"
        yield f"ballots = {base}"
        yield f"seats_left = {0 if is_enough else 1}"


def _name_case(form: OwnForm, *, is_enough: bool) -> tuple[str, str]:
    """Return the outcome of a case and, of candidates, the standing of the one who stands."""
    names: dict[OwnForm, Sequence[str]] = {
        OwnForm.YES_NO: ("not_passed", "passed"),
        OwnForm.LEVELS: ("low_not_reached", "low_reached"),
        OwnForm.CANDIDATES: ("seats_left", "seats_filled"),
    }
    return names[form][is_enough], "elected" if is_enough else "not_elected"


def _quote(text: str) -> str:
    """Return a text without control characters as a TOML string, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _word(wording: Wording) -> str:
    return f"{{ vi = {_quote(wording.vi)}, en = {_quote(wording.en)} }}"


def _write_fraction(fraction: Fraction) -> str:
    return f"[{fraction.numerator}, {fraction.denominator}]"
