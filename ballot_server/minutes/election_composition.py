"""The blocks of one election in the minutes: rule, base and threshold first, then slips, then each contest.

What an election before it has said in the same words (the document's name, readings, words of the key) is not said
again but pointed to. Clause, base and threshold always stand in full.
"""

from __future__ import annotations

from collections.abc import Callable

from ballot_server.minutes.contest_composition import (
    compose_contest,
    compose_summary,
    drop_words,
    find_shared_bases,
    has_summary,
    name_bases,
)
from ballot_server.minutes.document import (
    Alignment,
    Block,
    Column,
    Fact,
    Facts,
    Heading,
    Paragraph,
    Table,
    Together,
    Tone,
)
from ballot_server.minutes.record import ElectionRecord, RuleSetRecord, SealedBaseRecord, SlipCounts
from ballot_server.minutes.wording import Wording

_MARKS_OF_ORIGINAL_TEXT = frozenset({"V", "S"})


def compose_election(
    election: ElectionRecord, earlier: tuple[ElectionRecord, ...], wording: Wording
) -> tuple[Block, ...]:
    """Return the blocks of an election; `earlier` are all that were counted before it, in order."""
    place = len(earlier) + 1
    blocks: list[Block] = [Heading(f"{place}. {election.title}", 2), Facts(_list_facts(election, earlier, wording))]
    blocks.extend(_compose_warnings(election, wording))
    blocks.extend(_compose_notes(election, earlier, wording))
    blocks.append(_compose_slips(election.slips, wording))
    shared_bases = find_shared_bases(election)
    if shared_bases:
        blocks.append(name_bases(shared_bases, wording))
    if has_summary(election):
        blocks.append(Heading(wording.say("election.summary"), 3))
        blocks.append(compose_summary(election, wording))
    blocks.extend(
        compose_contest(contest, f"{place}.{number}", wording, names_bases=not shared_bases)
        for number, contest in enumerate(election.contests, 1)
    )
    if election.conclusion:
        lead = f"{wording.say('election.conclusion')}:"
        blocks.append(Paragraph(election.conclusion, lead=lead, tone=Tone.OUTCOME))
    return tuple(blocks)


def cite_source(rule_set: RuleSetRecord, wording: Wording, *, named_at: int | None = None) -> str:
    """Return a rule-set's source in one line; what a copy does not bear is said, in the source's own words if any.

    named_at: place of the election that has named the document already, then only the clause follows.
    """
    if named_at is not None:
        return wording.say("election.source_again", place=named_at, clause=rule_set.clause)
    if rule_set.number and rule_set.issued:
        key = "source_dated"
    elif rule_set.source_note and not rule_set.number and not rule_set.issued:
        key = "source_noted"
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
        note=rule_set.source_note.rstrip("."),
    )


def _find_place(earlier: tuple[ElectionRecord, ...], says_so: Callable[[ElectionRecord], bool]) -> int | None:
    """Return the place, from 1, of the first earlier election of which something is true."""
    return next((place for place, election in enumerate(earlier, 1) if says_so(election)), None)


def _list_facts(election: ElectionRecord, earlier: tuple[ElectionRecord, ...], wording: Wording) -> tuple[Fact, ...]:
    rule_set = election.rule_set
    named_at = _find_place(earlier, lambda other: _identify_source(other.rule_set) == _identify_source(rule_set))
    key_words_at = _find_place(earlier, lambda other: other.key_words == election.key_words)
    key_words = " · ".join(election.key_words)
    if key_words and key_words_at is not None:
        key_words = wording.say("election.key_words_again", place=key_words_at)
    named = wording.say(
        "election.rule_set_value",
        title=rule_set.title,
        identifier=rule_set.identifier,
        version=rule_set.version,
        mark=rule_set.mark,
    )
    thresholds = "; ".join(
        wording.say(
            "election.threshold_for_each" if threshold.for_each else "election.threshold_value",
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
        ("source", cite_source(rule_set, wording, named_at=named_at)),
        ("base", _write_base(base, wording)),
        ("parts", base.parts),
        ("bare_words", _write_bare_words(base, wording)),
        ("threshold", thresholds),
        ("quorum", election.quorum),
        ("summoned", wording.write_people(election.summoned)),
        ("present", wording.write_people(election.present)),
        ("key_words", key_words),
    )
    return tuple(Fact(wording.say(f"election.{key}"), value) for key, value in values if value)


def _identify_source(rule_set: RuleSetRecord) -> tuple[str, str, str]:
    return rule_set.source, rule_set.number, rule_set.issued


def _write_base(base: SealedBaseRecord, wording: Wording) -> str:
    if base.base is None:
        return ""
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
    return blocks


def _compose_notes(
    election: ElectionRecord, earlier: tuple[ElectionRecord, ...], wording: Wording
) -> tuple[Paragraph, ...]:
    notes = (_write_readings(election.rule_set.readings, earlier, wording), election.note)
    return tuple(Paragraph(note, tone=Tone.NOTE) for note in notes if note)


def _write_readings(readings: tuple[str, ...], earlier: tuple[ElectionRecord, ...], wording: Wording) -> str:
    """Return the readings in full, or where all of another election's apply too, that place and what is added.

    The first such place never points further itself: whatever it pointed to would have come first here.
    """
    place = _find_place(
        earlier, lambda other: bool(other.rule_set.readings) and set(other.rule_set.readings) <= set(readings)
    )
    if place is None:
        return wording.say("election.readings", readings=" ".join(readings)) if readings else ""
    known = earlier[place - 1].rule_set.readings
    added = " ".join(reading for reading in readings if reading not in known)
    if not added:
        return wording.say("election.readings_again", place=place)
    return wording.say("election.readings_added", place=place, readings=added)


def _compose_slips(slips: SlipCounts, wording: Wording) -> Together:
    """Return the table of slips, how its numbers make up one another, and why ballots are invalid."""
    table, balance = _tabulate_slips(slips, wording), Paragraph(_write_balance(slips, wording), tone=Tone.NOTE)
    if not slips.invalid_reasons:
        return Together((table, balance))
    reasons = wording.say("slips.invalid_reasons", reasons="; ".join(slips.invalid_reasons))
    return Together((table, balance, Paragraph(reasons, tone=Tone.NOTE)))


def _write_balance(slips: SlipCounts, wording: Wording) -> str:
    """Return the sums that were checked before printing, for a reader to check again by eye."""
    beside = "balance_mixed" if slips.paper_issued else "balance"
    key = "balance_paper" if slips.is_paper else beside
    return wording.say(
        f"slips.{key}",
        handed_out=slips.handed_out,
        void=slips.void,
        paper=slips.paper_issued,
        issued=slips.issued,
        returned=slips.returned,
        not_returned=slips.not_returned,
        valid=slips.valid,
        invalid=slips.invalid,
    )


def _tabulate_slips(slips: SlipCounts, wording: Wording) -> Table:
    """Return the table of slips: first what happened to the slips, then the ballots; issued … invalid in bold."""
    handled = "paper_" if slips.is_paper else ""
    has_paper = slips.paper_issued > 0 or slips.paper_returned > 0
    lines: tuple[tuple[str, int | None, bool], ...] = (
        (f"{handled}printed", slips.printed, False),
        (f"{handled}handed_out", slips.handed_out, False),
        (f"{handled}left_over", slips.left_over, False),
        (f"{handled}void", slips.void, False),
        (f"{handled}lost", slips.lost, False),
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
    return drop_words(Table(columns, tuple(rows), strong), wording, at=2)
