"""Write the minutes of a meeting, post their hash and numbers, and end the board."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

from ballot_server.domain.result import ElectionResult
from ballot_server.errors import BallotServerError
from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.services.board_view import list_entries, read_ceremony
from ballot_server.services.compose_election_record import AnnulledElection, DecidedElection
from ballot_server.services.compose_record import Network, compose_record
from ballot_server.services.counted_elections import count_returned, find_paper_counts, read_counted
from ballot_server.services.derive_result import derive_decisions
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.print_slips import list_printed_elsewhere
from ballot_server.services.sealed_election import read_sealed
from ballot_server.services.switch_to_paper import list_switched
from ballot_server.services.voter_view import CeremonyMissingError
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import AttendanceRepository, BoardRepository, MeetingRepository, RollRepository
from ballot_server.storage.session import Session
from crypto.board import encode_head
from crypto.bodies import EntryKind
from crypto.credential import compute_key_fingerprint
from crypto.encoding import JsonObject
from crypto.words import encode_words

FINGERPRINT_WORDS = 8

MinutesPrinter = Callable[[MinutesRecord, Language], bytes]
"""Lays out a record; `ballot_server.minutes.render_minutes.render_minutes` is the real one."""


class NothingDecidedError(BallotServerError):
    """No election of the meeting has an outcome or was annulled yet; field: meeting."""


class MinutesOutdatedError(BallotServerError):
    """An election was decided or annulled while the minutes were laid out; field: meeting."""


@dataclass(frozen=True)
class Minutes:
    """The printed minutes, the results they carry, and the board's head that is printed on them (32 bytes).

    `record` is what was printed, for whoever lays out the same in another form.
    """

    pdf: bytes
    record: MinutesRecord
    results: tuple[ElectionResult, ...]
    head: bytes


def write_minutes(
    database: Database,
    board: Noticeboard,
    *,
    meeting: str,
    print_record: MinutesPrinter,
    language: Language,
    network: Network | None = None,
) -> Minutes:
    """Print the minutes and post the minutes entry: the file's hash and every number in it.

    network: as in `compose_record`.

    Raises: MeetingUnknownError; NothingDecidedError; MinutesMismatchError, TypesettingError; MinutesOutdatedError;
    BoardError if an election is neither decided nor annulled, or the minutes are posted already. Then nothing is
    posted.
    """
    with database.read() as session:
        held = MeetingRepository(session).get(meeting)
        elections = read_decided(session, meeting)
        head = board.read_state(session).head
        if head is None:
            raise NothingDecidedError(meeting=meeting)
        record = compose_record(
            held,
            RollRepository(session).load(meeting),
            elections,
            _read_annulled(session, meeting),
            key_words=_read_key_words(session, meeting),
            head=encode_head(head),
            language=language,
            network=network,
            printed_elsewhere=list_printed_elsewhere(session, meeting),
            switched=list_switched(session, meeting),
        )
    pdf = print_record(record, language)
    results = tuple(each.decision.to_result(each.manifest.election) for each in elections)
    numbers = {"elections": [result.to_json() for result in results]}
    with database.write() as session:
        if board.read_state(session).head != head:
            raise MinutesOutdatedError(meeting=meeting)
        body: JsonObject = {"sha256": sha256(pdf).hexdigest(), "numbers": cast(JsonObject, numbers)}
        board.append(session, EntryKind.MINUTES, body)
    return Minutes(pdf=pdf, record=record, results=results, head=head)


def end_board(database: Database, board: Noticeboard, *, meeting: str, destroyed: Iterable[JsonObject]) -> bytes:
    """Post the tellers' statements that their shares are gone and the final entry; return the archive.

    Raises: BoardError if there are no minutes yet; EncodingError for a statement of another form; CeremonyError naming
    the trustee whose signature does not hold. Then nothing is posted.
    """
    with database.write() as session:
        for statement in destroyed:
            read_ceremony(session, meeting).verify_destroyed(statement)
            board.append(session, EntryKind.DESTROYED, statement)
        board.append(session, EntryKind.FINAL, board.read_state(session).final_body.to_object())
        return b"".join(line + b"\n" for line in BoardRepository(session).list_all(meeting))


def read_decided(session: Session, meeting: str) -> tuple[DecidedElection, ...]:
    """Return the meeting's decided elections in the order of their outcomes, annulled ones left out."""
    counted = read_counted(session, meeting)
    decisions = derive_decisions(counted)
    closings = {
        mark.election: mark.present for mark in AttendanceRepository(session).list_marks(meeting) if mark.is_close
    }
    return tuple(
        DecidedElection(
            election.manifest,
            decision,
            present_at_close=closings.get(election.manifest.election),
            paper=election.paper,
        )
        for election, decision in zip(counted, decisions, strict=True)
    )


def _read_key_words(session: Session, meeting: str) -> tuple[str, ...]:
    """Return the eight words of the key's fingerprint, none where there is no key because nobody voted by phone."""
    try:
        ceremony = read_ceremony(session, meeting)
    except CeremonyMissingError:
        return ()
    fingerprint = compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
    return encode_words(fingerprint, FINGERPRINT_WORDS)


def _read_annulled(session: Session, meeting: str) -> tuple[AnnulledElection, ...]:
    annulled = []
    for entry in list_entries(session, meeting, EntryKind.ANNULLED):
        sealed = read_sealed(session, meeting, str(entry.body["election"]))
        paper = find_paper_counts(session, meeting, sealed.election)
        returned = count_returned(session, meeting, sealed, paper)
        annulled.append(AnnulledElection(sealed, str(entry.body["ground"]), returned, paper))
    return tuple(annulled)
