"""Change the unit's roll one member at a time; every changed field goes into the history with who and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ballot_server.domain.exemption import MemberId
from ballot_server.domain.member import CardNumber, Member, MemberClass
from ballot_server.errors import BallotServerError
from ballot_server.services.author import Author
from ballot_server.services.form_fields import FormReader
from ballot_server.services.plain_text import fold_card_number
from ballot_server.services.roll_comparison import ADDED, LEFT_ON, FieldChange, compare_fields
from ballot_server.services.roll_words import MEMBER_COLUMNS, write_date
from ballot_server.services.unit_roll import get_member
from ballot_server.storage.engine import Database
from ballot_server.storage.register_records import RollChange, UnitMember
from ballot_server.storage.repositories import UnitRollRepository
from ballot_server.storage.session import Session

LONGEST_CARD_NUMBER = 40


class CardNumberTakenError(BallotServerError):
    """Another member has this card number; fields: card_number, name."""


def read_member(fields: Mapping[str, str]) -> Member:
    """Return the member that a form describes. Raises: FormError with every field that is not right."""
    form = FormReader(fields)
    member = Member(
        name=form.read_text("name", needed=True),
        card_number=CardNumber(form.read_text("card_number", needed=True, longest=LONGEST_CARD_NUMBER)),
        member_class=form.read_choice("class", MemberClass) or MemberClass.GUEST,
        transferred_out=form.read_tick("transferred_out"),
        suspended=form.read_tick("suspended"),
        excused_whole_congress=form.read_tick("excused_whole_congress"),
        incumbent=form.read_tick("incumbent"),
        position=form.read_text("position"),
        note=form.read_text("note"),
    )
    form.check()
    return member


def add_member(database: Database, member: Member, author: Author) -> MemberId:
    """Add a member at the end of the roll. Raises: CardNumberTakenError."""
    with database.write() as session:
        key = _check_card(session, member, None)
        (added,) = UnitRollRepository(session).add_all([(member, key)])
        write_history(session, added, [FieldChange(ADDED, "", member.name)], author)
    return added


def change_member(database: Database, number: int, member: Member, author: Author) -> None:
    """Store a member as a form says. Raises: UnitMemberUnknownError, CardNumberTakenError."""
    with database.write() as session:
        found = get_member(session, number)
        fields = compare_fields(found.member, member, MEMBER_COLUMNS)
        if not fields:
            return
        key = _check_card(session, member, found.id)
        UnitRollRepository(session).update(UnitMember(found.id, member, found.left_on), key)
        write_history(session, found.id, fields, author)


def set_left(database: Database, number: int, left_on: date | None, author: Author) -> None:
    """Record from which day somebody belongs elsewhere, or that it was an error. Raises: UnitMemberUnknownError."""
    with database.write() as session:
        store_left(session, get_member(session, number), left_on, author)


def store_left(session: Session, found: UnitMember, left_on: date | None, author: Author, source: str = "") -> None:
    """Record the same within a session."""
    if found.left_on == left_on:
        return
    key = fold_card_number(found.member.card_number)
    UnitRollRepository(session).update(UnitMember(found.id, found.member, left_on), key)
    change = FieldChange(LEFT_ON, write_date(found.left_on), write_date(left_on))
    write_history(session, found.id, [change], author, source)


def write_history(
    session: Session,
    member: MemberId,
    fields: tuple[FieldChange, ...] | list[FieldChange],
    author: Author,
    source: str = "",
) -> None:
    """Add what changed of a member to the history."""
    UnitRollRepository(session).add_changes(
        RollChange(member, author.at, author.by, each.field, each.old, each.new, source) for each in fields
    )


def _check_card(session: Session, member: Member, own: MemberId | None) -> str:
    key = fold_card_number(member.card_number)
    other = UnitRollRepository(session).find_by_card(key)
    if other is not None and other.id != own:
        raise CardNumberTakenError(card_number=member.card_number, name=other.member.name)
    return key
