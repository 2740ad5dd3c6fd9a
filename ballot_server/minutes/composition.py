"""The minutes as a document: which blocks, in which order, from a record. PDF and DOCX both start here."""

from __future__ import annotations

from ballot_server.i18n import Language
from ballot_server.minutes.charts import cut_short
from ballot_server.minutes.document import (
    Alignment,
    Block,
    Column,
    Fact,
    Facts,
    Front,
    Heading,
    NameList,
    Paragraph,
    PrintedDocument,
    Seal,
    SignaturePlace,
    Table,
    Together,
    Tone,
    WritingLines,
)
from ballot_server.minutes.election_composition import compose_election
from ballot_server.minutes.layouts import Layout, find_layout, leave_party
from ballot_server.minutes.record import AnnulledElectionRecord, AttendanceRecord, ExemptMember, MinutesRecord
from ballot_server.minutes.wording import Wording, group_characters

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_LINES_FOR_INCIDENTS = 3
_LONGEST_RECIPIENT = 160


def compose_minutes(record: MinutesRecord, language: Language = Language.VIETNAMESE) -> PrintedDocument:
    """Lay a record out in blocks; sections without content are left out and the others numbered through."""
    wording = Wording(language)
    layout = find_layout(record.date)
    if record.heading:
        layout = leave_party(layout)
    sections = (
        ("participants", _compose_participants(record, wording)),
        ("attendance", _compose_attendance(record, wording)),
        ("form", _compose_form(record, wording)),
        ("results", _compose_results(record, wording)),
        ("annulled", _compose_annulled(record.annulled, wording)),
        ("incidents", _compose_incidents(record.incidents, wording)),
        ("closing", _compose_closing(record, wording)),
    )
    numbered: list[tuple[Block, ...]] = []
    for name, blocks in sections:
        if blocks:
            title = f"{_ROMAN[len(numbered)]}. {wording.say(f'section.{name}')}"
            numbered.append((Heading(title, 1), *blocks))
    return PrintedDocument(
        front=_compose_front(record, layout, wording),
        blocks=tuple(block for blocks in numbered[:-1] for block in blocks),
        closing=numbered[-1],
        layout=layout,
        seal=_compose_seal(record, wording),
        signatures=_place_signatures(record, wording),
        signatures_heading=wording.say("closing.tellers"),
        sign_here=wording.say("closing.sign_here"),
        recipients_label=wording.say("recipients.label"),
        recipients=_list_recipients(record, wording),
        page_label=wording.say("page"),
        footer=wording.say("footer", head=group_characters(record.head)) if record.head else "",
        watermark=wording.say("rehearsal_mark") if record.rehearsal else "",
    )


def _compose_front(record: MinutesRecord, layout: Layout, wording: Wording) -> Front:
    day = wording.write_date(record.date)
    return Front(
        superior=record.superior,
        unit=record.unit,
        number=_write_number(record, wording),
        heading=record.heading or wording.say("heading"),
        day=wording.say("place_and_day", date=day) if layout.names_place else day,
        title=wording.say("title"),
        subtitle=_write_subject(record, wording),
        rehearsal_line=wording.say("rehearsal_line") if record.rehearsal else "",
    )


def _write_number(record: MinutesRecord, wording: Wording) -> str:
    """Return the paper's number, or room for it; Party papers write it without a colon and with the paper's kind."""
    if record.heading:
        return wording.say("number_outside", number=record.number or wording.say("number_outside_by_hand"))
    return wording.say("number", number=record.number or wording.say("number_by_hand"))


def _write_subject(record: MinutesRecord, wording: Wording) -> str:
    """Return what the minutes are about: the meeting's own words, the one election, or how many there were."""
    titles = [*(each.title for each in record.elections), *(each.title for each in record.annulled)]
    if record.title or len(titles) == 1:
        return record.title or titles[0]
    return wording.say("subject_several", count=len(titles))


def _list_recipients(record: MinutesRecord, wording: Wording) -> tuple[str, ...]:
    """Return who gets a copy: the superior body, and the unit, which files it."""
    if record.heading:
        return ()
    kept = wording.say("recipients.kept", unit=cut_short(record.unit, _LONGEST_RECIPIENT))
    if not record.superior:
        return (kept,)
    superior = cut_short(record.superior, _LONGEST_RECIPIENT)
    return wording.say("recipients.reported", superior=superior), kept


def _compose_participants(record: MinutesRecord, wording: Wording) -> tuple[Block, ...]:
    head, *others = record.tellers or ("",)
    values = (
        ("unit", record.unit),
        ("time", _write_time(record, wording)),
        ("hours", "" if record.started or record.finished else wording.say("participants.by_hand")),
        ("place", record.place),
        ("chair", record.chair),
        ("clerk", record.clerk),
        ("head_teller", head),
        ("tellers", ", ".join(others)),
    )
    return (Facts(tuple(Fact(wording.say(f"participants.{key}"), value) for key, value in values if value)),)


def _write_time(record: MinutesRecord, wording: Wording) -> str:
    day = wording.write_date(record.date)
    if record.started and record.finished:
        return wording.say("participants.from_to", date=day, started=record.started, finished=record.finished)
    if record.started:
        return wording.say("participants.from", date=day, started=record.started)
    if record.finished:
        return wording.say("participants.to", date=day, finished=record.finished)
    return day


def _compose_attendance(record: MinutesRecord, wording: Wording) -> tuple[Block, ...]:
    attendance = record.attendance
    counts = (
        ("summoned", attendance.summoned),
        ("present", attendance.present),
        ("absent_excused", len(attendance.absent_excused)),
        ("absent_unexcused", len(attendance.absent_unexcused)),
        *((("excused_congress", len(attendance.excused_congress)),) if attendance.excused_congress else ()),
        ("exempt", len(attendance.exempt)),
    )
    rows = [Fact(wording.say(f"attendance.{key}"), wording.write_people(count)) for key, count in counts]
    rows.extend(_list_non_voters(attendance, wording))
    lists = (
        ("absent_excused", attendance.absent_excused),
        ("absent_unexcused", attendance.absent_unexcused),
        ("excused_congress", attendance.excused_congress),
    )
    names = tuple(NameList(f"{wording.say(f'attendance.{key}')}:", people) for key, people in lists if people)
    return (Facts(tuple(rows)), *names, *_compose_exempt(attendance.exempt, wording))


def _list_non_voters(attendance: AttendanceRecord, wording: Wording) -> tuple[Fact, ...]:
    """Return who else is in the room: probationary members and guests, who never vote."""
    probationary, guests = attendance.probationary, attendance.guests
    if probationary + guests == 0:
        return ()
    value = wording.say(
        "attendance.non_voters_value",
        people=wording.write_people(probationary + guests),
        probationary=probationary,
        guests=guests,
    )
    return (Fact(wording.say("attendance.non_voters"), value),)


def _write_resolution(exempt: ExemptMember, wording: Wording) -> str:
    if not exempt.is_counted:
        return exempt.resolution
    return "; ".join(part for part in (exempt.resolution, wording.say("attendance.exempt_counted")) if part)


def _compose_exempt(exempt: tuple[ExemptMember, ...], wording: Wording) -> tuple[Block, ...]:
    if not exempt:
        return ()
    columns = (
        Column(wording.say("attendance.order"), Alignment.CENTER),
        Column(wording.say("attendance.exempt_name"), weight=11),
        Column(wording.say("attendance.exempt_book"), weight=12),
        Column(wording.say("attendance.exempt_resolution"), weight=21),
    )
    rows = tuple(
        (str(place), one.name, one.book, _write_resolution(one, wording)) for place, one in enumerate(exempt, 1)
    )
    return (Paragraph("", lead=f"{wording.say('attendance.exempt_list')}:"), Table(columns, rows))


def _compose_form(record: MinutesRecord, wording: Wording) -> tuple[Block, ...]:
    values = (("form", record.form), ("network", record.network), ("printing", record.printing))
    return tuple(Paragraph(value, lead=f"{wording.say(f'form.{key}')}:") for key, value in values if value)


def _compose_results(record: MinutesRecord, wording: Wording) -> tuple[Block, ...]:
    return tuple(
        block
        for place, election in enumerate(record.elections, 1)
        for block in compose_election(election, record.elections[: place - 1], wording)
    )


def _compose_annulled(annulled: tuple[AnnulledElectionRecord, ...], wording: Wording) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for place, election in enumerate(annulled, 1):
        values = (
            ("rule_set", election.rule_set_title),
            ("ground", election.ground),
            ("slips", _count_annulled(election, wording)),
            ("repeated_as", election.repeated_as),
        )
        title = wording.say("annulled.title", number=place, title=election.title)
        facts = Facts(tuple(Fact(wording.say(f"annulled.{key}"), value) for key, value in values if value))
        blocks.append(Together((Heading(title, 2), facts)))
    return tuple(blocks)


def _count_annulled(election: AnnulledElectionRecord, wording: Wording) -> str:
    if election.issued is None:
        return ""
    if election.returned is None:
        return wording.say("annulled.slips_open", issued=election.issued)
    return wording.say("annulled.slips_value", issued=election.issued, returned=election.returned)


def _compose_incidents(incidents: tuple[str, ...], wording: Wording) -> tuple[Block, ...]:
    """Return the incidents, or lines to write them on: that nothing happened is for the signers to say."""
    if incidents:
        return tuple(Paragraph(incident) for incident in incidents)
    note = Paragraph(wording.say("incidents.by_hand"), tone=Tone.NOTE, keeps_with_next=True)
    return (Together((note, WritingLines(_LINES_FOR_INCIDENTS))),)


def _compose_closing(record: MinutesRecord, wording: Wording) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if not record.head:
        blocks.append(Paragraph(wording.say("closing.paper_only")))
    if record.keep_until is not None:
        blocks.append(Paragraph(wording.say("closing.keep_until", date=wording.write_date(record.keep_until))))
    if record.rehearsal:
        blocks.append(Paragraph(wording.say("rehearsal_line"), tone=Tone.WARNING))
    blocks.append(Paragraph(wording.say("closing.read_aloud")))
    return tuple(blocks)


def _compose_seal(record: MinutesRecord, wording: Wording) -> Seal | None:
    if not record.head:
        return None
    return Seal(
        label=wording.say("closing.head"),
        groups=group_characters(record.head),
        code=record.head,
        use=wording.say("closing.head_use"),
    )


def _place_signatures(record: MinutesRecord, wording: Wording) -> tuple[SignaturePlace, ...]:
    """Return the places in the order they are signed: head of the tellers, members, clerk, chair."""
    tellers = tuple(
        SignaturePlace(wording.say("closing.teller" if place else "closing.head_teller"), name)
        for place, name in enumerate(record.tellers)
    )
    clerk = SignaturePlace(wording.say("closing.clerk"), record.clerk)
    chair = SignaturePlace(wording.say("closing.chair"), record.chair)
    return (*tellers, clerk, chair)
