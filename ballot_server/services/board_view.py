"""Read trusted things back from a meeting's own board, as its server wrote them."""

from __future__ import annotations

from ballot_server.services.voter_view import CeremonyMissingError
from ballot_server.storage.repositories import BoardRepository
from ballot_server.storage.session import Session
from crypto.board import Entry
from crypto.bodies import EntryKind, MeetingBody
from crypto.body_form import read_body
from crypto.ceremony import Ceremony


def read_ceremony(session: Session, meeting: str) -> Ceremony:
    """Return the meeting's key ceremony. Raises: CeremonyMissingError."""
    entries = list_entries(session, meeting, EntryKind.CEREMONY)
    if not entries:
        raise CeremonyMissingError(meeting=meeting)
    opening = read_body(EntryKind.MEETING, list_entries(session, meeting, EntryKind.MEETING)[0].body)
    if not isinstance(opening, MeetingBody):
        raise TypeError("a meeting entry has a meeting body")
    return Ceremony.from_body(entries[0].body, opening.server_key, rehearsal=opening.rehearsal)


def list_entries(session: Session, meeting: str, kind: EntryKind) -> tuple[Entry, ...]:
    """Return the meeting's entries of one kind in order."""
    return tuple(Entry.decode(line) for line in BoardRepository(session).list_kind(meeting, kind.value))
