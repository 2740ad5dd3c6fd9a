"""Put what two tellers counted on the board, once every number can be true.

Beside phones the entry follows the close and comes before the sum of the ballots: tellers' devices refuse to decrypt
beside a paper channel below the floor, so they must be able to read it first. On paper alone the outcome follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from ballot_server.domain.election import ElectionState, advance
from ballot_server.domain.paper import CountSheet, check_channels, check_floor
from ballot_server.domain.result import ElectionResult
from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import read_ceremony
from ballot_server.services.count_paper import describe_count
from ballot_server.services.counted_elections import read_counted
from ballot_server.services.derive_result import CountedElection, check_decidable, derive_decisions
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.paper_ballots import collect_channels
from ballot_server.services.sealed_election import read_manifest, read_sealed
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import BallotRepository, CredentialRepository, ElectionRepository
from ballot_server.storage.session import Session
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject
from crypto.manifest import CountSignature, Manifest
from crypto.paper import InvalidReason, PaperCounts, PaperElection
from crypto.verify import check_paper_counts, check_paper_only_counts
from crypto.verify.counts import PAPER_SIGNERS


class PaperNotAgreedError(BallotServerError):
    """Two tellers have not both counted, or do not agree; field: election."""


class TooFewPaperSignaturesError(BallotServerError):
    """Fewer tellers signed the paper counts than must; fields: election, signed, needed."""


def draft_paper_counts(session: Session, meeting: str, election: str) -> PaperCounts:
    """Return what two tellers agreed on as it goes on the board, unsigned, after every check.

    Raises: ElectionMissingError, ElectionNotSealedError; IllegalTransitionError unless closed; PaperNotAgreedError; a
    BalanceError that names the side that is off; ChannelBelowFloorError; VerificationError of V6.
    """
    record = ElectionRepository(session).get(meeting, election)
    advance(record.state, ElectionState.TALLIED)
    sheet = describe_count(session, meeting, election).agreed
    if sheet is None:
        raise PaperNotAgreedError(election=record.title_vi)
    sealed = read_sealed(session, meeting, election)
    ballots = BallotRepository(session).count(sealed.election_hash)
    channels = collect_channels(session, record, phones=ballots, paper_ballots=sheet.ballots)
    check_channels(channels)
    paper = _write_counts(sealed, sheet, issued=channels.paper_issued, exchanged=channels.exchanged)
    if isinstance(sealed, PaperElection):
        check_paper_only_counts(paper, sealed.counts, sealed.shape)
        return paper
    check_floor(phones=ballots, paper=sheet.ballots, floor=sealed.floor)
    void = len(CredentialRepository(session).list_void(meeting, record.series, sealed.slot))
    check_paper_counts(paper, sealed.counts, sealed.shape, ballots=ballots, void=void, floor=sealed.floor)
    return paper


def post_paper_counts(
    database: Database, board: Noticeboard, *, meeting: str, election: str, signatures: Sequence[JsonObject]
) -> None:
    """Put the counts of paper beside phones on the board, with the tellers' {trustee, signature}, in any order.

    Raises: what `draft_paper_counts` raises; ElectionOnPaperError; CeremonyMissingError; CeremonyError, EncodingError
    for a wrong signature; TooFewPaperSignaturesError; BoardError if they are posted. Then nothing is posted.
    """
    with database.write() as session:
        manifest = read_manifest(session, meeting, election)
        paper = _sign(session, meeting, draft_paper_counts(session, meeting, election), signatures)
        needed = min(PAPER_SIGNERS, manifest.trustees.count)
        if len(paper.signatures) < needed:
            raise TooFewPaperSignaturesError(election=election, signed=len(paper.signatures), needed=needed)
        board.append(session, EntryKind.PAPER_COUNTS, paper.to_object())


def tally_paper_election(
    database: Database, board: Noticeboard, *, meeting: str, election: str, signatures: Sequence[JsonObject] = ()
) -> ElectionResult:
    """Post the counts and the outcome of an election on paper alone; without a key in the room nobody signs.

    Raises: what `draft_paper_counts` raises; FollowedTestsError if what it follows is not counted; rule errors if the
    numbers do not agree; as `post_paper_counts` for signatures. Then nothing is posted.
    """
    with database.write() as session:
        sealed = read_sealed(session, meeting, election)
        if isinstance(sealed, Manifest):
            raise PaperNotAgreedError(election=sealed.title.vi)
        earlier = read_counted(session, meeting)
        check_decidable(sealed, earlier)
        paper = _sign(session, meeting, draft_paper_counts(session, meeting, election), signatures)
        counted = CountedElection(sealed, paper.counts, paper.ballots, paper)
        result = derive_decisions((*earlier, counted))[-1].to_result(election)
        ElectionRepository(session).change_state(meeting, election, ElectionState.TALLIED)
        board.append(session, EntryKind.PAPER_COUNTS, paper.to_object())
        board.append(
            session,
            EntryKind.OUTCOME,
            {
                "election": election,
                "election_hash": sealed.election_hash.hex(),
                "result": cast(JsonObject, result.to_json()),
            },
        )
    return result


def _sign(session: Session, meeting: str, paper: PaperCounts, signatures: Sequence[JsonObject]) -> PaperCounts:
    """Return counts with the signatures that hold, by trustee. Raises: CeremonyError, EncodingError."""
    if not signatures:
        return paper
    ceremony = read_ceremony(session, meeting)
    found: dict[int, CountSignature] = {}
    for item in signatures:
        trustee = ceremony.verify_paper_signature(paper.to_signed(), item)
        found[trustee] = CountSignature(trustee=trustee, signature=bytes.fromhex(str(item["signature"])))
    return replace(paper, signatures=tuple(found[trustee] for trustee in sorted(found)))


def _write_counts(sealed: Manifest | PaperElection, sheet: CountSheet, *, issued: int, exchanged: int) -> PaperCounts:
    return PaperCounts(
        election=sealed.election,
        election_hash=sealed.election_hash,
        issued=issued,
        exchanged=exchanged,
        ballots=sheet.ballots,
        invalid=sheet.invalid,
        reasons=tuple(InvalidReason(each.reason, each.count) for each in sheet.reasons),
        counts=sheet.counts,
        signatures=(),
    )
