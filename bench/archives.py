"""The verification of a whole archive, as a stranger does it with one process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from ballot_server.i18n import Language
from ballot_server.rehearsal.casting import start_workers
from ballot_server.rehearsal.plans import load_scenario
from ballot_server.rehearsal.run import Rehearsed, rehearse
from ballot_server.services.verify_results import verify_results
from bench.meetings import write_meeting
from bench.reference import measure_against_floor, time_once
from bench.table import Row, Section, compare_with_floor, format_seconds
from crypto.board import format_head
from crypto.verify import verify_archive
from crypto.verify.ballots import BallotResult

VOTERS, CONTESTS = 60, 5
ROUNDS = 3


def measure_archive() -> Section:
    """Measure the verification of a rehearsed meeting."""
    rehearsed = _rehearse()
    head = format_head(rehearsed.head)

    def verify() -> None:
        verify_results(verify_archive(rehearsed.archive, head=head))

    proofs = _ProofClock()
    whole = time_once(lambda: verify_results(verify_archive(rehearsed.archive, head=head, map_ballots=proofs.map)))
    rows = [
        compare_with_floor("verify the archive, V1 to V11", measure_against_floor(verify, ROUNDS)),
        Row(
            "of this, signatures and proofs of the ballots",
            format_seconds(proofs.seconds),
            proofs.seconds / whole,
            f"{format_seconds(whole)}, the verification that they are part of",
        ),
    ]
    note = (
        f"A rehearsal of {VOTERS} ballots × {CONTESTS} contests of 3 options: {len(rehearsed.archive):,} bytes,"
        f" {rehearsed.report.proofs:,} proofs, {rehearsed.report.signatures:,} signatures. One process."
    )
    return Section("An archive", rows, note)


@dataclass
class _ProofClock:
    """A map over ballots that adds up the time of the mapped function alone."""

    seconds: float = 0.0

    def map(self, function: Callable[[bytes], BallotResult], ballots: Iterable[bytes], /) -> Iterator[BallotResult]:
        for ballot in ballots:
            start = process_time()
            result = function(ballot)
            self.seconds += process_time() - start
            yield result


def _rehearse() -> Rehearsed:
    with tempfile.TemporaryDirectory(prefix="phieukin-") as folder, start_workers(VOTERS * CONTESTS, 2) as workers:
        scenario = load_scenario(write_meeting(Path(folder) / "scenario", voters=VOTERS, contests=CONTESTS))
        return rehearse(
            scenario,
            data_folder=Path(folder) / "data",
            workers=workers,
            language=Language.VIETNAMESE,
            on_progress=lambda _stage, _done, _total: None,
        )
