"""The blocks of contests in the minutes: a summary of many, and each with its table, tests and outcome."""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.minutes.charts import compose_chart, split_chart
from ballot_server.minutes.document import (
    Alignment,
    Column,
    Heading,
    Paragraph,
    PlainBlock,
    Table,
    Together,
    Tone,
)
from ballot_server.minutes.record import BaseRecord, ContestRecord, ElectionRecord, OptionRecord, TestRecord
from ballot_server.minutes.wording import NO_SHARE, Wording

_SUMMARY_FROM_CONTESTS = 4
_SUMMARY_MOST_OPTIONS = 3
_SUMMARY_LONGEST_OUTCOME = 60
_TESTS_NAMED_BY_RESULT = 7
_LONG_LABEL = 80


def has_summary(election: ElectionRecord) -> bool:
    """Tell whether one table can hold all contests: several, with the same few options."""
    labels = {tuple(option.label for option in contest.options) for contest in election.contests}
    return (
        len(election.contests) >= _SUMMARY_FROM_CONTESTS
        and len(labels) == 1
        and len(election.contests[0].options) <= _SUMMARY_MOST_OPTIONS
    )


def compose_summary(election: ElectionRecord, wording: Wording) -> Table:
    """Return the table of all contests, a row each; outcomes of whole sentences stand with each contest alone."""
    options = election.contests[0].options
    is_wide = len(options) == _SUMMARY_MOST_OPTIONS
    says_outcome = all(len(contest.outcome) <= _SUMMARY_LONGEST_OUTCOME for contest in election.contests)
    outcome = (Column(wording.say("contest.outcome"), weight=9 if is_wide else 7),) if says_outcome else ()
    columns = (
        Column(wording.say("contest.order"), Alignment.CENTER),
        Column(wording.say("contest.subject"), weight=8 if is_wide else 7),
        *(Column(option.label, Alignment.CENTER, weight=5 if is_wide else 6) for option in options),
        Column(wording.say("contest.blank_short"), Alignment.CENTER),
        *outcome,
    )
    rows = tuple(
        (
            str(place),
            contest.subject,
            *(_write_count_and_share(option, contest, wording) for option in contest.options),
            str(contest.blank.count),
            *((contest.outcome,) if says_outcome else ()),
        )
        for place, contest in enumerate(election.contests, 1)
    )
    return Table(columns, rows)


def _write_count_and_share(option: OptionRecord, contest: ContestRecord, wording: Wording) -> str:
    if not contest.bases:
        return str(option.count)
    return f"{option.count} ({wording.write_share(option.count, contest.bases[0].value)})"


def find_shared_bases(election: ElectionRecord) -> tuple[BaseRecord, ...]:
    """Return the bases that all contests have, so that they are named once; nothing if they differ."""
    different = {contest.bases for contest in election.contests}
    return different.pop() if len(different) == 1 else ()


def name_bases(bases: tuple[BaseRecord, ...], wording: Wording) -> Paragraph:
    """Return the note that says what shares are of, the rule-set's own base first and called so.

    It stays with the table that follows.
    """
    own, *others = (f"{base.label}: {base.value}" for base in bases)
    named = "; ".join([wording.say("contest.own_base", base=own) if others else own, *others])
    return Paragraph(wording.say("contest.share_words", bases=named), tone=Tone.NOTE, keeps_with_next=True)


def compose_contest(contest: ContestRecord, number: str, wording: Wording, *, names_bases: bool) -> Together:
    """Return a contest's blocks under its number; `names_bases` where the election does not for all."""
    blocks: list[PlainBlock] = [Heading(f"{number}. {contest.subject}", 3)]
    if contest.detail:
        blocks.append(Paragraph(contest.detail, keeps_with_next=True))
    if contest.seats is not None:
        blocks.append(_name_seats(contest, contest.seats, wording))
    if names_bases and contest.bases:
        blocks.append(name_bases(contest.bases, wording))
    blocks.append(_compose_options(contest, wording))
    blocks.extend(_place_chart(contest, wording))
    if contest.cumulation:
        blocks.append(Paragraph(wording.say("contest.cumulation"), tone=Tone.NOTE, keeps_with_next=True))
        blocks.append(_compose_cumulation(contest, wording))
    blocks.extend(_compose_tests(contest, wording))
    if contest.outcome:
        key = "contest.outcome_with_clause" if contest.clause else "contest.outcome_plain"
        outcome = wording.say(key, outcome=contest.outcome.rstrip("."), clause=contest.clause)
        blocks.append(Paragraph(outcome, lead=f"{wording.say('contest.outcome')}:", tone=Tone.OUTCOME))
    if contest.note:
        blocks.append(Paragraph(contest.note, tone=Tone.NOTE))
    return Together(tuple(blocks))


def _name_seats(contest: ContestRecord, seats: int, wording: Wording) -> Paragraph:
    """Return how many were to be elected of how many, which a table of candidates alone does not tell."""
    text = wording.say(
        "contest.seats_value",
        seats=wording.write_number(seats),
        candidates=wording.write_number(len(contest.options)),
        marks=contest.marks,
    )
    return Paragraph(text, lead=f"{wording.say('contest.seats')}:", keeps_with_next=True)


def _place_chart(contest: ContestRecord, wording: Wording) -> tuple[PlainBlock, ...]:
    """Return a contest's chart, or its pieces, each under a line that says which of how many it is."""
    pieces = split_chart(compose_chart(contest, wording), wording)
    if len(pieces) == 1:
        return pieces
    blocks: list[PlainBlock] = []
    for place, piece in enumerate(pieces, 1):
        blocks.append(Paragraph("", lead=wording.say("chart.piece", place=place, pieces=len(pieces))))
        blocks.append(piece)
    return tuple(blocks)


def _compose_tests(contest: ContestRecord, wording: Wording) -> tuple[Paragraph, ...]:
    """Return what was compared, but not again what a table of cumulation has; many alike are named by their result."""
    cumulated = {row.option for row in contest.cumulation}
    tests = [test for test in contest.tests if test.option not in cumulated]
    if not tests:
        return ()
    kind = "mark" if contest.levels else "test"
    alike = len({(test.needed, test.base) for test in tests}) == 1
    if alike and len(tests) >= _TESTS_NAMED_BY_RESULT:
        text = _name_by_result(tests, wording, of_people=contest.seats is not None)
    else:
        text = "; ".join(
            wording.say(
                f"contest.{kind}_{'passed' if test.passed else 'failed'}",
                option=test.option,
                needed=test.needed,
                base=test.base,
                got=test.got,
            )
            for test in tests
        )
    return (Paragraph(f"{text}.", lead=f"{wording.say(f'contest.{kind}s')}:"),)


def _name_by_result(tests: Sequence[TestRecord], wording: Wording, *, of_people: bool) -> str:
    """Return which options reached what all needed, by name; the table has the others."""
    passed = ", ".join(f"“{test.option}” ({test.got})" for test in tests if test.passed)
    if not passed:
        key = "contest.tests_none"
    else:
        key = "contest.tests_all" if all(test.passed for test in tests) else "contest.tests_some"
    key += "_people" if of_people and key != "contest.tests_all" else ""
    return wording.say(key, needed=tests[0].needed, base=tests[0].base, options=passed)


def _compose_options(contest: ContestRecord, wording: Wording) -> Table:
    """Return a contest's table; phone and paper apart where paper was counted, outcomes where options have them."""
    lines = (*contest.options, contest.blank)
    has_paper = any(option.paper is not None for option in lines)
    has_outcome = any(option.outcome for option in lines)
    has_long_label = any(len(option.label) > _LONG_LABEL for option in lines)
    heading = wording.say("contest.option" if contest.seats is None else "contest.candidate")
    columns = [Column(heading, weight=20 if has_long_label else 13)]
    if has_paper:
        columns.append(Column(wording.say("contest.phone"), Alignment.RIGHT))
        columns.append(Column(wording.say("contest.paper"), Alignment.RIGHT))
    columns.append(Column(wording.say("contest.total" if has_paper else "contest.count"), Alignment.RIGHT))
    words_at = len(columns)
    columns.append(Column(wording.say("contest.words"), weight=7))
    share_weight = 7 if has_paper or has_long_label or not wording.has_number_words else 6
    columns.extend(
        Column(_title_share(base, wording, is_own=base is contest.bases[0]), Alignment.RIGHT, share_weight)
        for base in contest.bases
    )
    if has_outcome:
        columns.append(Column(wording.say("contest.option_outcome"), weight=10))
    rows = []
    for option in lines:
        cells = [option.label]
        if has_paper:
            paper = option.paper or 0
            cells.extend((str(option.count - paper), str(paper)))
        cells.extend((str(option.count), wording.read(option.count)))
        is_blank = option is contest.blank
        cells.extend(
            NO_SHARE if is_blank and not base.holds_blank else wording.write_share(option.count, base.value)
            for base in contest.bases
        )
        if has_outcome:
            cells.append(option.outcome)
        rows.append(tuple(cells))
    return drop_words(Table(tuple(columns), tuple(rows)), wording, at=words_at)


def _compose_cumulation(contest: ContestRecord, wording: Wording) -> Table:
    """Return the table that the conclusion was drawn from, severest form first."""
    columns = (
        Column(wording.say("contest.option"), weight=4),
        Column(wording.say("contest.votes"), Alignment.RIGHT),
        Column(wording.say("contest.run"), Alignment.RIGHT),
        Column(wording.say("contest.needed"), Alignment.RIGHT),
        Column(wording.say("contest.reached"), Alignment.CENTER),
    )
    rows = tuple(
        (
            row.option,
            str(row.votes),
            str(row.run),
            str(row.needed),
            wording.say("contest.reached_yes" if row.reached else "contest.reached_no"),
        )
        for row in contest.cumulation
    )
    return Table(columns, rows)


def _title_share(base: BaseRecord, wording: Wording, *, is_own: bool) -> str:
    """Return the heading of a column of shares; the rule-set's own base is called so where its name does not say it."""
    if not base.short:
        return wording.say("contest.share", value=base.value)
    says_so = base.short == wording.say("contest.base_word")
    key = "contest.share_of_own" if is_own and not says_so else "contest.share_of"
    return wording.say(key, short=base.short, value=base.value)


def drop_words(table: Table, wording: Wording, *, at: int) -> Table:
    """Return a table without its column of numbers in words, where the language has none."""
    if wording.has_number_words:
        return table
    columns = table.columns[:at] + table.columns[at + 1 :]
    rows = tuple(row[:at] + row[at + 1 :] for row in table.rows)
    return Table(columns, rows, table.strong_rows)
