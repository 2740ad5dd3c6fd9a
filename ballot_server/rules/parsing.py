"""From a rule-set file's text to a RuleSet: form, types and names; holes are the business of `coverage`."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from fractions import Fraction

from ballot_server.domain.base import BaseKind, BaseRule, Standing
from ballot_server.domain.contest import BLANK, Option
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.rules.errors import (
    RuleSetDatesError,
    RuleSetDuplicateError,
    RuleSetFractionError,
    RuleSetMissingKeyError,
    RuleSetSyntaxError,
    RuleSetTextError,
    RuleSetUnknownNameError,
)
from ballot_server.rules.model import (
    ContestForm,
    Follows,
    Mark,
    OutcomeRule,
    Reading,
    RuleSet,
    Source,
    Test,
    Tie,
    WorkedCase,
)
from ballot_server.rules.tables import Table

LARGEST_TEXT = 100_000
"""Characters; a sealed file comes from whoever sealed it, so a verifier bounds its own work."""

LARGEST_DENOMINATOR = 1000
LONGEST_REVIEW_MONTHS = 120


def parse_rule_set(text: str, origin: str) -> RuleSet:
    """Return the rule-set a file's text describes. Raises: a RuleSetError naming file, key and cause."""
    if len(text) > LARGEST_TEXT or not unicodedata.is_normalized("NFC", text):
        raise RuleSetTextError(path=origin, key="*", limit=LARGEST_TEXT)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: numbers too long to read, too.
        raise RuleSetSyntaxError(path=origin, key="*", problem=str(error)) from error
    table = Table(origin, "", values)
    form, options = _parse_contest(table.take_table("contest"))
    follows = _parse_follows(table.take_table("follows")) if "follows" in table else None
    rule_set = RuleSet(
        id=table.take_id("id"),
        title=table.take_wording("title"),
        source=_parse_source(table.take_table("source")),
        effective_from=table.take_date("effective_from") if "effective_from" in table else None,
        effective_to=table.take_date("effective_to") if "effective_to" in table else None,
        member_concerned_votes=(
            table.take_boolean("member_concerned_votes") if "member_concerned_votes" in table else True
        ),
        form=form,
        options=options,
        base=_parse_base(table.take_table("base")),
        readings=tuple(_parse_reading(row) for row in table.take_rows("reading")) if "reading" in table else (),
        follows=follows,
        tests=tuple(_parse_test(row) for row in table.take_rows("test")),
        ties=tuple(_parse_tie(row) for row in table.take_rows("tie")) if "tie" in table else (),
        outcomes=tuple(_parse_outcome(row) for row in table.take_rows("outcome")),
        cases=tuple(_parse_case(row) for row in table.take_rows("case")),
        origin=origin,
        source_text=text,
    )
    table.finish()
    _check_dates(rule_set)
    _check_names(rule_set)
    _check_cases(rule_set)
    return rule_set


def _parse_contest(table: Table) -> tuple[ContestForm, tuple[Option, ...]]:
    form = table.take_choice("form", tuple(ContestForm))
    options: list[Option] = []
    for row in table.take_rows("option"):
        options.append(Option(id=row.take_id("id"), text=row.take_wording("text")))
        row.finish()
    table.finish()
    return form, tuple(options)


def _parse_source(table: Table) -> Source:
    source = Source(
        document=table.take_wording("document"),
        number=table.take_text("number") if "number" in table else None,
        issued_on=table.take_date("date") if "date" in table else None,
        clause=table.take_wording("clause"),
        note=table.take_wording("note") if "note" in table else None,
        read_on=table.take_date("read_on") if "read_on" in table else None,
        mark=table.take_choice("mark", tuple(Mark)),
    )
    table.finish()
    # Numbers repeat over the years, so a citation has both number and date, or says why it has not.
    if source.note is None and (source.number is None or source.issued_on is None):
        raise RuleSetMissingKeyError(path=table.path, key=table.locate("number" if source.number is None else "date"))
    return source


def _parse_base(table: Table) -> BaseRule:
    rule = BaseRule(
        kind=table.take_choice("kind", tuple(BaseKind)),
        exempt_present=table.take_choice("exempt_present", (Standing.EXCLUDED, Standing.COUNTED_IF_VOTING)),
        transferred_out=table.take_choice("transferred_out", tuple(Standing)),
        suspended=table.take_choice("suspended", (Standing.EXCLUDED, Standing.COUNTED)),
    )
    table.finish()
    return rule


def _parse_reading(row: Table) -> Reading:
    reading = Reading(id=row.take_id("id"), mark=row.take_choice("mark", tuple(Mark)), text=row.take_wording("text"))
    row.finish()
    return reading


def _parse_follows(table: Table) -> Follows:
    follows = Follows(rule_set=table.take_id("rule_set"), tests=table.take_ids("tests"))
    table.finish()
    return follows


def _parse_test(row: Table) -> Test:
    comparator = Comparator.MORE_THAN if "more_than" in row else Comparator.AT_LEAST
    test = Test(
        id=row.take_id("id"),
        option=row.take_id("option"),
        threshold=Threshold(comparator=comparator, fraction=_parse_fraction(row, comparator)),
    )
    row.finish()
    return test


def _parse_fraction(row: Table, comparator: Comparator) -> Fraction:
    name = comparator.value
    value = row.take(name)
    if not isinstance(value, list) or len(value) != 2 or any(type(number) is not int for number in value):
        raise row.refuse(name, "[2, 3]")
    numerator, denominator = value
    never_passes = comparator is Comparator.MORE_THAN and numerator == denominator
    if not 0 < numerator <= denominator <= LARGEST_DENOMINATOR or never_passes:
        raise RuleSetFractionError(path=row.path, key=row.locate(name))
    return Fraction(numerator, denominator)


def _parse_tie(row: Table) -> Tie:
    tie = Tie(id=row.take_id("id"), options=row.take_ids("options"))
    row.finish()
    return tie


def _parse_outcome(row: Table) -> OutcomeRule:
    when: list[dict[str, bool]] = []
    for condition in row.take_rows("when"):
        when.append({name: condition.take_boolean(name) for name in list(condition.list_names())})
    outcome = OutcomeRule(
        id=row.take_id("id"),
        when=tuple(when),
        text=row.take_wording("text"),
        next_step=row.take_wording("next"),
        clause=row.take_wording("clause"),
        review_after_months=_parse_months(row),
    )
    row.finish()
    return outcome


def _parse_months(row: Table) -> int | None:
    name = "review_after_months"
    if name not in row:
        return None
    months = row.take_integer(name)
    if not 1 <= months <= LONGEST_REVIEW_MONTHS:
        raise row.refuse(name, f"1, 2, … {LONGEST_REVIEW_MONTHS}")
    return months


def _parse_case(row: Table) -> WorkedCase:
    case = WorkedCase(
        title=row.take_text("title"),
        base=row.take_integer("base") if "base" in row else None,
        counts=row.take_counts("counts"),
        followed=row.take_flags("followed") if "followed" in row else {},
        outcome=row.take_id("outcome"),
        needed=row.take_counts("needed") if "needed" in row else {},
    )
    row.finish()
    return case


def _check_dates(rule_set: RuleSet) -> None:
    first, last = rule_set.effective_from, rule_set.effective_to
    if first is not None and last is not None and last < first:
        raise RuleSetDatesError(path=rule_set.origin, key="effective_to")


def _check_names(rule_set: RuleSet) -> None:
    path = rule_set.origin
    _check_distinct(path, "contest.option", (BLANK, *rule_set.option_ids))
    _check_distinct(path, "reading", (reading.id for reading in rule_set.readings))
    _check_distinct(path, "test", list_conditions(rule_set))
    _check_distinct(path, "outcome", (outcome.id for outcome in rule_set.outcomes))
    options, conditions = rule_set.option_ids, list_conditions(rule_set)
    for position, test in enumerate(rule_set.tests, start=1):
        _check_known(path, f"test[{position}].option", (test.option,), options)
    for position, tie in enumerate(rule_set.ties, start=1):
        _check_distinct(path, f"tie[{position}].options", tie.options)
        _check_known(path, f"tie[{position}].options", tie.options, options)
    for position, outcome in enumerate(rule_set.outcomes, start=1):
        for row, condition in enumerate(outcome.when, start=1):
            _check_known(path, f"outcome[{position}].when[{row}]", condition, conditions)


def _check_cases(rule_set: RuleSet) -> None:
    path = rule_set.origin
    outcomes = tuple(outcome.id for outcome in rule_set.outcomes)
    tests = tuple(test.id for test in rule_set.tests)
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    for position, case in enumerate(rule_set.cases, start=1):
        key = f"case[{position}]"
        _check_known(path, f"{key}.counts", case.counts, (*rule_set.option_ids, BLANK))
        _check_known(path, f"{key}.outcome", (case.outcome,), outcomes)
        _check_known(path, f"{key}.needed", case.needed, tests)
        _check_known(path, f"{key}.followed", case.followed, followed)
        for name in followed:
            if name not in case.followed:
                raise RuleSetMissingKeyError(path=path, key=f"{key}.followed.{name}")
        if case.base is None and rule_set.base.kind is not BaseKind.VOTES_CAST:
            raise RuleSetMissingKeyError(path=path, key=f"{key}.base")


def list_conditions(rule_set: RuleSet) -> tuple[str, ...]:
    """Return the names on which outcomes can depend: own tests, ties, and the followed vote's tests."""
    followed = rule_set.follows.tests if rule_set.follows is not None else ()
    return (*(test.id for test in rule_set.tests), *(tie.id for tie in rule_set.ties), *followed)


def _check_distinct(path: str, key: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RuleSetDuplicateError(path=path, key=key, name=name)
        seen.add(name)


def _check_known(path: str, key: str, names: Iterable[str], known: tuple[str, ...]) -> None:
    for name in names:
        if name not in known:
            raise RuleSetUnknownNameError(path=path, key=key, name=name, known=", ".join(known) or "–")
