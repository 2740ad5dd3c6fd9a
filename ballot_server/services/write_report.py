"""Write the report of a meeting that has ended: its archive, signed with the unit's key, for the superior committee."""

from __future__ import annotations

from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import list_entries
from ballot_server.services.installation import Installation
from ballot_server.services.report_file import Envelope, encode_report
from ballot_server.services.voter_view import read_board
from crypto.archive import decode_archive
from crypto.board import fold_entries
from crypto.bodies import EntryKind


class MeetingNotEndedError(BallotServerError):
    """A report is written once the board has ended: minutes signed, key destroyed, final entry; field: meeting."""


def write_report(installation: Installation, meeting: str) -> bytes:
    """Return the report file of a meeting whose board has its `final` entry; the same bytes each time.

    Raises: MeetingUnknownError, MeetingNotEndedError.
    """
    archive = read_board(installation.database, meeting)
    with installation.database.read() as session:
        if not list_entries(session, meeting, EntryKind.FINAL):
            raise MeetingNotEndedError(meeting=meeting)
    state = fold_entries(decode_archive(archive))
    if state.meeting is None:
        raise TypeError("a board that has ended begins with its meeting")
    envelope = Envelope(
        unit=state.meeting.unit,
        superior=state.meeting.superior,
        meeting=state.meeting.code,
        date=state.meeting.date,
        head="" if state.head is None else state.head.hex(),
    )
    return encode_report(envelope, archive, installation.unit_seed)
