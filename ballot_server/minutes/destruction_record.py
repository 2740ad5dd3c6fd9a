"""The printed record of an archive's destruction, in the form of minutes: what was destroyed, by whose decision.

Nothing here is computed: a service fills the record. Texts are in the language of the print.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ballot_server.i18n import Language, translate
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
    Tone,
)
from ballot_server.minutes.layouts import find_layout
from ballot_server.minutes.render_minutes import render_document
from ballot_server.minutes.wording import Wording, group_characters


@dataclass(frozen=True)
class DestroyedElection:
    """One secret vote whose ballots were destroyed: how many came by phone, and how many on paper."""

    title: str
    ballots: int
    paper: int


@dataclass(frozen=True)
class LongerKeeping:
    """Until when the archive was kept longer, and why."""

    until: date
    reason: str


@dataclass(frozen=True)
class DestructionPaper:
    """What the record says.

    elects: whether anybody was elected, for whose ballots alone the rule is written; ordered_by, confirmed_by: the
    two accounts; head: 32 characters without spaces, empty where there was none; archive, minutes: SHA-256 in
    hexadecimal digits.
    """

    superior: str
    unit: str
    place: str
    held_on: date
    rehearsal: bool
    decision_number: str
    decision_on: date
    deciding_body: str
    ground: str
    carried_out_by: str
    witnesses: tuple[str, ...]
    copies: str
    ordered_by: str
    confirmed_by: str
    first_until: date
    longer: tuple[LongerKeeping, ...]
    destroyed_on: date
    elections: tuple[DestroyedElection, ...]
    elects: bool
    tested: int
    credentials: int
    entries: int
    head: str
    archive: str
    minutes: str

    @property
    def kept_until(self) -> date:
        """The last day of the keeping, as it stood written."""
        return max((self.first_until, *(each.until for each in self.longer)))

    @property
    def ballots(self) -> int:
        """How many ballots came by phone."""
        return sum(election.ballots for election in self.elections)

    @property
    def paper(self) -> int:
        """How many ballots came on paper."""
        return sum(election.paper for election in self.elections)


def render_destruction_record(paper: DestructionPaper, language: Language = Language.VIETNAMESE) -> bytes:
    """Return the record as PDF/A-2b, the same bytes for the same record. Raises: TypesettingError."""
    return render_document(compose_destruction_record(paper, language), language, dated=paper.destroyed_on)


def compose_destruction_record(paper: DestructionPaper, language: Language = Language.VIETNAMESE) -> PrintedDocument:
    """Lay a record out in blocks."""
    wording = Wording(language)
    layout = find_layout(paper.destroyed_on)
    day = wording.write_date(paper.destroyed_on)
    seal = None
    if paper.head:
        use = _say("head_use", language)
        seal = Seal(_say("head", language), group_characters(paper.head), paper.head, use)
    return PrintedDocument(
        front=Front(
            superior=paper.superior,
            unit=paper.unit,
            number="",
            heading=wording.say("heading"),
            day=wording.say("place_and_day", date=day) if layout.names_place else day,
            title=_say("title", language),
            subtitle=_say("subtitle", language),
            rehearsal_line=_say("rehearsal_line", language) if paper.rehearsal else "",
        ),
        blocks=(
            *_compose_ground(paper, wording),
            *_compose_content(paper, wording),
            *_compose_act(paper, wording),
            *_compose_kept(paper, wording),
        ),
        closing=(Paragraph(_say("read_aloud", language)),),
        layout=layout,
        seal=seal,
        signatures=_place_signatures(paper, language),
        signatures_heading=_say("witnesses_heading", language),
        sign_here=wording.say("closing.sign_here"),
        recipients_label=wording.say("recipients.label"),
        recipients=_list_recipients(paper, wording),
        page_label=wording.say("page"),
        footer=_say("footer", language, unit=paper.unit),
        watermark=wording.say("rehearsal_mark") if paper.rehearsal else "",
    )


def _compose_ground(paper: DestructionPaper, wording: Wording) -> tuple[Block, ...]:
    language = wording.language
    facts = (
        ("decision", _say("decision_value", language, number=paper.decision_number,
                          date=wording.write_date(paper.decision_on))),
        ("body", paper.deciding_body),
        ("ground", paper.ground),
    )  # fmt: skip
    return (
        Heading(_say("section.ground", language), 1),
        _list_facts(facts, language),
        Paragraph(_say("rule_elections" if paper.elects else "rule_others", language), tone=Tone.NOTE),
    )


def _compose_content(paper: DestructionPaper, wording: Wording) -> tuple[Block, ...]:
    language = wording.language
    meeting = _say("meeting_value", language, date=wording.write_date(paper.held_on), place=paper.place)
    facts = (
        ("meeting", meeting),
        ("first_until", wording.write_date(paper.first_until)),
        *(
            ("longer", _say("longer_value", language, date=wording.write_date(each.until), reason=each.reason))
            for each in paper.longer
        ),
    )
    totals = (
        ("ballots", wording.write_number(paper.ballots)),
        ("tested", str(paper.tested) if paper.tested else ""),
        ("credentials", str(paper.credentials) if paper.credentials else ""),
        ("entries", wording.write_number(paper.entries)),
        ("archive", paper.archive),
    )
    by_hand = (Paragraph(_say("paper_by_hand", language, count=paper.paper)),) if paper.paper else ()
    return (
        Heading(_say("section.content", language), 1),
        _list_facts(facts, language),
        _list_elections(paper, wording),
        _list_facts(totals, language),
        *by_hand,
    )


def _list_elections(paper: DestructionPaper, wording: Wording) -> Table:
    language = wording.language
    columns = (
        Column(_say("column.order", language), Alignment.CENTER),
        Column(_say("column.title", language), weight=10),
        Column(_say("column.ballots", language), Alignment.RIGHT, weight=3),
        Column(_say("column.paper", language), Alignment.RIGHT, weight=3),
    )
    rows = [
        (str(place), election.title, str(election.ballots), str(election.paper))
        for place, election in enumerate(paper.elections, 1)
    ]
    total = ("", _say("total", language), str(paper.ballots), str(paper.paper))
    return Table(columns, (*rows, total), strong_rows=(len(rows),))


def _compose_act(paper: DestructionPaper, wording: Wording) -> tuple[Block, ...]:
    language = wording.language
    facts = (
        ("destroyed_on", wording.write_date(paper.destroyed_on)),
        ("carried_out_by", paper.carried_out_by),
        ("accounts", _say("accounts_value", language, first=paper.ordered_by, second=paper.confirmed_by)),
        ("copies", paper.copies or _say("copies_none", language)),
    )
    return (
        Heading(_say("section.act", language), 1),
        _list_facts(facts, language),
        NameList(_say("witnesses", language), paper.witnesses),
        Paragraph(_say("how", language)),
        Paragraph(_say("limits", language), tone=Tone.NOTE),
    )


def _compose_kept(paper: DestructionPaper, wording: Wording) -> tuple[Block, ...]:
    language = wording.language
    return (
        Heading(_say("section.kept", language), 1),
        Paragraph(_say("kept", language)),
        _list_facts((("minutes", paper.minutes),), language),
    )


def _place_signatures(paper: DestructionPaper, language: Language) -> tuple[SignaturePlace, ...]:
    """Return the witnesses' places, then those of who carried it out and of the body that decided."""
    role = _say("witness", language)
    return (
        *(SignaturePlace(role, name) for name in paper.witnesses),
        SignaturePlace(_say("carried_out", language), paper.carried_out_by),
        SignaturePlace(_say("for_body", language, body=paper.deciding_body.upper()), ""),
    )


def _list_recipients(paper: DestructionPaper, wording: Wording) -> tuple[str, ...]:
    kept = wording.say("recipients.kept", unit=paper.unit)
    return (wording.say("recipients.reported", superior=paper.superior), kept) if paper.superior else (kept,)


def _list_facts(facts: tuple[tuple[str, str], ...], language: Language) -> Facts:
    return Facts(tuple(Fact(_say(f"fact.{key}", language), value) for key, value in facts if value))


def _say(key: str, language: Language, /, **fields: object) -> str:
    return translate(f"destruction_record.{key}", language, **fields)
