"""What a form says of an archive's destruction: the decision, and who carries it out before whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ballot_server.domain.staff import fold_name
from ballot_server.services.form_fields import FormReader
from ballot_server.services.meeting_draft import DraftFieldError, FieldMissingError, read_line
from ballot_server.services.roll_words import write_date

MOST_WITNESSES = 9
ORDER_FIELDS = (
    "decision_number", "decision_on", "deciding_body", "destruction_ground", "carried_out_by", "witnesses", "copies",
)  # fmt: skip


class DecisionDateError(DraftFieldError):
    """The decision is of a day before the meeting or after today; fields: field, earliest, latest."""


class WitnessCountError(DraftFieldError):
    """Too many witnesses are named; fields: field, most."""


class WitnessSameError(DraftFieldError):
    """A witness is named twice, or is who carries it out; fields: field, name."""


@dataclass(frozen=True)
class DestructionOrder:
    """The decision and the people; `copies` says what becomes of copies elsewhere, and may be empty."""

    decision_number: str
    decision_on: date
    deciding_body: str
    ground: str
    carried_out_by: str
    witnesses: tuple[str, ...]
    copies: str = ""


def read_order(fields: Mapping[str, str], *, held_on: date, on: date) -> DestructionOrder:
    """Return what a form orders; fields: `ORDER_FIELDS`, witnesses one a line.

    held_on: the meeting's day; on: today. Raises: FormError with everything that is not right.
    """
    form = FormReader(fields)
    number = form.read_text("decision_number", needed=True)
    decided = form.read_date("decision_on", needed=True)
    if decided is not None and not held_on <= decided <= on:
        form.report(DecisionDateError(field="decision_on", earliest=write_date(held_on), latest=write_date(on)))
    body = form.read_text("deciding_body", needed=True)
    ground = form.read_text("destruction_ground", needed=True)
    carried_out_by = form.read_text("carried_out_by", needed=True)
    witnesses = _read_witnesses(form, fields.get("witnesses", ""), carried_out_by)
    copies = form.read_text("copies")
    form.check()
    return DestructionOrder(number, decided or on, body, ground, carried_out_by, witnesses, copies)


def _read_witnesses(form: FormReader, text: str, carried_out_by: str) -> tuple[str, ...]:
    names = []
    for line in text.splitlines():
        if line.strip():
            try:
                names.append(read_line("witnesses", line))
            except DraftFieldError as error:
                form.report(error)
    if not text.strip():
        form.report(FieldMissingError(field="witnesses"))
    if len(names) > MOST_WITNESSES:
        form.report(WitnessCountError(field="witnesses", most=MOST_WITNESSES))
    known = {fold_name(carried_out_by)} if carried_out_by else set()
    for name in names:
        if fold_name(name) in known:
            form.report(WitnessSameError(field="witnesses", name=name))
        known.add(fold_name(name))
    return tuple(names)
