"""One-time links, by which people come to have an account: the first chair, those added, a lost passphrase.

A link's code stands in the address's fragment, which no browser sends, or is typed; here only its digest is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NewType

from ballot_server.domain.staff import (
    LINK_LIFETIME,
    Role,
    StaffMember,
    check_passphrase,
    normalise_name,
    normalise_passphrase,
)
from ballot_server.errors import BallotServerError
from ballot_server.services.passphrase import hash_passphrase
from ballot_server.services.staff_sessions import SessionSecret, StaffDoor, open_session
from ballot_server.storage.engine import Database
from ballot_server.storage.records import StaffLinkRecord, StaffRecord
from ballot_server.storage.repositories import StaffLinkRepository, StaffRepository, StaffSessionRepository
from ballot_server.storage.session import Session
from crypto.base32 import ALPHABET, encode_base32

LinkCode = NewType("LinkCode", str)
CODE_CHARACTERS = 16
_CODE_BYTES = 10
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class LinkInvalidError(BallotServerError):
    """A link's code is wrong, used up or older than an hour."""


class NameTakenError(BallotServerError):
    """Somebody of the staff has this name already; field: name."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class StaffUnknownError(BallotServerError):
    """Nobody of the staff has this name; field: name."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class RoleNotGivenError(BallotServerError):
    """A chair gives nobody this role and changes nobody who has it."""


@dataclass(frozen=True)
class StaffLink:
    """What a link is for; an empty name is chosen by whoever opens it."""

    name: str
    role: Role


def make_first_link(database: Database, door: StaffDoor) -> LinkCode | None:
    """Return the code of a link for the first chair, or None if there is a chair; earlier such links are void."""
    with database.write() as session:
        if StaffRepository(session).has_role(Role.CHAIR):
            return None
        return _store_link(session, door, StaffLink(name="", role=Role.CHAIR))


def make_link(database: Database, door: StaffDoor, *, name: str, role: Role) -> LinkCode:
    """Return the code of a link for somebody new, a clerk or a device.

    Raises: StaffNameInvalidError, NameTakenError, RoleNotGivenError.
    """
    normalised = normalise_name(name)
    if role is Role.CHAIR:
        raise RoleNotGivenError
    with database.write() as session:
        if StaffRepository(session).find(normalised) is not None:
            raise NameTakenError(normalised)
        return _store_link(session, door, StaffLink(normalised, role))


def renew_link(database: Database, door: StaffDoor, *, name: str) -> LinkCode:
    """Return the code of a link by which a clerk or a device signs in anew, as the chair may ask for.

    Raises: StaffUnknownError, RoleNotGivenError.
    """
    with database.write() as session:
        member = _get_member(session, name)
        if member.role is Role.CHAIR:
            raise RoleNotGivenError
        return _store_link(session, door, StaffLink(member.name, member.role))


def make_reset_link(database: Database, door: StaffDoor, *, name: str) -> LinkCode:
    """Return the code of a link by which anybody of the staff chooses a new passphrase: for the server's keeper only.

    Raises: StaffUnknownError.
    """
    with database.write() as session:
        member = _get_member(session, name)
        return _store_link(session, door, StaffLink(member.name, member.role))


def read_link(database: Database, door: StaffDoor, code: str) -> StaffLink:
    """Return what a link is for, without using it. Raises: LinkInvalidError."""
    with database.read() as session:
        record = _find_valid(session, code, door.clock())
        return StaffLink(record.name, record.role)


def use_link(
    database: Database, door: StaffDoor, code: str, *, name: str, passphrase: str, browser: str
) -> SessionSecret:
    """Use a link up: store the account and return the secret of its first session; older sessions of it end.

    name: used only where the link has none; passphrase: not used for a device.
    Raises: LinkInvalidError, StaffNameInvalidError, NameTakenError, PassphraseTooShortError, PassphraseTooLongError.
    """
    link = read_link(database, door, code)
    member = StaffMember(link.name or normalise_name(name), link.role)
    stored = None
    if not member.role.is_device:
        check_passphrase(normalise_passphrase(passphrase))
        # Before the transaction, because it takes long on purpose.
        stored = hash_passphrase(passphrase, door.cost, door.random_bytes)
    with database.write() as session:
        record = _find_valid(session, code, door.clock())
        StaffLinkRepository(session).remove(record.code_hash)
        accounts = StaffRepository(session)
        if not record.name:
            if accounts.has_role(Role.CHAIR):
                raise LinkInvalidError
            if accounts.find(member.name) is not None:
                raise NameTakenError(member.name)
        accounts.store(StaffRecord(member, stored))
        StaffSessionRepository(session).remove_all(member.name)
        return open_session(session, door, member, browser=browser)


def list_people(database: Database) -> tuple[StaffMember, ...]:
    """Return everybody of the staff by name."""
    with database.read() as session:
        return tuple(record.member for record in StaffRepository(session).list_all())


def remove_person(database: Database, *, name: str) -> None:
    """Remove a clerk or a device, end their sessions and void their link.

    Raises: StaffUnknownError, RoleNotGivenError.
    """
    with database.write() as session:
        member = _get_member(session, name)
        if member.role is Role.CHAIR:
            raise RoleNotGivenError
        StaffLinkRepository(session).remove_all(member.name)
        StaffRepository(session).remove(member.name)


def format_code(code: LinkCode) -> str:
    """Return a code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _get_member(session: Session, name: str) -> StaffMember:
    record = StaffRepository(session).find(name)
    if record is None:
        raise StaffUnknownError(name)
    return record.member


def _store_link(session: Session, door: StaffDoor, link: StaffLink) -> LinkCode:
    now = door.clock()
    code = LinkCode(encode_base32(door.random_bytes(_CODE_BYTES), CODE_CHARACTERS))
    repository = StaffLinkRepository(session)
    repository.remove_created_before(now - LINK_LIFETIME)
    repository.add(StaffLinkRecord(code_hash=_hash_code(code), name=link.name, role=link.role, created=now))
    return code


def _find_valid(session: Session, code: str, now: datetime) -> StaffLinkRecord:
    normalised = code.upper().translate(_LOOKALIKES).strip()
    if len(normalised) != CODE_CHARACTERS or any(character not in ALPHABET for character in normalised):
        raise LinkInvalidError
    record = StaffLinkRepository(session).find(_hash_code(normalised))
    if record is None or not timedelta(0) <= now - record.created < LINK_LIFETIME:
        raise LinkInvalidError
    return record


def _hash_code(code: str) -> bytes:
    return sha256(b"phieukin staff link\x00" + code.encode()).digest()
