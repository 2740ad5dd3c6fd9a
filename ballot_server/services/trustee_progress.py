"""How far the tellers have come, as the chair's and the projector's pages show it."""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.domain.contest import Wording
from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.post_paper_counts import draft_paper_counts
from ballot_server.services.preview_election import compute_preview
from ballot_server.services.trustee_answers import REFUSED, list_answered
from ballot_server.services.trustee_messages import decode_object, read_result
from ballot_server.services.trustee_proceedings import (
    CEREMONY,
    CEREMONY_ROUNDS,
    DESTROY,
    Occasion,
    OccasionKind,
    Proceeding,
    find_proceeding,
    has_entry,
    name_counts,
    name_paper,
    name_whole,
)
from ballot_server.services.trustee_view import (
    CeremonyStage,
    CeremonyView,
    CountsView,
    DecryptionStage,
    DecryptionView,
    DestructionView,
    PaperView,
    Report,
    RoomView,
    SeatView,
)
from ballot_server.storage.repositories import BallotRepository, ElectionRepository
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.credential import compute_key_fingerprint
from crypto.encoding import JsonObject
from crypto.errors import CeremonyError, CryptoError
from crypto.fields import Fields
from crypto.manifest import Counts
from crypto.verify.counts import PAPER_SIGNERS
from crypto.words import encode_words

CEREMONY_WORDS = 4
KEY_WORDS = 8
_COUNT_KEYS = frozenset({"printed", "handed_out", "brought_back", "lost", "left_over", "present"})
_STAGES = {
    "commitment": CeremonyStage.COMMITMENTS,
    "opening": CeremonyStage.OPENINGS,
    "share": CeremonyStage.WORDS,
    "trial": CeremonyStage.TRIALS,
    "confirmation": CeremonyStage.CONFIRMATIONS,
}


def describe_ceremony(session: Session, meeting: str) -> CeremonyView:
    """Return how far the key ceremony has come."""
    proceeding = find_proceeding(session, meeting, CEREMONY)
    if proceeding is None:
        return CeremonyView(CeremonyStage.NONE)
    seats = tuple(
        SeatView(seat.seat, seat.name, has_joined=seat.device_hash is not None)
        for seat in TrusteeRepository(session).list_seats(meeting)
    )
    attempt, threshold = proceeding.request.attempt, proceeding.terms.threshold
    if has_entry(session, meeting, EntryKind.CEREMONY):
        ceremony = read_ceremony(session, meeting)
        fingerprint = compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
        return CeremonyView(
            CeremonyStage.FINISHED,
            attempt,
            threshold,
            seats,
            words=encode_words(ceremony.ceremony_hash, CEREMONY_WORDS),
            key_words=encode_words(fingerprint, KEY_WORDS),
        )
    stage, awaited = _find_stage(proceeding, seats)
    words, reports = _read_words(proceeding)
    if reports:
        stage, awaited = CeremonyStage.FAILED, ()
    return CeremonyView(stage, attempt, threshold, seats, awaited, words, reports=reports)


def describe_counts(session: Session, meeting: str, election: str) -> CountsView:
    """Return how far the signing of an election's paper counts has come. Raises: ElectionMissingError."""
    record = ElectionRepository(session).get(meeting, election)
    proceeding = find_proceeding(session, meeting, name_counts(election))
    title = Wording(vi=record.title_vi, en=record.title_en)
    if proceeding is None:
        return CountsView(election, title, 0, None, is_current=False, signed=(), awaited=(), needed=0, reports=())
    counts = read_counts(proceeding.subject)
    return CountsView(
        election,
        title,
        attempt=proceeding.request.attempt,
        counts=counts,
        is_current=_is_current(session, meeting, election, counts),
        signed=proceeding.list_senders("signature"),
        awaited=proceeding.find_awaited("signature"),
        needed=proceeding.terms.threshold,
        reports=proceeding.list_reports(),
    )


def describe_paper(session: Session, meeting: str, election: str) -> PaperView:
    """Return how far the signing of what was counted on paper has come. Raises: ElectionMissingError."""
    record = ElectionRepository(session).get(meeting, election)
    title = Wording(vi=record.title_vi, en=record.title_en)
    proceeding = find_proceeding(session, meeting, name_paper(election))
    if proceeding is None:
        return PaperView(election, title, 0, is_current=False, signed=(), awaited=(), needed=0, reports=())
    return PaperView(
        election,
        title,
        attempt=proceeding.request.attempt,
        is_current=_is_paper_current(session, meeting, election, decode_object(proceeding.subject, "paper")),
        signed=proceeding.list_senders("signature"),
        awaited=proceeding.find_awaited("signature"),
        needed=min(PAPER_SIGNERS, proceeding.terms.count),
        reports=proceeding.list_reports(),
    )


def describe_decryption(session: Session, meeting: str, election: str) -> DecryptionView:
    """Return how far the decryption of an election's sum has come. Raises: ElectionMissingError."""
    record = ElectionRepository(session).get(meeting, election)
    ballots = 0 if record.election_hash is None else BallotRepository(session).count(record.election_hash)
    proceeding = find_proceeding(session, meeting, name_whole(election))
    answered = list_answered(session, meeting, election)
    stage, awaited = _find_decryption_stage(proceeding, answered)
    present = None if proceeding is None else proceeding.find_present()
    indexes = () if proceeding is None else tuple(proceeding.terms.indexes)
    refused = list_answered(session, meeting, election, REFUSED)
    return DecryptionView(
        election,
        Wording(vi=record.title_vi, en=record.title_en),
        ballots=ballots,
        stage=stage,
        attempt=0 if proceeding is None else proceeding.request.attempt,
        awaited=awaited,
        missing=() if present is None else tuple(index for index in indexes if index not in present),
        answered=answered,
        refused=tuple(index for index in refused if index not in answered),
        needed=0 if proceeding is None or not ballots else proceeding.terms.threshold,
        reports=() if proceeding is None else proceeding.list_reports(),
    )


def describe_destruction(session: Session, meeting: str) -> DestructionView:
    """Return whose share is destroyed."""
    proceeding = find_proceeding(session, meeting, DESTROY)
    if proceeding is None:
        return DestructionView(is_asked=False, destroyed=(), awaited=())
    return DestructionView(
        is_asked=True,
        destroyed=proceeding.list_senders("statement"),
        awaited=proceeding.find_awaited("statement"),
    )


def describe_all(session: Session, meeting: str) -> RoomView:
    """Return all of the tellers' work."""
    requests = TrusteeRepository(session).list_requests(meeting)
    occasions = [Occasion.parse(request.occasion) for request in requests]

    def about(kind: OccasionKind) -> list[str]:
        return [occasion.election for occasion in occasions if occasion.kind is kind]

    return RoomView(
        ceremony=describe_ceremony(session, meeting),
        counts=tuple(describe_counts(session, meeting, election) for election in about(OccasionKind.COUNTS)),
        papers=tuple(describe_paper(session, meeting, election) for election in about(OccasionKind.PAPER)),
        decryptions=tuple(describe_decryption(session, meeting, election) for election in about(OccasionKind.WHOLE)),
        destruction=describe_destruction(session, meeting),
    )


def read_counts(subject: JsonObject) -> Counts:
    """Return the six counts of a counts request. Raises: EncodingError."""
    fields = Fields(decode_object(subject, "counts"), "counts", _COUNT_KEYS)
    return Counts(**{name: fields.integer(name) for name in _COUNT_KEYS})


def _find_stage(proceeding: Proceeding, seats: Sequence[SeatView]) -> tuple[CeremonyStage, tuple[int, ...]]:
    absent = tuple(seat.index for seat in seats if not seat.has_joined)
    if absent:
        return CeremonyStage.JOINING, absent
    for name in CEREMONY_ROUNDS:
        awaited = proceeding.find_awaited(name)
        if awaited:
            return _STAGES[name], awaited
    return CeremonyStage.CONFIRMATIONS, ()


def _read_words(proceeding: Proceeding) -> tuple[tuple[str, ...], tuple[Report, ...]]:
    """Return the four words as soon as they exist, and what is wrong; what the server finds itself has reporter 0."""
    reports = proceeding.list_reports()
    if not proceeding.is_complete("opening"):
        return (), reports
    try:
        return encode_words(read_result(proceeding).ceremony_hash, CEREMONY_WORDS), reports
    except CeremonyError as error:
        return (), (Report(0, error.trustee, error.problem), *reports)


def _is_current(session: Session, meeting: str, election: str, counts: Counts) -> bool:
    if ElectionRepository(session).get(meeting, election).state is not ElectionState.READY:
        return False
    try:
        return compute_preview(session, meeting, election).counts == counts
    except BallotServerError:
        return False


def _is_paper_current(session: Session, meeting: str, election: str, paper: JsonObject) -> bool:
    try:
        return draft_paper_counts(session, meeting, election).to_signed() == paper
    except (BallotServerError, CryptoError):
        return False


def _find_decryption_stage(
    proceeding: Proceeding | None, answered: Sequence[int]
) -> tuple[DecryptionStage, tuple[int, ...]]:
    if proceeding is None:
        return DecryptionStage.NOT_ASKED, ()
    present = proceeding.find_present()
    if present is None:
        committed = proceeding.list_senders("commitment")
        return DecryptionStage.REVIEWS, tuple(i for i in proceeding.terms.indexes if i not in committed)
    awaited = proceeding.find_awaited("reveal")
    if awaited:
        return DecryptionStage.REVEALS, awaited
    silent = tuple(index for index in present if index not in answered)
    return (DecryptionStage.ANSWERS, silent) if silent else (DecryptionStage.COMPLETE, ())
