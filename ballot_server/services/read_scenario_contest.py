"""Read one contest of a scenario: whom it concerns, its options, and counts that some set of ballots can give."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.member import CardNumber, Roll
from ballot_server.domain.scenario import CandidateName, OptionCount, ScenarioContest
from ballot_server.services.scenario_problem import ScenarioCause
from ballot_server.services.scenario_table import ScenarioTable, is_id

BLANK = "blank"
"""The option that every contest has and no list of options writes."""

_TITLES = (("đồng", "chí"), ("đ", "c"), ("ông",), ("bà",))


@dataclass(frozen=True)
class AskedOptions:
    """The options of a rule-set: none where each contest names its own; `post_only` need the person to hold a post."""

    ids: tuple[str, ...]
    post_only: frozenset[str] = frozenset()


@dataclass(frozen=True)
class People:
    """Who is on the roll, and the names of the tellers."""

    roll: Roll
    tellers: tuple[str, ...]

    def find_name(self, card_number: str) -> str | None:
        """Return the name of the member with a card number, or None."""
        return next((entry.member.name for entry in self.roll.entries if entry.member.card_number == card_number), None)


def read_contest(table: ScenarioTable, asked: AskedOptions | None, people: People | None) -> ScenarioContest:
    """Return a contest; it is worth something only if no problem was reported.

    asked: the options of the rule-set, None if they are not known.
    """
    contest_id = table.read_id("id")
    subject = table.read_text("subject")
    member = table.read_text("member", needed=False) or None
    holds_post = table.read_yes_or_no("holds_post") or False
    previous_failed = table.read_number("previous_failed", least=0, needed=False) or 0
    before = table.problem_count
    given = None
    if asked is not None:
        given = tuple(option for option in asked.ids if holds_post or option not in asked.post_only)
    options = _read_options(table, given)
    seats = _read_seats(table, given, options)
    names = _read_names(table, given, options, people)
    counts_table = table.read_table("counts")
    counts = counts_table.read_counts() if counts_table else {}
    needs_ballots = seats is not None and seats > 1
    stated = table.read_number("ballots", least=0, needed=needs_ballots)
    table.report_unknown_keys()
    if options is not None and counts_table is not None:
        _check_options(counts_table, counts, options)
    if table.problem_count == before:
        _check_marks(table, counts, stated, seats)
    if people is not None:
        _check_people(table, subject, member, () if given else options or (), people)
    return ScenarioContest(
        id=contest_id,
        subject=subject,
        options=options or (),
        counts=tuple(OptionCount(option, counts.get(option, 0)) for option in options or ()),
        blank=counts.get(BLANK, 0),
        ballots=stated if stated is not None else sum(counts.values()),
        seats=seats,
        member=CardNumber(member) if member else None,
        holds_post=holds_post,
        previous_failed=previous_failed,
        names=names,
    )


def _read_options(table: ScenarioTable, given: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if given is None:
        table.has("options")
        return None
    if not table.has("options"):
        if not given:
            table.report(ScenarioCause.MISSING_KEY, "options")
            return None
        return given
    named = table.read_texts("options")
    if given:
        if set(named) != set(given):
            table.report(ScenarioCause.OPTIONS_NOT_ASKED, "options", value=", ".join(named), expected=", ".join(given))
        return given
    if BLANK in named:
        table.report(ScenarioCause.BLANK_IS_NO_OPTION, f"options[{named.index(BLANK)}]", value=BLANK)
        return None
    if not named:
        table.report(ScenarioCause.EMPTY, "options")
        return None
    for position, name in enumerate(named):
        if not is_id(name):
            table.report(ScenarioCause.BAD_ID, f"options[{position}]", value=name)
    return named


def _read_names(
    table: ScenarioTable, given: tuple[str, ...] | None, options: tuple[str, ...] | None, people: People | None
) -> tuple[CandidateName, ...]:
    """Name each option of the contest's own: as written, else the member's of that card, else its id."""
    if given:
        return ()
    written = table.read_table("names") if table.has("names") else None
    if options is None:
        return ()
    names = []
    for option in options:
        name = written.read_text(option, needed=False) if written else ""
        found = people.find_name(option) if people else None
        names.append(CandidateName(option, name or found or option))
    if written:
        written.report_unknown_keys()
    return tuple(names)


def _read_seats(table: ScenarioTable, given: tuple[str, ...] | None, options: tuple[str, ...] | None) -> int | None:
    if given:
        if table.has("seats"):
            table.report(ScenarioCause.SEATS_NOT_ASKED, "seats")
        return None
    seats = table.read_number("seats", least=1, needed=given is not None)
    if seats is not None and options is not None and seats > len(options):
        table.report(ScenarioCause.TOO_MANY_SEATS, "seats", value=seats, expected=len(options))
        return None
    return seats


def _check_options(table: ScenarioTable, counts: Mapping[str, int], options: tuple[str, ...]) -> None:
    for option in counts:
        if option not in options and option != BLANK:
            known = ", ".join((*options, BLANK))
            table.report(ScenarioCause.UNKNOWN_OPTION, option, value=option, expected=known)


def _check_marks(table: ScenarioTable, counts: Mapping[str, int], stated: int | None, seats: int | None) -> None:
    """Report counts that no set of ballots gives.

    With one mark a ballot, marks and blanks add up to the ballots. With up to k marks, v ballots that are not blank
    give between v and k·v marks, at most v for any one option; every such count can be had.
    """
    total = sum(counts.values())
    if seats is None or seats == 1:
        if stated is not None and stated != total:
            table.report(ScenarioCause.BALLOTS_DIFFER_FROM_SUM, "ballots", value=stated, expected=total)
        return
    if stated is None:
        return
    blank = counts.get(BLANK, 0)
    marked = stated - blank
    marks = total - blank
    largest = max((votes for option, votes in counts.items() if option != BLANK), default=0)
    if marked < 0 or not marked <= marks <= seats * marked or largest > marked:
        table.report(ScenarioCause.IMPOSSIBLE_MARKS, "counts", value=marks, expected=f"{marked} × 1…{seats}")


def _check_people(
    table: ScenarioTable, subject: str, member: str | None, options: tuple[str, ...], people: People
) -> None:
    """Report a member who is not on the roll, and a teller on the ballot. Source: RULES, counts must agree."""
    name = people.find_name(member) if member else None
    if member and name is None:
        table.report(ScenarioCause.UNKNOWN_MEMBER, "member", value=member)
    for teller in people.tellers:
        words = _split_words(teller)
        if name is not None and words == _split_words(name):
            table.report(ScenarioCause.TELLER_ON_BALLOT, "member", value=teller)
        elif name is None and _is_named(words, subject):
            table.report(ScenarioCause.TELLER_ON_BALLOT, "subject", value=teller)
        for position, option in enumerate(options):
            if words in (_split_words(option), _split_words(people.find_name(option) or "")):
                table.report(ScenarioCause.TELLER_ON_BALLOT, f"options[{position}]", value=teller)


def _split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text for comparing names; tone marks stay, since Hà and Hạ are two people."""
    return tuple(re.findall(r"\w+", text.casefold()))


def _is_named(name: tuple[str, ...], subject: str) -> bool:
    """Tell whether a subject is a name, with or without a form of address, or has a full name among its words.

    A name that goes on with a capital is another person's: "Trần Văn Minh" is not "Trần Văn Minh Anh".
    """
    words = _split_words(subject)
    if words == name or any(words == (*title, *name) for title in _TITLES):
        return True
    written = re.findall(r"\w+", subject)
    ends = (start + len(name) for start in range(len(words)) if words[start : start + len(name)] == name)
    return len(name) > 1 and any(end == len(words) or not written[end][0].isupper() for end in ends)
