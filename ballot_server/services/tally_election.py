"""Count a closed election: post the sum, collect partial decryptions of it, combine, and decide by the sealed rules.

Only the sum of all ballots is ever decrypted. The outcome is drawn by the same function that every verifier calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from ballot_server.domain.election import ElectionState, advance
from ballot_server.domain.result import ElectionResult
from ballot_server.services.board_view import list_entries, read_ceremony
from ballot_server.services.counted_elections import add_paper, find_paper_counts, list_closed_ballots, read_counted
from ballot_server.services.derive_result import check_decidable, derive_decisions
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.paper_ballots import check_paper_counted
from ballot_server.services.sealed_election import read_manifest
from ballot_server.storage.engine import Database
from ballot_server.storage.repositories import ElectionRepository
from crypto.aggregate import Aggregate, aggregate_stored_ballots, encode_aggregate, hash_aggregate
from crypto.bodies import EntryKind, TallyBody
from crypto.decryption import PartialDecryption
from crypto.encoding import JsonObject, encode_base64
from crypto.manifest import Manifest
from crypto.tally import Tally, compute_tally

Decrypter = Callable[[str], Sequence[PartialDecryption]]
"""From an election id: what the trustees' devices answer once they have reviewed the board themselves."""


@dataclass(frozen=True)
class TalliedElection:
    """What an election came to, and the trustees whose partial decryption was wrong and left out, ascending."""

    result: ElectionResult
    rejected: tuple[int, ...]


def post_aggregate(database: Database, board: Noticeboard, *, meeting: str, election: str) -> Aggregate:
    """Post the sum of a closed election's ballots and return it; with no ballots nothing is posted.

    A sum that stands on the board is not posted again, so that a count that failed can be repeated.
    Raises: ElectionMissingError, ElectionNotSealedError, IllegalTransitionError unless the election is closed.
    """
    with database.read() as session:
        manifest = read_manifest(session, meeting, election)
        advance(ElectionRepository(session).get(meeting, election).state, ElectionState.TALLIED)
        ballots = list_closed_ballots(session, meeting, manifest)
    aggregate = aggregate_stored_ballots(ballots, manifest.shape)
    if aggregate.ballots:
        body: JsonObject = {
            "election": election,
            "election_hash": manifest.election_hash.hex(),
            "ballots": aggregate.ballots,
            "ciphertexts": encode_base64(encode_aggregate(aggregate)),
            "aggregate_hash": hash_aggregate(manifest.election_hash, aggregate).hex(),
        }
        with database.write() as session:
            if all(entry.body != body for entry in list_entries(session, meeting, EntryKind.AGGREGATE)):
                board.append(session, EntryKind.AGGREGATE, body)
    return aggregate


def tally_election(
    database: Database, board: Noticeboard, *, meeting: str, election: str, decrypt: Decrypter
) -> TalliedElection:
    """Count a closed election and post partial decryptions, tally and outcome in one transaction.

    decrypt is not asked where there is no ballot. After an error the count may be repeated.

    Raises: ElectionMissingError, ElectionNotSealedError, IllegalTransitionError; FollowedTestsError if what it follows
    is not counted; PaperCountsMissingError if paper was handed out and is not counted; then nothing is posted.
    NotEnoughSharesError, TallyError; what `decrypt` raises; CountsMismatchError and other rule errors if the numbers do
    not agree; then nothing is posted but the aggregate.
    """
    with database.read() as session:
        manifest = read_manifest(session, meeting, election)
        advance(ElectionRepository(session).get(meeting, election).state, ElectionState.TALLIED)
        check_decidable(manifest, read_counted(session, meeting))
        check_paper_counted(session, meeting, election)
    aggregate = post_aggregate(database, board, meeting=meeting, election=election)
    partials = _take_one_each(decrypt(election)) if aggregate.ballots else ()
    with database.read() as session:
        tally = compute_tally(read_ceremony(session, meeting), manifest.election_hash, aggregate, partials)
        earlier = read_counted(session, meeting)
        paper = find_paper_counts(session, meeting, election)
    counted = add_paper(manifest, tally.counts, aggregate.ballots, paper)
    result = derive_decisions((*earlier, counted))[-1].to_result(election)
    with database.write() as session:
        ElectionRepository(session).change_state(meeting, election, ElectionState.TALLIED)
        for partial in partials:
            if partial.trustee not in tally.rejected:
                board.append(session, EntryKind.PARTIAL_DECRYPTION, partial.to_body())
        board.append(session, EntryKind.TALLY, _describe_tally(manifest, aggregate, tally))
        board.append(
            session,
            EntryKind.OUTCOME,
            {
                "election": election,
                "election_hash": manifest.election_hash.hex(),
                "result": cast(JsonObject, result.to_json()),
            },
        )
    return TalliedElection(result=result, rejected=tally.rejected)


def publish_election(database: Database, *, meeting: str, election: str) -> None:
    """Let everybody see the outcome of a tallied election. Raises: ElectionMissingError, IllegalTransitionError."""
    with database.write() as session:
        ElectionRepository(session).change_state(meeting, election, ElectionState.PUBLISHED)


def _take_one_each(partials: Iterable[PartialDecryption]) -> tuple[PartialDecryption, ...]:
    """Return the first answer of each trustee: the board has room for one."""
    first: dict[int, PartialDecryption] = {}
    for partial in partials:
        first.setdefault(partial.trustee, partial)
    return tuple(first.values())


def _describe_tally(manifest: Manifest, aggregate: Aggregate, tally: Tally) -> JsonObject:
    return TallyBody(
        election=manifest.election,
        aggregate_hash=hash_aggregate(manifest.election_hash, aggregate),
        trustees=tally.trustees,
        counts=tally.counts,
    ).to_object()
