"""The two exemption books: who applied, who resolved, who decided, for how long, and who came back.

Book one (age or health): the unit itself resolves. Book two (other reasons): the unit resolves to propose and the
grassroots committee decides, so a proposal exempts nobody, and every entry has an end. "Giảm" (reduced duties) is kept
beside book one and never exempts. Source: guidance of source 003, A.I.5.1 and A.I.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import NewType

from ballot_server.domain.member import Exemption, ExemptionBook

EntryId = NewType("EntryId", int)
MemberId = NewType("MemberId", int)


class ReliefKind(Enum):
    """What was granted: miễn, which takes a member out of the base, or giảm, which does not."""

    EXEMPTION = "exemption"
    REDUCTION = "reduction"


class ExemptionReason(Enum):
    """Why somebody is exempt. Source: guidance of source 003, A.I.5.1; A.I.5.2.a, in the order of its indents."""

    AGE = "age"
    HEALTH = "health"
    TREATMENT = "treatment"
    ABROAD_ON_DUTY = "abroad_on_duty"
    ABROAD_PRIVATELY = "abroad_privately"
    REMOTE_WORK = "remote_work"
    MOBILE_WORK = "mobile_work"
    AWAITING_RETIREMENT = "awaiting_retirement"
    MATERNITY = "maternity"

    @property
    def book(self) -> ExemptionBook:
        """The book that the reason belongs to."""
        is_first = self in (ExemptionReason.AGE, ExemptionReason.HEALTH)
        return ExemptionBook.AGE_HEALTH if is_first else ExemptionBook.OTHER


class Standing(Enum):
    """Where an entry stands on a date."""

    STRUCK = "struck"
    """Written by mistake, or refused: its ground stands beside it."""
    REDUCED = "reduced"
    PROPOSED = "proposed"
    RETURNED = "returned"
    NOT_BEGUN = "not_begun"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Grant:
    """What the books say of one exemption or reduction, field by field; an empty text or None is not known yet.

    reason: None only for what came from a roll's file. decision_number and decision_on: of the deciding committee, in
    book two alone.
    """

    book: ExemptionBook
    starts: date
    ends: date | None = None
    kind: ReliefKind = ReliefKind.EXEMPTION
    reason: ExemptionReason | None = None
    paper: str = ""
    applied_on: date | None = None
    resolution_number: str = ""
    resolution_on: date | None = None
    deciding_body: str = ""
    decision_number: str = ""
    decision_on: date | None = None

    @property
    def deciding_number(self) -> str:
        """The number of the paper that makes it an exemption: the unit's resolution, in book two the decision."""
        return self.resolution_number if self.book is ExemptionBook.AGE_HEALTH else self.decision_number

    @property
    def deciding_on(self) -> date | None:
        """The day of that paper, or None where it is not known."""
        return self.resolution_on if self.book is ExemptionBook.AGE_HEALTH else self.decision_on

    @property
    def is_decided(self) -> bool:
        """Whether that paper is there."""
        return bool(self.deciding_number)


@dataclass(frozen=True)
class RegisterEntry:
    """One line of a book; `returned_on` is the first day of taking part again, `struck` the ground of striking out."""

    id: EntryId
    member: MemberId
    grant: Grant
    returned_on: date | None = None
    return_resolution: str = ""
    struck: str = ""

    def stand_on(self, on: date) -> Standing:
        """Return where the entry stands on a date."""
        if self.struck:
            return Standing.STRUCK
        if self.grant.kind is ReliefKind.REDUCTION:
            return Standing.REDUCED
        exemption = self.to_exemption()
        if exemption is None or (exemption.decided_on is not None and exemption.decided_on > on):
            return Standing.PROPOSED
        if exemption.has_returned(on):
            return Standing.RETURNED
        if exemption.has_lapsed(on):
            return Standing.LAPSED
        return Standing.IN_FORCE if exemption.is_in_force(on) else Standing.NOT_BEGUN

    def to_exemption(self) -> Exemption | None:
        """Return the exemption that bases are counted with; None for a proposal, a reduction and what is struck out."""
        if self.struck or self.grant.kind is ReliefKind.REDUCTION or not self.grant.is_decided:
            return None
        return Exemption(
            book=self.grant.book,
            resolution=self.grant.deciding_number,
            starts=self.grant.starts,
            ends=self.grant.ends,
            decided_on=self.grant.deciding_on,
            returned_on=self.returned_on,
        )

    def lapses_within(self, on: date, days: int) -> bool:
        """Tell whether an exemption in force on a date ends within so many days of it."""
        ends = self.grant.ends
        return self.stand_on(on) is Standing.IN_FORCE and ends is not None and ends <= on + timedelta(days=days)


_ORDER = {Standing.IN_FORCE: 0, Standing.NOT_BEGUN: 1, Standing.LAPSED: 2}


def choose_exemption(entries: Iterable[RegisterEntry], on: date) -> Exemption | None:
    """Return the exemption of one member that a roll of a date shows, or None.

    That is the one in force; else the next to begin; else the last that lapsed and still stands in the book.
    """

    def rank(entry: RegisterEntry) -> tuple[int, int]:
        standing = entry.stand_on(on)
        grant = entry.grant
        if standing is Standing.NOT_BEGUN:
            return _ORDER[standing], grant.starts.toordinal()
        return _ORDER[standing], -(grant.ends or date.max).toordinal()

    shown = [entry for entry in entries if entry.stand_on(on) in _ORDER]
    return min(shown, key=rank).to_exemption() if shown else None
