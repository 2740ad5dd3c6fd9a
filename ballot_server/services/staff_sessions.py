"""Signing in and out: a session is known by the digest of a random secret that only the browser keeps."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import NewType

from ballot_server.clock import Clock, read_clock
from ballot_server.domain.staff import ABSOLUTE_LIMIT, Role, SessionTimes, StaffMember
from ballot_server.errors import BallotServerError
from ballot_server.services.passphrase import PassphraseCost, is_passphrase
from ballot_server.services.sign_in_throttle import SignInThrottle
from ballot_server.storage.engine import Database
from ballot_server.storage.records import StaffSessionRecord
from ballot_server.storage.repositories import StaffRepository, StaffSessionRepository
from ballot_server.storage.session import Session

SessionSecret = NewType("SessionSecret", bytes)
SECRET_BYTES = 32
TOUCH_INTERVAL = timedelta(minutes=1)
_BROWSER_CHARACTERS = 300


class SignInRefusedError(BallotServerError):
    """Name and passphrase do not belong together; which of the two is wrong is not said."""


class PassphraseWrongError(BallotServerError):
    """The passphrase of somebody signed in is not this one."""


class SessionOverError(BallotServerError):
    """The session ended while the request was under way."""


@dataclass(frozen=True)
class StaffDoor:
    """What signing in works with beside the database."""

    clock: Clock = read_clock
    random_bytes: Callable[[int], bytes] = os.urandom
    cost: PassphraseCost = field(default_factory=PassphraseCost)
    throttle: SignInThrottle = field(default_factory=SignInThrottle)


@dataclass(frozen=True)
class StaffSession:
    """Somebody signed in at one browser; `id` names the session without giving its secret away."""

    id: str
    member: StaffMember
    times: SessionTimes
    form_secret: bytes = field(repr=False)
    browser: str


def sign_in(
    database: Database, door: StaffDoor, *, name: str, passphrase: str, source: str, browser: str
) -> SessionSecret:
    """Return the secret of a new session; source: the network address that asks.

    Raises: TooManyTriesError, SignInRefusedError.
    """
    door.throttle.begin_try(name, source, door.clock())
    with database.read() as session:
        staff = StaffRepository(session).find(name)
    if not is_passphrase(passphrase, None if staff is None else staff.passphrase_hash, door.cost) or staff is None:
        raise SignInRefusedError
    door.throttle.forgive(name, source)
    with database.write() as session:
        # Looked up again under the lock: the account may have been removed or reset while the hash was computed.
        current = StaffRepository(session).find(name)
        if current is None or current.passphrase_hash != staff.passphrase_hash:
            raise SignInRefusedError
        return open_session(session, door, current.member, browser=browser)


def open_session(session: Session, door: StaffDoor, member: StaffMember, *, browser: str) -> SessionSecret:
    """Store a new session in the transaction and return its secret; sessions long over are forgotten."""
    now = door.clock()
    secret = SessionSecret(door.random_bytes(SECRET_BYTES))
    repository = StaffSessionRepository(session)
    repository.remove_created_before(now - 2 * ABSOLUTE_LIMIT)
    repository.add(
        StaffSessionRecord(
            secret_hash=_hash_secret(secret),
            member=member,
            times=SessionTimes(created=now, seen=now, confirmed=now),
            form_secret=door.random_bytes(SECRET_BYTES),
            browser=browser[:_BROWSER_CHARACTERS],
        )
    )
    return secret


def find_session(
    database: Database, door: StaffDoor, secret: SessionSecret, *, browser: str, is_use: bool
) -> StaffSession | None:
    """Return the session of a secret, or None if there is none, it is over, or another browser shows the secret.

    is_use: whether somebody did something; a page that reloads itself does not keep a session alive.
    """
    now = door.clock()
    with database.read() as session:
        record = StaffSessionRepository(session).find(_hash_secret(secret))
    if record is None or record.times.has_ended(record.member.role, now):
        return None
    if not secrets.compare_digest(record.browser.encode(), browser[:_BROWSER_CHARACTERS].encode()):
        return None
    if is_use and now - record.times.seen >= TOUCH_INTERVAL:
        with database.write() as session:
            StaffSessionRepository(session).touch(record.secret_hash, now)
    return _to_view(record)


def confirm_passphrase(
    database: Database, door: StaffDoor, secret: SessionSecret, *, passphrase: str, source: str
) -> None:
    """Check the passphrase of somebody signed in and note when it was given.

    Raises: TooManyTriesError, PassphraseWrongError, SessionOverError.
    """
    now = door.clock()
    secret_hash = _hash_secret(secret)
    with database.read() as session:
        record = StaffSessionRepository(session).find(secret_hash)
        if record is None or record.times.has_ended(record.member.role, now):
            raise SessionOverError
        staff = StaffRepository(session).find(record.member.name)
    door.throttle.begin_try(record.member.name, source, now)
    if staff is None or not is_passphrase(passphrase, staff.passphrase_hash, door.cost):
        raise PassphraseWrongError
    door.throttle.forgive(record.member.name, source)
    with database.write() as session:
        StaffSessionRepository(session).confirm(secret_hash, now)


def sign_out(database: Database, secret: SessionSecret) -> None:
    """End a session; one that is over already changes nothing."""
    with database.write() as session:
        StaffSessionRepository(session).remove(_hash_secret(secret))


def list_sessions(database: Database, door: StaffDoor, viewer: StaffMember) -> tuple[StaffSession, ...]:
    """Return the sessions that are not over: all for the chair, otherwise the viewer's own."""
    now = door.clock()
    with database.read() as session:
        records = StaffSessionRepository(session).list_all()
    return tuple(
        _to_view(record)
        for record in records
        if _may_end(viewer, record) and not record.times.has_ended(record.member.role, now)
    )


def end_session(database: Database, viewer: StaffMember, session_id: str) -> None:
    """End a session by its id if the viewer may see it; any other id changes nothing."""
    with database.write() as session:
        repository = StaffSessionRepository(session)
        for record in repository.list_all():
            if _may_end(viewer, record) and secrets.compare_digest(_name_session(record), session_id):
                repository.remove(record.secret_hash)


def _may_end(viewer: StaffMember, record: StaffSessionRecord) -> bool:
    return viewer.role is Role.CHAIR or viewer.name == record.member.name


def _hash_secret(secret: bytes) -> bytes:
    return sha256(b"phieukin staff session\x00" + secret).digest()


def _name_session(record: StaffSessionRecord) -> str:
    return sha256(b"phieukin staff session id\x00" + record.secret_hash).hexdigest()[:32]


def _to_view(record: StaffSessionRecord) -> StaffSession:
    return StaffSession(
        id=_name_session(record),
        member=record.member,
        times=record.times,
        form_secret=record.form_secret,
        browser=record.browser,
    )
