"""Another person's word for an act that cannot be taken back: name and passphrase, given with the form itself."""

from __future__ import annotations

from ballot_server.domain.staff import StaffMember, fold_name
from ballot_server.errors import BallotServerError
from ballot_server.services.passphrase import is_passphrase
from ballot_server.services.staff_sessions import StaffDoor
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import StaffRepository


class SecondPersonSameError(BallotServerError):
    """Whoever orders an act cannot confirm it as well."""


class SecondPersonRefusedError(BallotServerError):
    """Name and passphrase of the second person do not belong together; which of the two is wrong is not said."""


def confirm_with_second(
    database: Database, door: StaffDoor, first: StaffMember, *, name: str, passphrase: str, source: str
) -> StaffMember:
    """Return who else confirms: a chair or clerk with an account and a passphrase of their own.

    source: the network address that asks.
    Raises: SecondPersonSameError, TooManyTriesError, SecondPersonRefusedError.
    """
    if fold_name(name) == fold_name(first.name):
        raise SecondPersonSameError
    door.throttle.begin_try(name, source, door.clock())
    with database.read() as session:
        staff = StaffRepository(session).find(name)
    is_right = is_passphrase(passphrase, None if staff is None else staff.passphrase_hash, door.cost)
    if staff is None or not is_right or staff.member.role.is_device:
        raise SecondPersonRefusedError
    door.throttle.forgive(name, source)
    return staff.member
