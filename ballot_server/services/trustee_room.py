"""The chair's side of the tellers' work, over the network: what the chair's and the projector's pages call.

`board` is the meeting's `Noticeboard`. All errors are `BallotServerError` or `CryptoError`, with translated sentences.
In order of an evening: begin_ceremony (restart_ceremony, reissue_code), ceremony_state; for each election ask_counts,
counts_state, open_when_signed, then after its close (with paper beside phones: ask_paper, paper_state,
post_paper_when_signed) ask_decryption, decryption_state, tally_when_decrypted; after the
minutes ask_destruction, destruction_state, end_when_destroyed. describe_room is all states at once.

The devices' side is `trustee_relay`. Nothing here needs the tellers' devices to answer at once: every function
returns immediately, and a page asks again for the state.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ballot_server.domain.election import ElectionState, advance
from ballot_server.errors import BallotServerError
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.open_election import CountsChangedError, open_election
from ballot_server.services.paper_ballots import check_paper_counted
from ballot_server.services.post_paper_counts import draft_paper_counts, post_paper_counts
from ballot_server.services.preview_election import compute_preview
from ballot_server.services.sealed_election import read_manifest
from ballot_server.services.tally_election import TalliedElection, tally_election
from ballot_server.services.trustee_answers import collect_partials
from ballot_server.services.trustee_proceedings import (
    CEREMONY,
    DESTROY,
    Occasion,
    find_proceeding,
    get_proceeding,
    has_entry,
    name_counts,
    name_paper,
    name_whole,
    read_meeting,
    read_terms,
)
from ballot_server.services.trustee_progress import (
    describe_all,
    describe_ceremony,
    describe_counts,
    describe_decryption,
    describe_destruction,
    describe_paper,
    read_counts,
)
from ballot_server.services.trustee_seats import assign_seats, renew_code
from ballot_server.services.trustee_view import (
    CeremonyView,
    CountsView,
    DecryptionView,
    DestructionView,
    PaperView,
    RoomView,
    SeatCode,
)
from ballot_server.services.write_minutes import end_board
from ballot_server.storage.engine import Database
from ballot_server.storage.records import ElectionRecord
from ballot_server.storage.repositories import BallotRepository, ElectionRepository
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.ceremony import CEREMONY_ID_BYTES, MOST_TRUSTEES
from crypto.decryption import PartialDecryption
from crypto.encoding import JsonObject, decode_canonical_object, encode_canonical
from crypto.errors import CeremonyError
from crypto.group import RandomBytes
from crypto.manifest import Manifest
from crypto.threshold import check_threshold
from crypto.verify import check_counts


class CeremonyHeldError(BallotServerError):
    """The meeting's key is on the board already; field: meeting."""


class ThresholdError(BallotServerError):
    """So many of so many tellers may not hold a key; fields: threshold, count."""


class CeremonyUnfinishedError(BallotServerError):
    """The tellers have not made the key yet, so they can be asked for nothing; field: meeting."""


class BelowFloorError(BallotServerError):
    """Too few ballots to be decrypted without showing how somebody voted; fields: election, ballots, floor."""


class CountsNotAskedError(BallotServerError):
    """Nobody was asked to sign the paper counts of an election; field: election."""


class PaperNotAskedError(BallotServerError):
    """Nobody was asked to sign what was counted on paper; field: election."""


class PaperChangedError(BallotServerError):
    """What was counted on paper is no longer what the tellers' devices signed; field: election."""


class AnswersMissingError(BallotServerError):
    """Too few tellers have answered for a tally; fields: election, answered, needed."""


class MinutesMissingError(BallotServerError):
    """Shares may be destroyed only after the minutes; field: meeting."""


class StatementsMissingError(BallotServerError):
    """The tellers whose shares are not destroyed are others than those named; field: seats."""


def begin_ceremony(
    database: Database, *, meeting: str, names: Sequence[str], threshold: int, random_bytes: RandomBytes
) -> tuple[SeatCode, ...]:
    """Seat the tellers and return their join codes, which are shown once; earlier seats and codes are void.

    Raises: MeetingUnknownError or OccasionUnknownError; CeremonyHeldError; SeatNamesError; ThresholdError.
    """
    with database.write() as session:
        _check_no_key(session, meeting)
        opened = read_meeting(session, meeting)
        try:
            check_threshold(len(names), threshold, rehearsal=opened.rehearsal)
        except CeremonyError:
            raise ThresholdError(threshold=threshold, count=len(names)) from None
        if len(names) > MOST_TRUSTEES:
            raise ThresholdError(threshold=threshold, count=len(names))
        codes = assign_seats(session, meeting, names, random_bytes)
        _request_ceremony(session, meeting, count=len(names), threshold=threshold, random_bytes=random_bytes)
    return codes


def restart_ceremony(database: Database, *, meeting: str, random_bytes: RandomBytes) -> None:
    """Begin the ceremony again with the same seats and codes; devices follow by themselves.

    Raises: CeremonyNotBegunError, CeremonyHeldError.
    """
    with database.write() as session:
        _restart(session, meeting, random_bytes)


def reissue_code(database: Database, *, meeting: str, index: int, random_bytes: RandomBytes) -> SeatCode:
    """Return a new code for a seat whose device was lost before the key was made; the ceremony begins again.

    Raises: CeremonyNotBegunError, CeremonyHeldError, SeatMissingError.
    """
    with database.write() as session:
        _restart(session, meeting, random_bytes)
        return renew_code(session, meeting, index, random_bytes)


def ceremony_state(database: Database, *, meeting: str) -> CeremonyView:
    """Return how far the ceremony has come."""
    with database.read() as session:
        return describe_ceremony(session, meeting)


def ask_counts(database: Database, *, meeting: str, election: str) -> CountsView:
    """Ask the tellers to sign the six paper counts of a ready election, as they are now.

    Asked again with the same counts, nothing changes: signatures stay. With others, all must sign anew.
    Raises: CeremonyUnfinishedError; IllegalTransitionError unless ready; what `preview_election` raises;
    VerificationError of V6 if the counts contradict each other.
    """
    with database.write() as session:
        _check_key(session, meeting)
        record = ElectionRepository(session).get(meeting, election)
        advance(record.state, ElectionState.OPEN)
        counts = compute_preview(session, meeting, election).counts
        check_counts(counts)
        slot = record.position if record.slot is None else record.slot
        subject: JsonObject = {
            "election": election,
            "slot": slot,
            "counts": counts.to_object(),
            "title": _title(record),
        }
        _request_once(session, meeting, name_counts(election), subject)
        return describe_counts(session, meeting, election)


def counts_state(database: Database, *, meeting: str, election: str) -> CountsView:
    """Return how far the signing of an election's paper counts has come. Raises: ElectionMissingError."""
    with database.read() as session:
        return describe_counts(session, meeting, election)


def open_when_signed(database: Database, board: Noticeboard, *, meeting: str, election: str) -> Manifest:
    """Open an election with the signatures that are in.

    Raises: CountsNotAskedError; TooFewCountSignaturesError; CountsChangedError if others were signed; what
    `open_election` raises.
    """

    def sign(_election: str, _slot: int, counts: JsonObject) -> Sequence[JsonObject]:
        with database.read() as session:
            proceeding = find_proceeding(session, meeting, name_counts(election))
        if proceeding is None:
            raise CountsNotAskedError(election=election)
        if read_counts(proceeding.subject).to_object() != counts:
            raise CountsChangedError(election=election)
        return [decode_canonical_object(body) for body in proceeding.list_bodies("signature")]

    return open_election(database, board, meeting=meeting, election=election, sign_counts=sign)


def ask_paper(database: Database, *, meeting: str, election: str) -> PaperView:
    """Ask the tellers' devices to sign what two tellers counted of an election's paper ballots, as it is now.

    Asked again with the same numbers, nothing changes: signatures stay. With others, all must sign anew.
    Raises: CeremonyUnfinishedError; what `draft_paper_counts` raises.
    """
    with database.write() as session:
        _check_key(session, meeting)
        # Devices name the options by the manifest whose hash they sign, not by what the server calls them.
        subject: JsonObject = {
            "paper": draft_paper_counts(session, meeting, election).to_signed(),
            "manifest": read_manifest(session, meeting, election).to_object(),
        }
        _request_once(session, meeting, name_paper(election), subject)
        return describe_paper(session, meeting, election)


def paper_state(database: Database, *, meeting: str, election: str) -> PaperView:
    """Return how far the signing of what was counted on paper has come. Raises: ElectionMissingError."""
    with database.read() as session:
        return describe_paper(session, meeting, election)


def post_paper_when_signed(database: Database, board: Noticeboard, *, meeting: str, election: str) -> None:
    """Put what was counted on paper on the board with the signatures that are in.

    Raises: PaperNotAskedError; PaperChangedError if other numbers were signed; what `post_paper_counts` raises.
    """
    with database.read() as session:
        proceeding = find_proceeding(session, meeting, name_paper(election))
        if proceeding is None:
            raise PaperNotAskedError(election=election)
        if not describe_paper(session, meeting, election).is_current:
            raise PaperChangedError(election=election)
        signatures = [decode_canonical_object(body) for body in proceeding.list_bodies("signature")]
    post_paper_counts(database, board, meeting=meeting, election=election, signatures=signatures)


def ask_decryption(database: Database, *, meeting: str, election: str) -> DecryptionView:
    """Ask the tellers to review and decrypt a closed election; again: begin the exchange of words afresh.

    With no ballots nobody is asked: go on to `tally_when_decrypted`.
    Raises: CeremonyUnfinishedError; IllegalTransitionError unless closed; PaperCountsMissingError; BelowFloorError.
    """
    with database.write() as session:
        _check_key(session, meeting)
        record = ElectionRepository(session).get(meeting, election)
        advance(record.state, ElectionState.TALLIED)
        check_paper_counted(session, meeting, election)
        manifest = read_manifest(session, meeting, election)
        ballots = BallotRepository(session).count(manifest.election_hash)
        if 0 < ballots < manifest.floor:
            raise BelowFloorError(election=election, ballots=ballots, floor=manifest.floor)
        if ballots:
            subject: JsonObject = {"election": election, "ballots": ballots, "title": _title(record)}
            TrusteeRepository(session).add_request(meeting, name_whole(election).name, encode_canonical(subject))
        return describe_decryption(session, meeting, election)


def decryption_state(database: Database, *, meeting: str, election: str) -> DecryptionView:
    """Return how far the decryption of an election's sum has come. Raises: ElectionMissingError."""
    with database.read() as session:
        return describe_decryption(session, meeting, election)


def tally_when_decrypted(database: Database, board: Noticeboard, *, meeting: str, election: str) -> TalliedElection:
    """Count an election with the answers that are in; any t valid ones do.

    Raises: AnswersMissingError, before anything is posted; what `tally_election` raises.
    """
    with database.read() as session:
        view = describe_decryption(session, meeting, election)
    if not view.can_tally:
        raise AnswersMissingError(election=election, answered=len(view.answered), needed=view.needed)

    def decrypt(election_id: str) -> Sequence[PartialDecryption]:
        return collect_partials(database, meeting=meeting, election=election_id)

    return tally_election(database, board, meeting=meeting, election=election, decrypt=decrypt)


def ask_destruction(database: Database, *, meeting: str) -> DestructionView:
    """Ask the tellers to destroy their shares. Raises: CeremonyUnfinishedError, MinutesMissingError."""
    with database.write() as session:
        _check_key(session, meeting)
        if not has_entry(session, meeting, EntryKind.MINUTES):
            raise MinutesMissingError(meeting=meeting)
        _request_once(session, meeting, DESTROY, {})
        return describe_destruction(session, meeting)


def destruction_state(database: Database, *, meeting: str) -> DestructionView:
    """Return whose share is destroyed."""
    with database.read() as session:
        return describe_destruction(session, meeting)


def end_when_destroyed(database: Database, board: Noticeboard, *, meeting: str, without: Collection[int] = ()) -> bytes:
    """End the board with the tellers' statements that their shares are gone; return the archive.

    without: exactly the seats whose statement is missing, for devices that were lost.
    Raises: OccasionUnknownError if nobody was asked; StatementsMissingError; what `end_board` raises.
    """
    with database.read() as session:
        proceeding = get_proceeding(session, meeting, DESTROY)
        missing = proceeding.find_awaited("statement")
    if set(missing) != set(without):
        raise StatementsMissingError(seats=", ".join(map(str, missing)) or "–")
    statements = [decode_canonical_object(body) for body in proceeding.list_bodies("statement")]
    return end_board(database, board, meeting=meeting, destroyed=statements)


def describe_room(database: Database, *, meeting: str) -> RoomView:
    """Return all of the tellers' work in a meeting, for a page that asks every few seconds."""
    with database.read() as session:
        return describe_all(session, meeting)


def _check_no_key(session: Session, meeting: str) -> None:
    if has_entry(session, meeting, EntryKind.CEREMONY):
        raise CeremonyHeldError(meeting=meeting)


def _check_key(session: Session, meeting: str) -> None:
    if not has_entry(session, meeting, EntryKind.CEREMONY):
        raise CeremonyUnfinishedError(meeting=meeting)


def _restart(session: Session, meeting: str, random_bytes: RandomBytes) -> None:
    _check_no_key(session, meeting)
    terms = read_terms(session, meeting)
    _request_ceremony(session, meeting, count=terms.count, threshold=terms.threshold, random_bytes=random_bytes)


def _request_ceremony(session: Session, meeting: str, *, count: int, threshold: int, random_bytes: RandomBytes) -> None:
    ceremony = random_bytes(CEREMONY_ID_BYTES)
    subject: JsonObject = {"ceremony": ceremony.hex(), "count": count, "threshold": threshold}
    TrusteeRepository(session).add_request(meeting, CEREMONY.name, encode_canonical(subject))


def _request_once(session: Session, meeting: str, occasion: Occasion, subject: JsonObject) -> None:
    """Ask, unless exactly this was asked last."""
    data = encode_canonical(subject)
    last = TrusteeRepository(session).find_request(meeting, occasion.name)
    if last is None or last.subject != data:
        TrusteeRepository(session).add_request(meeting, occasion.name, data)


def _title(record: ElectionRecord) -> JsonObject:
    return {"vi": record.title_vi, "en": record.title_en}
