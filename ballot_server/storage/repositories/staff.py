"""The staff: accounts, sign-ins and one-time links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ballot_server.domain.staff import Role, SessionTimes, StaffMember, fold_name
from ballot_server.storage.records import StaffLinkRecord, StaffRecord, StaffSessionRecord
from ballot_server.storage.tables import StaffLinkRow, StaffRow, StaffSessionRow


class StaffRepository:
    """The accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, name: str) -> StaffRecord | None:
        """Return the account of a name in any spelling, or None."""
        row = self._find_row(name)
        return None if row is None else _to_staff(row)

    def list_all(self) -> tuple[StaffRecord, ...]:
        """Return all accounts by name."""
        return tuple(_to_staff(row) for row in self._session.scalars(select(StaffRow).order_by(StaffRow.name)))

    def has_role(self, role: Role) -> bool:
        """Tell whether anybody has a role."""
        return self._session.scalar(select(StaffRow.name).where(StaffRow.role == role).limit(1)) is not None

    def store(self, staff: StaffRecord) -> None:
        """Store an account; one of this name gets the new role and passphrase and keeps its spelling."""
        row = self._find_row(staff.member.name)
        if row is None:
            row = StaffRow(name=staff.member.name, folded=fold_name(staff.member.name))
            self._session.add(row)
        row.role = staff.member.role
        row.passphrase_hash = staff.passphrase_hash
        self._session.flush()

    def remove(self, name: str) -> None:
        """Remove an account and its sessions; one that is gone changes nothing."""
        StaffSessionRepository(self._session).remove_all(name)
        self._session.execute(delete(StaffRow).where(StaffRow.name == name))

    def _find_row(self, name: str) -> StaffRow | None:
        return self._session.scalar(select(StaffRow).where(StaffRow.folded == fold_name(name)))


class StaffSessionRepository:
    """The sign-ins."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: StaffSessionRecord) -> None:
        """Store a new session."""
        self._session.add(
            StaffSessionRow(
                secret_hash=record.secret_hash,
                staff=record.member.name,
                created=record.times.created,
                seen=record.times.seen,
                confirmed=record.times.confirmed,
                form_secret=record.form_secret,
                browser=record.browser,
            )
        )
        self._session.flush()

    def find(self, secret_hash: bytes) -> StaffSessionRecord | None:
        """Return a session with the role that its account has now, or None."""
        query = select(StaffSessionRow, StaffRow).join(StaffRow, StaffRow.name == StaffSessionRow.staff)
        found = self._session.execute(query.where(StaffSessionRow.secret_hash == secret_hash)).one_or_none()
        return None if found is None else _to_session(found[0], found[1])

    def list_all(self) -> tuple[StaffSessionRecord, ...]:
        """Return all sessions by name and start, the newest first."""
        query = select(StaffSessionRow, StaffRow).join(StaffRow, StaffRow.name == StaffSessionRow.staff)
        rows = self._session.execute(query.order_by(StaffSessionRow.staff, StaffSessionRow.created.desc()))
        return tuple(_to_session(row[0], row[1]) for row in rows)

    def touch(self, secret_hash: bytes, seen: datetime) -> None:
        """Store when a session was last used; one that is gone changes nothing."""
        row = self._session.get(StaffSessionRow, secret_hash)
        if row is not None:
            row.seen = seen
            self._session.flush()

    def confirm(self, secret_hash: bytes, confirmed: datetime) -> None:
        """Store when a session's passphrase was last given; one that is gone changes nothing."""
        row = self._session.get(StaffSessionRow, secret_hash)
        if row is not None:
            row.confirmed = confirmed
            self._session.flush()

    def remove(self, secret_hash: bytes) -> None:
        """End a session; one that is gone changes nothing."""
        self._session.execute(delete(StaffSessionRow).where(StaffSessionRow.secret_hash == secret_hash))

    def remove_all(self, name: str) -> None:
        """End every session of an account."""
        self._session.execute(delete(StaffSessionRow).where(StaffSessionRow.staff == name))

    def remove_created_before(self, moment: datetime) -> None:
        """Forget the sessions that began before a moment."""
        self._session.execute(delete(StaffSessionRow).where(StaffSessionRow.created < moment))


class StaffLinkRepository:
    """The one-time links that were not used yet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, link: StaffLinkRecord) -> None:
        """Store a link; an older one for the same name is void from now on."""
        self.remove_all(link.name)
        self._session.add(StaffLinkRow(code_hash=link.code_hash, name=link.name, role=link.role, created=link.created))
        self._session.flush()

    def find(self, code_hash: bytes) -> StaffLinkRecord | None:
        """Return a link, or None."""
        row = self._session.get(StaffLinkRow, code_hash)
        if row is None:
            return None
        return StaffLinkRecord(code_hash=row.code_hash, name=row.name, role=row.role, created=row.created)

    def remove(self, code_hash: bytes) -> None:
        """Forget a link that was used; one that is gone changes nothing."""
        self._session.execute(delete(StaffLinkRow).where(StaffLinkRow.code_hash == code_hash))

    def remove_all(self, name: str) -> None:
        """Forget the links for a name."""
        self._session.execute(delete(StaffLinkRow).where(StaffLinkRow.name == name))

    def remove_created_before(self, moment: datetime) -> None:
        """Forget the links made before a moment."""
        self._session.execute(delete(StaffLinkRow).where(StaffLinkRow.created < moment))


def _to_staff(row: StaffRow) -> StaffRecord:
    return StaffRecord(StaffMember(row.name, row.role), row.passphrase_hash)


def _to_session(row: StaffSessionRow, staff: StaffRow) -> StaffSessionRecord:
    return StaffSessionRecord(
        secret_hash=row.secret_hash,
        member=StaffMember(staff.name, staff.role),
        times=SessionTimes(created=row.created, seen=row.seen, confirmed=row.confirmed),
        form_secret=row.form_secret,
        browser=row.browser,
    )
