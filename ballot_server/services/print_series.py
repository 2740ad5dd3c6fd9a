"""Print a series of slips as the chair's page asks for it: with the key's fingerprint, if the key is made."""

from __future__ import annotations

from ballot_server.i18n import Language
from ballot_server.minutes.slips import SlipSheet, name_occasion, render_slips
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.print_slips import print_slips
from ballot_server.services.voter_view import CeremonyMissingError
from ballot_server.services.write_minutes import FINGERPRINT_WORDS
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository
from ballot_server.storage.session import Session
from crypto.credential import compute_key_fingerprint, format_key_fingerprint
from crypto.group import RandomBytes
from crypto.slip import MeetingCode
from crypto.words import encode_words

SPARE_SLIPS = 2
"""Offered beyond those who may draw, so that even the last one has a choice."""


def print_series(
    database: Database,
    board: Noticeboard,
    *,
    meeting: str,
    series: str,
    count: int,
    address: str,
    language: Language,
    random_bytes: RandomBytes,
) -> bytes:
    """Make a series of slips and return the PDF, which is kept nowhere.

    address: scheme, host and port of the voters' application. Raises: what `print_slips` and `render_slips` raise.
    """
    with database.read() as session:
        elections = [each for each in ElectionRepository(session).list_all(meeting) if series in each.series]
        digest = find_fingerprint(session, meeting)
    titles = [each.title_vi if language is Language.VIETNAMESE else each.title_en for each in elections]

    def print_sheet(sheet: SlipSheet) -> bytes:
        return render_slips(sheet, language)

    return print_slips(
        database,
        board,
        meeting=MeetingCode(meeting),
        series=series,
        title=name_occasion(titles, language),
        count=count,
        address=address,
        fingerprint=None if digest is None else format_key_fingerprint(digest),
        key_words=() if digest is None else encode_words(digest, FINGERPRINT_WORDS),
        print_sheet=print_sheet,
        random_bytes=random_bytes,
    )


def find_fingerprint(session: Session, meeting: str) -> bytes | None:
    """Return the 64-byte digest of the meeting's key, or None before the ceremony."""
    try:
        ceremony = read_ceremony(session, meeting)
    except CeremonyMissingError:
        return None
    return compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
