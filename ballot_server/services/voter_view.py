"""What voters and their phones may see: states, how many have voted, manifests and boards; never an option's count.

Drafts are not shown. Whatever is returned here is public, so none of it is about a person on the roll.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.archive_standing import check_kept, count_ballots, find_destruction_day
from ballot_server.services.cast_ballot import ElectionUnknownError
from ballot_server.services.sealed_election import decode_sealed
from ballot_server.storage.engine import Database
from ballot_server.storage.errors import MeetingUnknownError
from ballot_server.storage.records import ElectionRecord, MeetingRecord
from ballot_server.storage.repositories import (
    BoardRepository,
    ElectionRepository,
    MeetingRepository,
)
from ballot_server.storage.session import Session
from crypto.ballot import ballot_size
from crypto.board import Entry
from crypto.bodies import EntryKind
from crypto.encoding import decode_canonical, decode_canonical_object, encode_canonical
from crypto.manifest import Manifest

__all__ = [
    "BoothView",
    "CeremonyMissingError",
    "ElectionView",
    "MeetingUnknownError",
    "MeetingView",
    "check_database",
    "describe_meeting",
    "list_meetings",
    "read_ballot_size",
    "read_board",
    "read_booth",
    "read_ceremony",
    "read_manifest",
    "read_public_board",
]

_TELLING = frozenset({EntryKind.PARTIAL_DECRYPTION.value, EntryKind.TALLY.value, EntryKind.OUTCOME.value})
"""The kinds of entries that tell a count, or with which anybody can find it."""

_CURRENT_FIRST = (ElectionState.OPEN, ElectionState.READY, ElectionState.CLOSED, ElectionState.TALLIED)


class CeremonyMissingError(BallotServerError):
    """The meeting's tellers have not made their key yet; field: meeting."""


@dataclass(frozen=True)
class ElectionView:
    """One election as everybody may see it; `present` counts those entitled and present, 0 until it is sealed."""

    id: str
    title_vi: str
    title_en: str
    state: ElectionState
    election_hash: str | None
    ballots: int
    present: int
    is_on_paper: bool = False


@dataclass(frozen=True)
class MeetingView:
    """One meeting as everybody may see it; `current` is the id of the election to look at now.

    destroyed_on: when its ballots and board were destroyed, None while they are kept.
    """

    code: str
    unit: str
    place: str
    held_on: date
    rehearsal: bool
    elections: tuple[ElectionView, ...]
    entries: int
    wifi: str = ""
    destroyed_on: date | None = None

    @property
    def current(self) -> str | None:
        """The open election, else the next that is ready, else one still being counted, else none."""
        for state in _CURRENT_FIRST:
            for election in self.elections:
                if election.state is state:
                    return election.id
        return None

    @property
    def on_phones(self) -> MeetingView:
        """The same without elections on paper, of which phones have nothing to know."""
        return replace(self, elections=tuple(each for each in self.elections if not each.is_on_paper))


@dataclass(frozen=True)
class BoothView:
    """What a phone begins with: the state, and the canonical ceremony and current manifest, where there are any."""

    meeting: MeetingView
    ceremony: bytes | None
    manifest: bytes | None


def describe_meeting(database: Database, meeting: str) -> MeetingView:
    """Return one meeting. Raises: MeetingUnknownError."""
    with database.read() as session:
        return _describe(session, MeetingRepository(session).get(meeting))


def list_meetings(database: Database) -> tuple[MeetingView, ...]:
    """Return every meeting, the latest date first."""
    with database.read() as session:
        return tuple(_describe(session, meeting) for meeting in MeetingRepository(session).list_all())


def read_booth(database: Database, meeting: str) -> BoothView:
    """Return what a phone begins with. Raises: MeetingUnknownError, ArchiveDestroyedError."""
    view = describe_meeting(database, meeting).on_phones
    current = next((election for election in view.elections if election.id == view.current), None)
    try:
        ceremony = read_ceremony(database, meeting)
    except CeremonyMissingError:
        ceremony = None
    is_sealed = current is not None and current.election_hash is not None
    return BoothView(
        meeting=view,
        ceremony=ceremony,
        manifest=read_manifest(database, bytes.fromhex(current.election_hash or ""))
        if is_sealed and current is not None
        else None,
    )


def read_manifest(database: Database, election_hash: bytes) -> bytes:
    """Return the canonical manifest of a sealed election. Raises: ElectionUnknownError."""
    with database.read() as session:
        election = ElectionRepository(session).find_by_hash(election_hash)
    if election is None or election.manifest is None:
        raise ElectionUnknownError
    return election.manifest


def read_ballot_size(database: Database, election_hash: bytes) -> int:
    """Return how many bytes every ballot of an election has. Raises: ElectionUnknownError."""
    return _measure_ballot(read_manifest(database, election_hash))


def read_board(database: Database, meeting: str) -> bytes:
    """Return the board's lines so far, each with its line feed. Raises: MeetingUnknownError, ArchiveDestroyedError."""
    with database.read() as session:
        MeetingRepository(session).get(meeting)
        check_kept(session, meeting)
        return b"".join(line + b"\n" for line in BoardRepository(session).list_all(meeting))


def read_public_board(database: Database, meeting: str) -> bytes:
    """Return the board's lines up to the first that tells a count which the chair has not published.

    Raises: MeetingUnknownError, ArchiveDestroyedError.
    """
    with database.read() as session:
        MeetingRepository(session).get(meeting)
        check_kept(session, meeting)
        hidden = {
            election.id
            for election in ElectionRepository(session).list_all(meeting)
            if election.state in (ElectionState.CLOSED, ElectionState.TALLIED)
        }
        lines = []
        for kind, line in BoardRepository(session).list_with_kinds(meeting):
            if kind in _TELLING and Entry.decode(line).body["election"] in hidden:
                break
            lines.append(line + b"\n")
        return b"".join(lines)


def read_ceremony(database: Database, meeting: str) -> bytes:
    """Return the canonical body of the meeting's ceremony entry.

    Raises: MeetingUnknownError, ArchiveDestroyedError, CeremonyMissingError.
    """
    with database.read() as session:
        MeetingRepository(session).get(meeting)
        check_kept(session, meeting)
        lines = BoardRepository(session).list_kind(meeting, "ceremony")
    if not lines:
        raise CeremonyMissingError(meeting=meeting)
    return encode_canonical(decode_canonical_object(lines[-1])["body"])


def check_database(database: Database) -> None:
    """Read one row. Raises: StorageError if that fails."""
    with database.read() as session:
        MeetingRepository(session).find("")


def _describe(session: Session, meeting: MeetingRecord) -> MeetingView:
    elections = ElectionRepository(session).list_all(meeting.code)
    return MeetingView(
        code=meeting.code,
        unit=meeting.unit,
        place=meeting.place,
        held_on=meeting.held_on,
        rehearsal=meeting.rehearsal,
        elections=tuple(
            _describe_election(session, election) for election in elections if election.state is not ElectionState.DRAFT
        ),
        entries=BoardRepository(session).count(meeting.code),
        wifi=meeting.wifi,
        destroyed_on=find_destruction_day(session, meeting.code),
    )


def _describe_election(session: Session, election: ElectionRecord) -> ElectionView:
    ballots = present = 0
    if election.election_hash is not None and election.manifest is not None:
        ballots = count_ballots(session, election.meeting, election.id, election.election_hash)
        present = _read_present(election.manifest)
    return ElectionView(
        id=election.id,
        title_vi=election.title_vi,
        title_en=election.title_en,
        state=election.state,
        election_hash=None if election.election_hash is None else election.election_hash.hex(),
        ballots=ballots,
        present=present,
        is_on_paper=election.is_on_paper,
    )


@lru_cache(maxsize=24)
def _read_present(data: bytes) -> int:
    return decode_sealed(data).counts.present


@lru_cache(maxsize=24)
def _measure_ballot(data: bytes) -> int:
    return ballot_size(Manifest.from_object(decode_canonical(data)).shape)
