"""From a rule-set file's text to a RuleSet: form and types; names are `naming`'s business, holes `coverage`'s."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from fractions import Fraction

from ballot_server.domain.base import BaseKind, BaseRule
from ballot_server.domain.base import Standing as BaseStanding
from ballot_server.domain.contest import Option, Wording
from ballot_server.domain.quorum import QuorumRule
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.rules.errors import (
    RuleSetFractionError,
    RuleSetMissingKeyError,
    RuleSetSyntaxError,
    RuleSetTextError,
    RuleSetTypeError,
)
from ballot_server.rules.model import (
    ContestForm,
    Cumulation,
    DecisionKind,
    Follows,
    Mark,
    OutcomeRule,
    PastFailures,
    Reading,
    RuleSet,
    Source,
    Standing,
    Test,
    Tie,
    WorkedCase,
)
from ballot_server.rules.naming import check_names
from ballot_server.rules.tables import Table

LARGEST_TEXT = 100_000
"""Characters; a sealed file comes from whoever sealed it, so a verifier bounds its own work."""

LONGEST_LINE = 4_000
"""Characters: the reader's time grows with the square of a dotted key's length."""

LARGEST_DENOMINATOR = 1000
LONGEST_REVIEW_MONTHS = 120

_HOLDS_POST = "holds_post"


def parse_rule_set(text: str, origin: str) -> RuleSet:
    """Return the rule-set a file's text describes. Raises: a RuleSetError naming file, key and cause."""
    if len(text) > LARGEST_TEXT or not unicodedata.is_normalized("NFC", text):
        raise RuleSetTextError(path=origin, key="*", limit=LARGEST_TEXT)
    if any(len(line) > LONGEST_LINE for line in text.split("\n")):
        raise RuleSetSyntaxError(path=origin, key="*", problem=f"a line of more than {LONGEST_LINE} characters")
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: numbers too long to read, too.
        raise RuleSetSyntaxError(path=origin, key="*", problem=str(error)) from error
    rule_set = _parse_file(Table(origin, "", values), text, origin)
    check_names(rule_set)
    return rule_set


def _parse_file(table: Table, text: str, origin: str) -> RuleSet:
    contest = table.take_table("contest")
    form = contest.take_choice("form", tuple(ContestForm))
    elects = form is ContestForm.CHOOSE_UP_TO
    options, post_options = ((), frozenset[str]()) if elects else _parse_options(contest)
    contest.finish()
    decision = _parse_decision(table, form)
    # What a kind of decision has no use for stays in the table, and is refused as unknown at the end.
    tabled = decision is DecisionKind.TABLE
    conditional = decision is not DecisionKind.CUMULATION
    base = _parse_base(table.take_table("base"))
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
        post_options=post_options,
        base=base,
        quorum=_parse_quorum(table.take_table("quorum"), base) if "quorum" in table else None,
        readings=tuple(_parse_reading(row) for row in table.take_rows("reading")) if "reading" in table else (),
        follows=_parse_follows(table.take_table("follows")) if conditional and "follows" in table else None,
        tests=tuple(_parse_test(row, of_candidates=elects) for row in table.take_rows("test")),
        ties=tuple(_parse_tie(row) for row in table.take_rows("tie")) if tabled and "tie" in table else (),
        failures=(
            tuple(_parse_failures(row) for row in table.take_rows("previous_failed"))
            if conditional and "previous_failed" in table
            else ()
        ),
        decision=decision,
        cumulation=None if conditional else _parse_cumulation(table.take_table("cumulation")),
        standing_texts=_parse_standings(table.take_table("candidate")) if elects else {},
        outcomes=tuple(_parse_outcome(row, conditional=conditional) for row in table.take_rows("outcome")),
        cases=tuple(_parse_case(row, elects=elects) for row in table.take_rows("case")),
        origin=origin,
        source_text=text,
    )
    table.finish()
    return rule_set


def _parse_options(table: Table) -> tuple[tuple[Option, ...], frozenset[str]]:
    """Return the options in ballot order, and the ids of those that only the holder of a post has on the ballot."""
    options: list[Option] = []
    post_options: set[str] = set()
    for row in table.take_rows("option"):
        option = Option(id=row.take_id("id"), text=row.take_wording("text"))
        if "only_if" in row:
            if row.take("only_if") != _HOLDS_POST:
                raise row.refuse("only_if", f'"{_HOLDS_POST}"')
            post_options.add(option.id)
        row.finish()
        options.append(option)
    return tuple(options), frozenset(post_options)


def _parse_decision(table: Table, form: ContestForm) -> DecisionKind:
    allowed = {
        ContestForm.CHOOSE_ONE: (DecisionKind.TABLE, DecisionKind.CUMULATION),
        ContestForm.LEVELS: (DecisionKind.TABLE,),
        ContestForm.CHOOSE_UP_TO: (DecisionKind.SEATS,),
    }[form]
    return table.take_choice("decision", allowed) if "decision" in table else allowed[0]


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
    kind = table.take_choice("kind", tuple(BaseKind))
    # Only a base of all members counts the exempt who stay away.
    exempt = (BaseStanding.COUNTED,) if kind is BaseKind.ALL_MEMBERS else ()
    excused = "excused_whole_congress"
    rule = BaseRule(
        kind=kind,
        exempt_present=table.take_choice(
            "exempt_present", (BaseStanding.EXCLUDED, BaseStanding.COUNTED_IF_VOTING, *exempt)
        ),
        transferred_out=table.take_choice("transferred_out", tuple(BaseStanding)),
        suspended=table.take_choice("suspended", (BaseStanding.EXCLUDED, BaseStanding.COUNTED)),
        excused_whole_congress=(
            table.take_choice(excused, (BaseStanding.COUNTED, BaseStanding.COUNTED_IF_VOTING))
            if excused in table
            else BaseStanding.COUNTED
        ),
    )
    table.finish()
    return rule


def _parse_quorum(table: Table, base: BaseRule) -> QuorumRule:
    own = (base.kind,) if base.kind.is_known_before_the_count and base.kind is not BaseKind.PRESENT else ()
    of = table.take_choice("of", tuple(dict.fromkeys((BaseKind.SUMMONED, BaseKind.ALL_MEMBERS, *own))))
    quorum = QuorumRule(of=of, threshold=_parse_threshold(table))
    table.finish()
    return quorum


def _parse_reading(row: Table) -> Reading:
    reading = Reading(id=row.take_id("id"), mark=row.take_choice("mark", tuple(Mark)), text=row.take_wording("text"))
    row.finish()
    return reading


def _parse_follows(table: Table) -> Follows:
    follows = Follows(rule_set=table.take_id("rule_set"), tests=table.take_ids("tests"))
    table.finish()
    return follows


def _parse_test(row: Table, *, of_candidates: bool) -> Test:
    test = Test(
        id=row.take_id("id"),
        option=None if of_candidates else row.take_id("option"),
        threshold=_parse_threshold(row),
    )
    row.finish()
    return test


def _parse_threshold(row: Table) -> Threshold:
    comparator = Comparator.MORE_THAN if "more_than" in row else Comparator.AT_LEAST
    name = comparator.value
    value = row.take(name)
    if not isinstance(value, list) or len(value) != 2 or any(type(number) is not int for number in value):
        raise row.refuse(name, "[2, 3]")
    numerator, denominator = value
    never_passes = comparator is Comparator.MORE_THAN and numerator == denominator
    if not 0 < numerator <= denominator <= LARGEST_DENOMINATOR or never_passes:
        raise RuleSetFractionError(path=row.path, key=row.locate(name))
    return Threshold(comparator=comparator, fraction=Fraction(numerator, denominator))


def _parse_tie(row: Table) -> Tie:
    tie = Tie(id=row.take_id("id"), options=row.take_ids("options"))
    row.finish()
    return tie


def _parse_failures(row: Table) -> PastFailures:
    failures = PastFailures(id=row.take_id("id"), at_least=row.take_integer("at_least"))
    if failures.at_least < 1:
        raise RuleSetTypeError(path=row.path, key=row.locate("at_least"), expected="1, 2, …")
    row.finish()
    return failures


def _parse_cumulation(table: Table) -> Cumulation:
    cumulation = Cumulation(
        order=table.take_ids("order"), apart=table.take_id("apart"), otherwise=table.take_id("otherwise")
    )
    table.finish()
    return cumulation


def _parse_standings(table: Table) -> Mapping[Standing, Wording]:
    texts = {standing: table.take_wording(standing.value) for standing in Standing}
    table.finish()
    return texts


def _parse_outcome(row: Table, *, conditional: bool) -> OutcomeRule:
    when: list[dict[str, bool]] = []
    for condition in row.take_rows("when") if conditional else ():
        when.append({name: condition.take_boolean(name) for name in list(condition.list_names())})
    outcome = OutcomeRule(
        id=row.take_id("id"),
        when=tuple(when),
        text=row.take_wording("text"),
        next_step=row.take_wording("next"),
        clause=row.take_wording("clause"),
        review_after_months=_parse_months(row),
        proposed=row.take_boolean("proposed") if "proposed" in row else False,
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


def _parse_case(row: Table, *, elects: bool) -> WorkedCase:
    case = WorkedCase(
        title=row.take_text("title"),
        base=row.take_integer("base") if "base" in row else None,
        counts=row.take_counts("counts"),
        followed=row.take_flags("followed") if "followed" in row else {},
        outcome=row.take_id("outcome"),
        needed=row.take_counts("needed") if "needed" in row else {},
        ballots=row.take_integer("ballots") if elects or "ballots" in row else None,
        invalid=row.take_integer("invalid") if "invalid" in row else 0,
        not_returned=row.take_integer("not_returned") if "not_returned" in row else 0,
        holds_post=row.take_boolean("holds_post") if "holds_post" in row else False,
        previous_failed=row.take_integer("previous_failed") if "previous_failed" in row else 0,
        seats=row.take_integer("seats") if elects else None,
        standings=_take_standings(row.take_table("candidates")) if elects else None,
        seats_left=row.take_integer("seats_left") if elects else None,
    )
    row.finish()
    return case


def _take_standings(table: Table) -> Mapping[str, Standing]:
    return {name: table.take_choice(name, tuple(Standing)) for name in list(table.list_names())}
