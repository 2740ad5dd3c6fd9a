"""V1: canonical lines, numbers, previous hashes, server signatures, order, `final` and the head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crypto.archive import split_archive
from crypto.board import Entry, format_head, matches_head
from crypto.bodies import (
    AggregateBody,
    AnnulledBody,
    Body,
    CeremonyBody,
    ClosedBody,
    DestroyedBody,
    ElectionBody,
    EntryKind,
    FinalBody,
    ListBody,
    MeetingBody,
    MinutesBody,
    OutcomeBody,
    PartialDecryptionBody,
    TallyBody,
)
from crypto.body_form import read_body
from crypto.errors import BoardError, EncodingError, VerificationError
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection
from crypto.verify.faults import FORM_CHECKS, V1, failing, require_equal
from crypto.verify.model import BoardRecord, CheckResult, ElectionRecord, Placed, Progress


def decode_lines(data: bytes) -> Iterator[Entry]:
    """Yield the entries of an untrusted archive. Raises: VerificationError."""
    number = 0
    lines = split_archive(data)
    while True:
        with failing(V1, number):
            line = next(lines, None)
            entry = None if line is None else Entry.decode(line)
        if entry is None:
            return
        yield entry
        number += 1


def read_board(entries: Iterable[Entry], on_progress: Progress) -> BoardRecord:
    """Return the record of a board whose chain, signatures and order hold so far.

    Raises: VerificationError; for a body of another form than its kind's, of the check that the kind belongs to.
    """
    board: BoardRecord | None = None
    for number, entry in enumerate(entries):
        if board is None:
            board = _begin_board(entry)
        _append(board, number, entry)
        on_progress(V1, number + 1, number + 1)
    if board is None:
        raise VerificationError(V1, "the archive is empty")
    return board


def check_end(board: BoardRecord) -> None:
    """Check that `final` ends the board with the right totals. Raises: VerificationError."""
    if board.final is None:
        number = board.state.number - 1
        raise VerificationError(V1, "the archive does not end in final", entry=number, expected="final")
    found = board.final.body
    totals = board.state.totals
    counted = FinalBody(totals.entries, totals.ballots, totals.proofs, totals.signatures)
    expected = counted.to_object()
    require_equal(V1, board.final.number, "the totals in final", expected=expected, found=found.to_object())


def check_head(board: BoardRecord, head: str) -> None:
    """Check the head as somebody typed it from the minutes. Raises: VerificationError."""
    if board.state.head is None:
        raise VerificationError(V1, "the archive has no outcome, so it has no head", expected=head)
    if not matches_head(head, board.state.head):
        found = format_head(board.state.head)
        raise VerificationError(V1, "the head differs from the one in the minutes", expected=head, found=found)


def summarise_chain(board: BoardRecord) -> CheckResult:
    """Return the result of V1: one signature an entry."""
    return CheckResult(V1, counted=board.state.totals.entries, signatures=board.state.totals.entries)


def _begin_board(entry: Entry) -> BoardRecord:
    with failing(V1, 0):
        if entry.kind is not EntryKind.MEETING:
            raise BoardError("meeting comes first, and once")
        body = read_body(entry.kind, entry.body)
        if not isinstance(body, MeetingBody):
            raise BoardError("meeting comes first, and once")
    return BoardRecord(meeting=Placed(0, entry.entry_hash, body))


def _append(board: BoardRecord, number: int, entry: Entry) -> None:
    require_equal(V1, number, "the entry's number", expected=number, found=entry.number)
    require_equal(V1, number, "the hash of the entry before", expected=board.state.previous, found=entry.previous)
    with failing(V1, number):
        entry.verify_signature(board.meeting.body.server_key)
    with failing(FORM_CHECKS[entry.kind], number):
        body = read_body(entry.kind, entry.body)
    try:
        board.state = board.state.advance(body, entry.entry_hash)
    except BoardError as error:
        raise VerificationError(V1, str(error), entry=number) from error
    except EncodingError as error:
        raise VerificationError(FORM_CHECKS[entry.kind], str(error), entry=number) from error
    _file_body(board, number, entry.entry_hash, body)


def _file_body(board: BoardRecord, number: int, entry_hash: bytes, body: Body) -> None:
    """Sort an entry's body into the record; order is checked already, so nothing is overwritten."""
    match body:
        case MeetingBody():
            board.meeting = Placed(number, entry_hash, body)
        case CeremonyBody():
            board.ceremony = Placed(number, entry_hash, body)
        case ListBody():
            board.lists[body.series, body.slot] = Placed(number, entry_hash, body)
        case Manifest() | PaperElection():
            board.elections[body.election] = ElectionRecord(Placed(number, entry_hash, body))
        case MinutesBody():
            board.minutes = Placed(number, entry_hash, body)
        case DestroyedBody():
            board.destroyed.append(Placed(number, entry_hash, body))
        case FinalBody():
            board.final = Placed(number, entry_hash, body)
        case _:
            _file_election_body(board.elections[body.election], number, entry_hash, body)


def _file_election_body(election: ElectionRecord, number: int, entry_hash: bytes, body: ElectionBody) -> None:
    match body:
        case AnnulledBody():
            election.annulled = Placed(number, entry_hash, body)
        case ClosedBody():
            election.closed = Placed(number, entry_hash, body)
        case PaperCounts():
            election.paper = Placed(number, entry_hash, body)
        case AggregateBody():
            election.aggregate = Placed(number, entry_hash, body)
        case PartialDecryptionBody():
            election.partials[body.trustee] = Placed(number, entry_hash, body)
        case TallyBody():
            election.tally = Placed(number, entry_hash, body)
        case OutcomeBody():
            election.outcome = Placed(number, entry_hash, body)
