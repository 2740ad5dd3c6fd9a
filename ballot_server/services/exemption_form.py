"""Read what a form says of an exemption or a reduction, and check it as the sources ask.

Source: guidance of source 003, A.I.5.1 (age or health: the unit resolves) and A.I.5.2 (other reasons: an application
with reason and period, the unit resolves to propose, the grassroots committee decides).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from ballot_server.domain.exemption import ExemptionReason, Grant, ReliefKind
from ballot_server.domain.member import ExemptionBook
from ballot_server.errors import BallotServerError
from ballot_server.services.form_fields import FormReader
from ballot_server.services.meeting_draft import FieldMissingError
from ballot_server.services.roll_words import write_date

GRANT_FIELDS = (
    "book", "kind", "reason", "paper", "applied_on", "resolution_number", "resolution_on",
    "deciding_body", "decision_number", "decision_on", "starts", "ends",
)  # fmt: skip


class ReasonOfOtherBookError(BallotServerError):
    """A reason belongs to the other book."""


class ReductionOfBookTwoError(BallotServerError):
    """Duties are reduced for age or health alone."""


class BookTwoEndError(BallotServerError):
    """An exemption for another reason has no end."""


class PeriodBackwardsError(BallotServerError):
    """An exemption ends before it starts; fields: starts, ends."""


class MobileWorkTooLongError(BallotServerError):
    """Mobile work is a reason for less than a year; fields: starts, ends."""


class DatesBackwardsError(BallotServerError):
    """A later step has an earlier date; fields: first, second."""


class DecisionInBookOneError(BallotServerError):
    """In book one the unit's own resolution is enough, and no committee decides."""


def read_grant(fields: Mapping[str, str]) -> Grant:
    """Return what a form says. Raises: FormError with every field that is not right."""
    form = FormReader(fields)
    book = form.read_choice("book", ExemptionBook)
    kind = form.read_choice("kind", ReliefKind)
    reason = form.read_choice("reason", ExemptionReason)
    grant = Grant(
        book=book or ExemptionBook.OTHER,
        starts=form.read_date("starts", needed=True) or date.min,
        ends=form.read_date("ends"),
        kind=kind or ReliefKind.EXEMPTION,
        reason=reason,
        paper=form.read_text("paper", needed=True),
        applied_on=form.read_date("applied_on", needed=True),
        resolution_number=form.read_text("resolution_number"),
        resolution_on=form.read_date("resolution_on"),
        deciding_body=form.read_text("deciding_body"),
        decision_number=form.read_text("decision_number"),
        decision_on=form.read_date("decision_on"),
    )
    if book is not None:
        _check_book(form, grant, ends_written=bool(fields.get("ends", "").strip()))
    _check_period(form, grant)
    _check_papers(form, grant)
    form.check()
    return grant


def write_grant(grant: Grant) -> dict[str, str]:
    """Return a grant as its form shows it; days as ISO."""
    return {name: _write(getattr(grant, name)) for name in GRANT_FIELDS}


def describe_grant(grant: Grant) -> dict[str, str]:
    """Return a grant as histories write it; days as Vietnamese lists do."""
    values = {name: getattr(grant, name) for name in GRANT_FIELDS}
    return {name: write_date(value) if isinstance(value, date) else _write(value) for name, value in values.items()}


def _write(value: object) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case ExemptionBook() | ReliefKind() | ExemptionReason():
            return str(value.value)
    return str(value)


def _check_book(form: FormReader, grant: Grant, *, ends_written: bool) -> None:
    if grant.reason is not None and grant.reason.book is not grant.book:
        form.report(ReasonOfOtherBookError())
    if grant.book is ExemptionBook.AGE_HEALTH:
        if grant.decision_number or grant.decision_on or grant.deciding_body:
            form.report(DecisionInBookOneError())
        return
    if grant.kind is ReliefKind.REDUCTION:
        form.report(ReductionOfBookTwoError())
    if not ends_written:
        form.report(BookTwoEndError())


def _check_period(form: FormReader, grant: Grant) -> None:
    if grant.ends is None or grant.starts == date.min:
        return
    period = {"starts": write_date(grant.starts), "ends": write_date(grant.ends)}
    if grant.ends < grant.starts:
        form.report(PeriodBackwardsError(starts=period["starts"], ends=period["ends"]))
    elif grant.reason is ExemptionReason.MOBILE_WORK and grant.ends >= _add_year(grant.starts):
        form.report(MobileWorkTooLongError(starts=period["starts"], ends=period["ends"]))


def _check_papers(form: FormReader, grant: Grant) -> None:
    """Report papers with a number and no date or the reverse, and steps whose dates run backwards."""
    for number, day in (("resolution_number", "resolution_on"), ("decision_number", "decision_on")):
        if bool(getattr(grant, number)) != bool(getattr(grant, day)) and day not in form.faulty:
            form.report(FieldMissingError(field=day if getattr(grant, number) else number))
    if grant.decision_number and not grant.deciding_body:
        form.report(FieldMissingError(field="deciding_body"))
    if grant.decision_number and not grant.resolution_number:
        form.report(FieldMissingError(field="resolution_number"))
    steps = [grant.applied_on, grant.resolution_on, grant.decision_on]
    known = [day for day in steps if day is not None]
    for first, second in pairwise(known):
        if second < first:
            form.report(DatesBackwardsError(first=write_date(first), second=write_date(second)))


def _add_year(day: date) -> date:
    # The 29th of February has its year on the 1st of March.
    if day.year >= date.max.year:
        return date.max
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3, 1) if is_leap_day else day.replace(year=day.year + 1)
