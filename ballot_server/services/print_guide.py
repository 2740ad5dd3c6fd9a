"""Print the voters' guide of a meeting, for handing out and hanging up."""

from __future__ import annotations

from ballot_server.i18n import Language
from ballot_server.minutes.voter_guide import VoterGuide, render_voter_guide
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import MeetingRepository


def print_guide(database: Database, *, meeting: str, address: str | None, language: Language) -> bytes:
    """Return the guide; it names the meeting's Wi-Fi and the voters' address where they are known.

    address: scheme, host and port of the voters' application. Raises: MeetingUnknownError, TypesettingError.
    """
    with database.read() as session:
        held = MeetingRepository(session).get(meeting)
    guide = VoterGuide(
        unit=held.unit, date=held.held_on, address=address or "", wifi=held.wifi, rehearsal=held.rehearsal
    )
    return render_voter_guide(guide, language)
