"""A tally: summing the ballots, one trustee's answer, combining the answers, and the counts out of the logarithms."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from secrets import token_bytes
from time import process_time

from ballot_server.services.board_view import read_ceremony
from ballot_server.services.voter_view import read_board
from bench.ballots import OPTIONS, create_credential, mark_contests
from bench.meetings import plan_contests
from bench.reference import measure_against_floor, time_once
from bench.table import Row, Section, compare_with_floor, format_seconds
from crypto.aggregate import Aggregate, aggregate_stored_ballots
from crypto.ballot import ContestShape, ElectionContext, encrypt_ballot
from crypto.decryption import PartialDecryption, partially_decrypt
from crypto.tally import Tally, compute_tally
from crypto.verify import review_closed_board
from tests.support.archives import KeyHolders, hold_key
from tests.support.evenings import AGREE, MEETING, make_roll, prepare_evening

CONTESTS = 10
REAL_BALLOTS = 10
MEETING_BALLOTS = 100
ROUNDS = {100: 3, 1000: 1, 10_000: 1}
LARGE_CONTESTS = 30
LARGE_BALLOTS = 1000


def measure_tallies() -> Section:
    """Measure the tally of 100, 1,000 and 10,000 ballots, and what a server does for 1,000 of 30 contests."""
    holders = hold_key()
    context, real = _make_ballots(holders, CONTESTS)
    rows = [row for count in ROUNDS for row in _measure_tally(holders, context, list(islice(cycle(real), count)))]
    rows.append(_measure_server(holders, *_make_ballots(holders, LARGE_CONTESTS)))
    note = (
        f"{CONTESTS} contests of {OPTIONS} options, trustees 2 of 3, all three answering. {REAL_BALLOTS} real ballots,"
        " repeated: which ballot is summed makes no difference to the time."
        f" The last row is a stored meeting of {MEETING_BALLOTS} different ballots, without the trustees' devices."
    )
    return Section("A tally in Python", [*rows, _measure_meeting()], note)


def _measure_tally(holders: KeyHolders, context: ElectionContext, received: Sequence[bytes]) -> list[Row]:
    rounds = ROUNDS[len(received)]
    aggregate = aggregate_stored_ballots(received, context.shape)
    partials = [_decrypt(holders, context, aggregate, index) for index in holders.ceremony.terms.indexes]

    def combine() -> Tally:
        return compute_tally(holders.ceremony, context.election_hash, aggregate, partials)

    actions = {
        "sum the ballots": lambda: aggregate_stored_ballots(received, context.shape),
        "one partial decryption": lambda: _decrypt(holders, context, aggregate, 1),
        "combine three, find the counts": combine,
    }
    return [
        compare_with_floor(f"{len(received):,} ballots: {what}", measure_against_floor(action, rounds))
        for what, action in actions.items()
    ]


def _make_ballots(holders: KeyHolders, contests: int) -> tuple[ElectionContext, Sequence[bytes]]:
    context = ElectionContext(token_bytes(32), holders.ceremony.key, (ContestShape(OPTIONS, 1),) * contests)
    marks = mark_contests(contests)
    sealed = (encrypt_ballot(context, create_credential(), marks, token_bytes) for _ in range(REAL_BALLOTS))
    return context, [ballot.data for ballot in sealed]


def _measure_server(holders: KeyHolders, context: ElectionContext, real: Sequence[bytes]) -> Row:
    """Return the server's whole part of a large tally: sum the stored ballots, check the answers, combine them."""
    received = list(islice(cycle(real), LARGE_BALLOTS))
    summed = aggregate_stored_ballots(received, context.shape)
    partials = [_decrypt(holders, context, summed, index) for index in holders.ceremony.terms.indexes]

    def count() -> Tally:
        aggregate = aggregate_stored_ballots(received, context.shape)
        return compute_tally(holders.ceremony, context.election_hash, aggregate, partials)

    what = f"{LARGE_BALLOTS:,} ballots × {LARGE_CONTESTS} contests: server: sum, check, combine"
    return compare_with_floor(what, measure_against_floor(count, 1))


def _decrypt(holders: KeyHolders, context: ElectionContext, aggregate: Aggregate, index: int) -> PartialDecryption:
    return partially_decrypt(
        holders.ceremony,
        "s1",
        context.election_hash,
        aggregate,
        trustee=index,
        share=holders.holdings[index - 1].share,
        random_bytes=token_bytes,
    )


def _measure_meeting() -> Row:
    """Return how long the service takes from closed to tallied, against the same arithmetic without a database."""
    asked: list[float] = []
    answers: list[PartialDecryption] = []
    with (
        tempfile.TemporaryDirectory(prefix="phieukin-") as folder,
        prepare_evening(Path(folder), [plan_contests(CONTESTS)], make_roll(MEETING_BALLOTS)) as evening,
    ):
        manifest = evening.open("s1")
        sealed = [evening.seal("s1", voter, AGREE).data for voter in range(MEETING_BALLOTS)]
        for data in sealed:
            evening.send("s1", data)
        evening.close("s1")

        def decrypt(election: str) -> Sequence[PartialDecryption]:
            start = process_time()
            archive = read_board(evening.database, MEETING)
            reviewed = review_closed_board(archive, election)
            answers.extend(evening.tellers.decrypt(archive, election, lambda _archive, _election: reviewed))
            asked.append(process_time() - start)
            return answers

        whole = time_once(lambda: evening.tally("s1", decrypt)) - sum(asked)
        with evening.database.read() as session:
            ceremony = read_ceremony(session, MEETING)
    arithmetic = time_once(
        lambda: compute_tally(
            ceremony,
            manifest.election_hash,
            aggregate_stored_ballots(sealed, manifest.shape),
            answers,
        )
    )
    what = f"{MEETING_BALLOTS:,} ballots: `tally_election` with its database"
    return Row(what, format_seconds(whole), whole / arithmetic, f"{format_seconds(arithmetic)} without database")
