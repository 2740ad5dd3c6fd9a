"""Post a finished key ceremony, checked as every verifier will check it."""

from __future__ import annotations

from ballot_server.services.noticeboard import Noticeboard
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import MeetingRepository
from crypto.bodies import EntryKind
from crypto.ceremony import Ceremony


def record_ceremony(database: Database, board: Noticeboard, *, meeting: str, ceremony: Ceremony) -> None:
    """Check a ceremony's record again from its canonical form and post it.

    Raises: CeremonyError, EncodingError if it does not hold; BoardError if the meeting has one already.
    """
    body = ceremony.to_body()
    with database.write() as session:
        rehearsal = MeetingRepository(session).get(meeting).rehearsal
        Ceremony.from_body(body, board.server_key, rehearsal=rehearsal)
        board.append(session, EntryKind.CEREMONY, body)
