"""What the minutes of one meeting say, as plain values: a service fills it, PDF and DOCX are laid out from it.

Nothing here is computed from ballots. Texts are in the language of the minutes, ready to print; counts are whole
numbers, and every share is worked out from the two counts it stands between, so the two can never disagree.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class ExemptMember:
    """A member exempt on the day; `book` in words, `resolution` as the book has it (number and date).

    `is_counted` is true for one who is among the summoned, by the rules that the attendance is counted by.
    """

    name: str
    book: str
    resolution: str
    is_counted: bool = False


@dataclass(frozen=True)
class AttendanceRecord:
    """Who was summoned, came and stayed away; each absentee stands in one list only.

    `excused_congress` are excused for the whole congress, and therefore in no base. `probationary` and `guests` are
    those in the room who are in no base and never vote.
    """

    summoned: int
    present: int
    absent_excused: tuple[str, ...]
    absent_unexcused: tuple[str, ...]
    exempt: tuple[ExemptMember, ...]
    probationary: int = 0
    guests: int = 0
    excused_congress: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleSetRecord:
    """The rule-set an election was counted under, and where it comes from.

    `source` is the document with its kind ("Hướng dẫn"); `number` and `issued` are empty when the copy bears none, and
    `source_note` says what it is that bears none; `mark` is the letter of verification (V, S, P, I or ?); `readings`
    say how the text was read.
    """

    title: str
    identifier: str
    version: str
    source: str
    number: str
    issued: str
    clause: str
    mark: str
    in_force: bool = True
    readings: tuple[str, ...] = ()
    source_note: str = ""


@dataclass(frozen=True)
class BaseRecord:
    """A denominator: its name in words, its value, and a word or two that head a column ("thu về").

    `holds_blank` is False where blank ballots are not part of it, so that they have no share of it.
    """

    label: str
    value: int
    short: str = ""
    holds_blank: bool = True


@dataclass(frozen=True)
class SealedBaseRecord:
    """The base sealed for an election.

    `parts` is the sum as said before the ballot ("22 chính thức − 3 miễn − 1 đình chỉ = 18"); `bare_words` is what the
    bare words of the text would give where the base is a reading, and `reading` says which reading that is. `base` is
    None where each contest has its own.
    """

    base: BaseRecord | None
    parts: str
    bare_words: int | None = None
    reading: str = ""


@dataclass(frozen=True)
class ThresholdRecord:
    """What an option needed, said before the ballot: `words` as "ít nhất hai phần ba", and `needed` of `base`.

    `for_each`: `option` is no option's name but says of whom it is asked ("mỗi người ứng cử").
    """

    option: str
    words: str
    needed: int
    base: int
    for_each: bool = False


@dataclass(frozen=True)
class SlipCounts:
    """The counts of one election's slips and ballots.

    `blank` is None where it differs between contests and stands with each; `paper_issued` and `paper_returned` are
    part of `issued` and `returned`; `invalid` ballots exist on paper only, with a reason each. `is_paper`: what was
    printed, handed out, void, lost and left over are paper ballots, because nobody voted by phone.
    """

    printed: int
    handed_out: int
    void: int
    lost: int
    left_over: int
    issued: int
    returned: int
    not_returned: int
    valid: int
    blank: int | None
    invalid: int
    invalid_reasons: tuple[str, ...] = ()
    paper_issued: int = 0
    paper_returned: int = 0
    is_paper: bool = False


@dataclass(frozen=True)
class OptionRecord:
    """An option's count; `paper` is the part counted by hand, None where no paper was used.

    `outcome` is the option's own conclusion, for elections of candidates.
    """

    label: str
    count: int
    paper: int | None = None
    outcome: str = ""


@dataclass(frozen=True)
class TestRecord:
    """One comparison that was made: `got` against `needed` of `base`."""

    __test__ = False  # The name begins like a test's, and pytest would collect it.

    option: str
    needed: int
    base: int
    got: int
    passed: bool


@dataclass(frozen=True)
class CumulationRecord:
    """One form of a cumulated vote: its own votes, those of it and all severer forms, and what it needs."""

    option: str
    votes: int
    run: int
    needed: int
    reached: bool


@dataclass(frozen=True)
class ContestRecord:
    """A contest's counts and outcome; `levels` where options are levels, so that reaching a mark is no success.

    `detail` is the person's position or the matter in more words; `bases` are all on which shares are printed, the
    rule-set's own first; `marks` is how many options a ballot may mark; `clause` is the outcome's ground. `cumulation`
    is the table of forms, severest first, where votes for a severer form count for the milder ones; `seats` is how many
    are to be elected where the options are candidates.
    """

    subject: str
    options: tuple[OptionRecord, ...]
    blank: OptionRecord
    bases: tuple[BaseRecord, ...]
    tests: tuple[TestRecord, ...]
    outcome: str
    clause: str
    detail: str = ""
    note: str = ""
    marks: int = 1
    cumulation: tuple[CumulationRecord, ...] = ()
    seats: int | None = None
    levels: bool = False


@dataclass(frozen=True)
class ElectionRecord:
    """One election that was counted.

    `key_words` are the words of its key's fingerprint (empty for paper alone); `conclusion` is drawn from the whole
    election, where the rule-set draws one; `quorum` says what was required and whether it was met.
    """

    title: str
    rule_set: RuleSetRecord
    base: SealedBaseRecord
    thresholds: tuple[ThresholdRecord, ...]
    summoned: int
    present: int
    slips: SlipCounts
    key_words: tuple[str, ...]
    contests: tuple[ContestRecord, ...]
    quorum: str = ""
    conclusion: str = ""
    note: str = ""


@dataclass(frozen=True)
class AnnulledElectionRecord:
    """An election that was annulled; `repeated_as` is the title of the one that repeats it, empty if none does.

    `issued` are the ballots that were handed out, `returned` those that had come back; None where the board does not
    say, because it was annulled before it was closed.
    """

    title: str
    rule_set_title: str
    ground: str
    repeated_as: str = ""
    issued: int | None = None
    returned: int | None = None


@dataclass(frozen=True)
class MinutesRecord:
    """The whole minutes.

    `tellers` begin with their head. `form` says how the vote was held (phones, kiosk, paper), `network` on what
    network, `printing` who printed the slips, each a sentence. `head` is the board's head as 32 characters without
    spaces, empty where the vote was on paper alone. `heading` replaces the right-hand heading of Party papers.
    """

    superior: str
    unit: str
    place: str
    date: datetime.date
    chair: str
    clerk: str
    tellers: tuple[str, ...]
    form: str
    network: str
    printing: str
    rehearsal: bool
    attendance: AttendanceRecord
    elections: tuple[ElectionRecord, ...]
    head: str
    annulled: tuple[AnnulledElectionRecord, ...] = ()
    incidents: tuple[str, ...] = ()
    number: str = ""
    title: str = ""
    heading: str = ""
    started: str = ""
    finished: str = ""
    keep_until: datetime.date | None = None
