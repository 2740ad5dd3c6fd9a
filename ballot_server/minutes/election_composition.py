"""The blocks of one election in the minutes: rule, base and threshold first, then slips, then each contest."""

from __future__ import annotations

from ballot_server.minutes.document import (
    Alignment,
    Block,
    Column,
    Fact,
    Facts,
    Heading,
    Paragraph,
    PlainBlock,
    Table,
    Together,
    Tone,
)
from ballot_server.minutes.record import (
    BaseRecord,
    ContestRecord,
    ElectionRecord,
    OptionRecord,
    RuleSetRecord,
    SealedBaseRecord,
    SlipCounts,
)
from ballot_server.minutes.wording import Wording

_MARKS_OF_ORIGINAL_TEXT = frozenset({"V", "S"})
_SUMMARY_FROM_CONTESTS = 4
_SUMMARY_MOST_OPTIONS = 3


def compose_election(election: ElectionRecord, place: int, wording: Wording) -> tuple[Block, ...]:
    """Return the blocks of an election that stands at `place` (from 1) among the counted ones."""
    blocks: list[Block] = [Heading(f"{place}. {election.title}", 2), Facts(_list_facts(election, wording))]
    blocks.extend(_compose_warnings(election, wording))
    blocks.append(Together((_compose_slips(election.slips, wording),)))
    if election.slips.invalid_reasons:
        reasons = "; ".join(election.slips.invalid_reasons)
        blocks.append(Paragraph(wording.say("slips.invalid_reasons", reasons=reasons), tone=Tone.NOTE))
    shared_bases = _find_shared_bases(election)
    if shared_bases:
        blocks.append(_name_bases(shared_bases, wording))
    if _has_summary(election):
        blocks.append(Heading(wording.say("election.summary"), 3))
        blocks.append(_compose_summary(election, wording))
    blocks.extend(
        _compose_contest(contest, f"{place}.{number}", wording, names_bases=not shared_bases)
        for number, contest in enumerate(election.contests, 1)
    )
    if election.conclusion:
        lead = f"{wording.say('election.conclusion')}:"
        blocks.append(Paragraph(election.conclusion, lead=lead, tone=Tone.OUTCOME))
    return tuple(blocks)


def cite_source(rule_set: RuleSetRecord, wording: Wording) -> str:
    """Return a rule-set's source in one line; a copy without number or date is cited as such."""
    if rule_set.number and rule_set.issued:
        key = "source_dated"
    elif rule_set.number:
        key = "source_numbered"
    else:
        key = "source_issued" if rule_set.issued else "source_bare"
    return wording.say(
        f"election.{key}",
        source=rule_set.source,
        number=rule_set.number,
        issued=rule_set.issued,
        clause=rule_set.clause,
    )


def _list_facts(election: ElectionRecord, wording: Wording) -> tuple[Fact, ...]:
    rule_set = election.rule_set
    named = wording.say(
        "election.rule_set_value",
        title=rule_set.title,
        identifier=rule_set.identifier,
        version=rule_set.version,
    )
    thresholds = "; ".join(
        wording.say(
            "election.threshold_value",
            option=threshold.option,
            words=threshold.words,
            needed=threshold.needed,
            base=threshold.base,
        )
        for threshold in election.thresholds
    )
    base = election.base
    values = (
        ("rule_set", named),
        ("source", cite_source(rule_set, wording)),
        ("base", _write_base(base, wording)),
        ("parts", base.parts),
        ("bare_words", _write_bare_words(base, wording)),
        ("threshold", thresholds),
        ("quorum", election.quorum),
        ("summoned", wording.write_people(election.summoned)),
        ("present", wording.write_people(election.present)),
        ("key_words", " · ".join(election.key_words)),
    )
    return tuple(Fact(wording.say(f"election.{key}"), value) for key, value in values if value)


def _write_base(base: SealedBaseRecord, wording: Wording) -> str:
    return wording.say("election.base_value", number=wording.write_number(base.base.value), label=base.base.label)


def _write_bare_words(base: SealedBaseRecord, wording: Wording) -> str:
    if base.bare_words is None:
        return ""
    number = wording.write_number(base.bare_words)
    return wording.say("election.bare_words_value", number=number, reading=base.reading) if base.reading else number


def _compose_warnings(election: ElectionRecord, wording: Wording) -> list[Block]:
    rule_set = election.rule_set
    blocks: list[Block] = []
    if not rule_set.in_force:
        blocks.append(Paragraph(wording.say("election.not_in_force"), tone=Tone.WARNING))
    elif rule_set.mark not in _MARKS_OF_ORIGINAL_TEXT:
        blocks.append(Paragraph(wording.say("election.not_checked", mark=rule_set.mark), tone=Tone.WARNING))
    blocks.extend(Paragraph(note, tone=Tone.NOTE) for note in (rule_set.note, election.note) if note)
    return blocks


def _compose_slips(slips: SlipCounts, wording: Wording) -> Table:
    """Return the table of slips: first what happened to the slips, then the ballots; issued … invalid in bold."""
    has_paper = slips.paper_issued > 0 or slips.paper_returned > 0
    lines: tuple[tuple[str, int | None, bool], ...] = (
        ("printed", slips.printed, False),
        ("handed_out", slips.handed_out, False),
        ("left_over", slips.left_over, False),
        ("void", slips.void, False),
        ("lost", slips.lost, False),
        *((("paper_issued", slips.paper_issued, False),) if has_paper else ()),
        ("issued", slips.issued, True),
        ("returned", slips.returned, True),
        *((("paper_returned", slips.paper_returned, False),) if has_paper else ()),
        ("not_returned", slips.not_returned, False),
        ("valid", slips.valid, True),
        ("blank", slips.blank, False),
        ("invalid", slips.invalid, True),
    )
    rows = []
    for key, count, _ in lines:
        if count is None:
            rows.append((wording.say("slips.blank_apart"), "–", "–"))
        else:
            rows.append((wording.say(f"slips.{key}"), str(count), wording.read(count)))
    columns = (
        Column(wording.say("slips.title"), weight=5),
        Column(wording.say("slips.number"), Alignment.RIGHT),
        Column(wording.say("slips.words"), weight=3),
    )
    strong = tuple(row for row, (_, _, is_strong) in enumerate(lines) if is_strong)
    return _drop_words(Table(columns, tuple(rows), strong), wording, at=2)


def _has_summary(election: ElectionRecord) -> bool:
    """Tell whether one table can hold all contests: several, with the same few options."""
    labels = {tuple(option.label for option in contest.options) for contest in election.contests}
    return (
        len(election.contests) >= _SUMMARY_FROM_CONTESTS
        and len(labels) == 1
        and len(election.contests[0].options) <= _SUMMARY_MOST_OPTIONS
    )


def _compose_summary(election: ElectionRecord, wording: Wording) -> Table:
    options = election.contests[0].options
    is_wide = len(options) == _SUMMARY_MOST_OPTIONS
    columns = (
        Column(wording.say("contest.order"), Alignment.CENTER),
        Column(wording.say("contest.subject"), weight=4 if is_wide else 7),
        *(Column(option.label, Alignment.CENTER, weight=3 if is_wide else 6) for option in options),
        Column(wording.say("contest.blank"), Alignment.CENTER),
        Column(wording.say("contest.outcome"), weight=3 if is_wide else 7),
    )
    rows = tuple(
        (
            str(place),
            contest.subject,
            *(_write_count_and_share(option, contest, wording) for option in contest.options),
            str(contest.blank.count),
            contest.outcome,
        )
        for place, contest in enumerate(election.contests, 1)
    )
    return Table(columns, rows)


def _write_count_and_share(option: OptionRecord, contest: ContestRecord, wording: Wording) -> str:
    if not contest.bases:
        return str(option.count)
    return f"{option.count} ({wording.write_share(option.count, contest.bases[0].value)})"


def _find_shared_bases(election: ElectionRecord) -> tuple[BaseRecord, ...]:
    """Return the bases that all contests have, so that they are named once; nothing if they differ."""
    different = {contest.bases for contest in election.contests}
    return different.pop() if len(different) == 1 else ()


def _name_bases(bases: tuple[BaseRecord, ...], wording: Wording) -> Paragraph:
    named = "; ".join(f"{base.label}: {base.value}" for base in bases)
    return Paragraph(wording.say("contest.share_words", bases=named), tone=Tone.NOTE)


def _compose_contest(contest: ContestRecord, number: str, wording: Wording, *, names_bases: bool) -> Together:
    blocks: list[PlainBlock] = [Heading(f"{number}. {contest.subject}", 3)]
    if contest.detail:
        blocks.append(Paragraph(contest.detail))
    blocks.append(_compose_options(contest, wording))
    if names_bases and contest.bases:
        blocks.append(_name_bases(contest.bases, wording))
    if contest.tests:
        tests = "; ".join(
            wording.say(
                "contest.test_passed" if test.passed else "contest.test_failed",
                option=test.option,
                needed=test.needed,
                base=test.base,
                got=test.got,
            )
            for test in contest.tests
        )
        blocks.append(Paragraph(f"{tests}.", lead=f"{wording.say('contest.tests')}:"))
    if contest.outcome:
        key = "contest.outcome_with_clause" if contest.clause else "contest.outcome_plain"
        outcome = wording.say(key, outcome=contest.outcome.rstrip("."), clause=contest.clause)
        blocks.append(Paragraph(outcome, lead=f"{wording.say('contest.outcome')}:", tone=Tone.OUTCOME))
    if contest.note:
        blocks.append(Paragraph(contest.note, tone=Tone.NOTE))
    return Together(tuple(blocks))


def _compose_options(contest: ContestRecord, wording: Wording) -> Table:
    """Return a contest's table; phone and paper apart where paper was counted, outcomes where options have them."""
    lines = (*contest.options, contest.blank)
    has_paper = any(option.paper is not None for option in lines)
    has_outcome = any(option.outcome for option in lines)
    columns = [Column(wording.say("contest.option"), weight=4)]
    if has_paper:
        columns.append(Column(wording.say("contest.phone"), Alignment.RIGHT))
        columns.append(Column(wording.say("contest.paper"), Alignment.RIGHT))
    columns.append(Column(wording.say("contest.total" if has_paper else "contest.count"), Alignment.RIGHT))
    words_at = len(columns)
    columns.append(Column(wording.say("contest.words"), weight=3))
    share_weight = 3 if has_paper and has_outcome else 2
    columns.extend(Column(_title_share(base, wording), Alignment.RIGHT, share_weight) for base in contest.bases)
    if has_outcome:
        columns.append(Column(wording.say("contest.option_outcome"), weight=3))
    rows = []
    for option in lines:
        cells = [option.label]
        if has_paper:
            paper = option.paper or 0
            cells.extend((str(option.count - paper), str(paper)))
        cells.extend((str(option.count), wording.read(option.count)))
        is_blank = option is contest.blank
        cells.extend("" if is_blank else wording.write_share(option.count, base.value) for base in contest.bases)
        if has_outcome:
            cells.append(option.outcome)
        rows.append(tuple(cells))
    return _drop_words(Table(tuple(columns), tuple(rows)), wording, at=words_at)


def _title_share(base: BaseRecord, wording: Wording) -> str:
    key = "contest.share_of" if base.short else "contest.share"
    return wording.say(key, short=base.short, value=base.value)


def _drop_words(table: Table, wording: Wording, *, at: int) -> Table:
    """Return a table without its column of numbers in words, where the language has none."""
    if wording.has_number_words:
        return table
    columns = table.columns[:at] + table.columns[at + 1 :]
    rows = tuple(row[:at] + row[at + 1 :] for row in table.rows)
    return Table(columns, rows, table.strong_rows)
