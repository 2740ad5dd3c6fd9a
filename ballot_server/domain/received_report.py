"""A unit's report on one meeting, once it has been checked: plain values, from which superiors add up.

Everything in it follows from the verified archive alone; what the file around the archive says is only compared with
it. Texts are what the unit wrote, so whoever prints them makes them harmless first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeAlias

from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.contest import Wording


class LeftOutCause(Enum):
    """Why a file is in no total; every file that is left out has exactly one cause."""

    UNREADABLE = "unreadable"
    """It cannot be opened, or is larger than a report may be."""
    NOT_A_REPORT = "not_a_report"
    FOREIGN = "foreign"
    """Signed by a key that is not in the list of units."""
    WRONG_SIGNATURE = "wrong_signature"
    ENVELOPE_DIFFERS = "envelope_differs"
    """The file says another unit, meeting, day or head than its archive; `detail` names the field."""
    ARCHIVE_FAILS = "archive_fails"
    """The archive does not verify; `check` and `entry` say where."""
    REHEARSAL = "rehearsal"
    NOT_ENDED = "not_ended"
    """The board has no `final` entry: minutes or the destruction of the key are missing."""
    OTHER_UNIT = "other_unit"
    """The key is listed, but for a unit of another name than the archive's."""
    OTHER_DAY = "other_day"
    """The meeting was not held in the period asked for."""
    DOUBLED = "doubled"
    """The same report came twice; the first one counts."""
    CONTRADICTED = "contradicted"
    """Two different reports of one meeting; neither counts."""
    NOT_CHECKED = "not_checked"
    """The check ended without an answer: the machine that ran it stopped, or ran out of memory."""


@dataclass(frozen=True)
class Refusal:
    """Why one file cannot be counted, as far as the file alone says.

    check, entry: of an archive that fails, as the verifier names them; detail: for whoever looks into it, in English;
    it may quote the file, so it is untrusted text.
    """

    cause: LeftOutCause
    check: str = ""
    entry: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class OptionSummary:
    """An option of a contest and its votes; `share` of the contest's base in percent ("66.67"), "" of base 0.

    standing: what became of a candidate ("elected"), with its words; "" and None where candidates are not elected.
    """

    id: str
    label: Wording
    count: int
    share: str
    standing: str = ""
    standing_text: Wording | None = None


@dataclass(frozen=True)
class TestSummary:
    """One comparison that was made: `got` votes of an option against `needed` of `base`."""

    __test__ = False  # The name begins like a test's, and pytest would collect it.

    option: str
    needed: int
    base: int
    got: int
    passed: bool


@dataclass(frozen=True)
class ContestSummary:
    """One contest: its counts, and what the rules made of them.

    base: the number of which shares and thresholds are taken; outcome: its id in the rule-set; proposed: the unit only
    proposes it; seats: how many may be elected, None where nobody is.
    """

    id: str
    subject: Wording
    options: tuple[OptionSummary, ...]
    blank: int
    base: int
    tests: tuple[TestSummary, ...]
    outcome: str
    outcome_text: Wording
    proposed: bool = False
    seats: int | None = None
    seats_left: int | None = None


@dataclass(frozen=True)
class NamedText:
    """What a rule-set calls an outcome or a candidate's standing, and its words."""

    id: str
    text: Wording


@dataclass(frozen=True)
class RuleSetName:
    """Which text an election was decided by; two units mean the same rules only where `digest` is the same.

    version: the first day on which the version is in force, None where it has none; digest: SHA-256 of the text in hex;
    is_own: the text is not one that this program ships; outcomes, standings: all that there are, in the text's order.
    """

    id: str
    title: Wording
    version: date | None
    digest: str
    is_own: bool
    outcomes: tuple[NamedText, ...]
    standings: tuple[NamedText, ...]


@dataclass(frozen=True)
class ElectionSummary:
    """One election that was counted and stands.

    mark: the letter of verification of its rule-set on the day; base_kind: what the base counts; base_value: None where
    each contest has its own; base_parts: how it is made up; base_ground: where an entered number comes from. summoned,
    present: entitled to vote. valid: blank ones included; blank: None where it differs between contests.
    """

    id: str
    title: Wording
    rule_set: RuleSetName
    mark: str
    in_force: bool
    base_kind: str
    base_value: int | None
    base_parts: ClassCounts
    base_ground: str
    summoned: int
    present: int
    issued: int
    returned: int
    not_returned: int
    valid: int
    blank: int | None
    invalid: int
    is_on_paper: bool
    contests: tuple[ContestSummary, ...]


@dataclass(frozen=True)
class AnnulledSummary:
    """An election that was annulled and is in no total; `is_damaged`: its entries fail, which stops nothing."""

    id: str
    title: Wording
    rule_set: str
    ground: str
    is_damaged: bool


@dataclass(frozen=True)
class ReportSummary:
    """A report that was checked: signed, and its archive verified to the end.

    unit_key: the fingerprint of the key that signed it; meeting: the meeting's code; head: of the board, in hex;
    archive: SHA-256 of the archive in hex. summoned, present: of the widest election, as in the minutes. ballots,
    proofs, signatures: how many were verified. head_code: the head as the signed minutes print it, to be compared.
    """

    unit_key: str
    unit: str
    superior: str
    place: str
    meeting: str
    held_on: date
    head: str
    archive: str
    summoned: int
    present: int
    elections: tuple[ElectionSummary, ...]
    annulled: tuple[AnnulledSummary, ...]
    entries: int
    ballots: int
    proofs: int
    signatures: int
    head_code: str = ""


CheckedFile: TypeAlias = ReportSummary | Refusal
"""What the check of one file comes to."""
