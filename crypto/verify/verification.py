"""The verification of a whole archive, and of a closed board by a trustee's device: one path for both.

Checks run in the order V1, V3, V4, V2, V5 … V9, V12: what manifests refer to comes before them. The first that fails
ends the run, and nothing else is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crypto.board import Entry
from crypto.ceremony import Ceremony
from crypto.closed import ClosedElection
from crypto.errors import VerificationError
from crypto.manifest import Manifest
from crypto.verify.ballots import MapBallots, check_ballots, check_tested
from crypto.verify.chain import check_end, check_head, decode_lines, read_board, summarise_chain
from crypto.verify.confirmations import check_confirmations
from crypto.verify.counts import check_paper
from crypto.verify.faults import V1, V2, V3, V4, V5, V6, V7, V8, V9, V12, require_equal
from crypto.verify.keys import check_ceremony, require_ceremony
from crypto.verify.lists import CredentialLists, check_lists
from crypto.verify.manifests import check_manifests
from crypto.verify.model import (
    BoardRecord,
    CheckResult,
    ElectionRecord,
    ElectionReport,
    Findings,
    Progress,
    Report,
    VerifiedBallots,
    ignore_progress,
)
from crypto.verify.tallies import check_aggregates, check_tallies

CHECKS = (V1, V2, V3, V4, V5, V6, V7, V8, V9, V12)


def verify_archive(
    data: bytes,
    *,
    head: str | None = None,
    confirmations: Sequence[bytes] = (),
    map_ballots: MapBallots = map,
    on_progress: Progress = ignore_progress,
) -> Report:
    """Verify an untrusted archive by V1 to V9 and V12, and report what was checked.

    head: as the signed minutes print it; without it the archive is consistent, but may be another one than theirs;
    confirmations: each as its voter kept it.

    Raises: VerificationError, and nothing else, at the first failure; damage in an annulled election is reported.
    Spec: "Verification".
    """
    board = read_board(decode_lines(data), on_progress)
    check_end(board)
    if head is not None:
        check_head(board, head)
    elections = tuple(board.elections.values())
    base = _check_base(board)
    findings: Findings = {}
    found = _check_elections(board, base, elections, map_ballots, on_progress, findings)
    results = (
        *base.results,
        *found.results,
        check_tallies(elections, found.ballots, base.ceremony, findings),
        check_confirmations(board, confirmations),
    )
    _check_completeness(board, elections, results, confirmations=len(confirmations))
    totals = board.state.totals
    return Report(
        checks=_list_checks(results, asked=bool(confirmations)),
        entries=totals.entries,
        ballots=totals.ballots,
        proofs=totals.proofs,
        signatures=totals.signatures,
        head=board.state.head,
        head_compared=head is not None,
        meeting=board.meeting.body,
        elections=tuple(_report_election(election, board) for election in elections),
        findings=findings,
        minutes=board.minutes,
    )


def review_closed_board(
    source: bytes | Iterable[Entry],
    election: str,
    *,
    map_ballots: MapBallots = map,
    on_progress: Progress = ignore_progress,
) -> ClosedElection:
    """Verify a board up to a closed election, as a trustee's device must before it decrypts.

    V1 without `final` and head, and V2 to V4, over the whole board; V5 to V8 for the one election. The aggregate
    is recomputed from the ballots whether the board has an aggregate entry yet or not.

    source: an untrusted archive without its end, or untrusted entries.

    Raises: VerificationError, and nothing else, at the first failure or if the election is not closed.
    Spec: "Verification".
    """
    entries = decode_lines(source) if isinstance(source, bytes) else source
    board = read_board(entries, on_progress)
    record = board.elections.get(election)
    if record is None or record.closed is None:
        raise VerificationError(V1, "the board has no closed election of this name", found=election)
    base = _check_base(board)
    manifest = record.manifest.body
    if not isinstance(manifest, Manifest):
        raise VerificationError(V1, "the election is held on paper", found=election)
    findings: Findings = {}
    found = _check_elections(board, base, (record,), map_ballots, on_progress, findings)
    if findings:
        raise findings[election]
    aggregate = found.ballots[election].aggregate
    return ClosedElection(
        election=election,
        election_hash=manifest.election_hash,
        ceremony_hash=require_ceremony(base.ceremony).ceremony_hash,
        server_key=board.meeting.body.server_key,
        closed_entry_hash=record.closed.entry_hash,
        ballots=board.state.elections[election].ballots,
        paper_ballots=0 if record.paper is None else record.paper.body.ballots,
        aggregate=aggregate,
        floor=manifest.floor,
        rehearsal=manifest.rehearsal,
        annulled=record.annulled is not None,
    )


@dataclass(frozen=True)
class _Base:
    """What V1 to V4 leave for the later checks."""

    results: tuple[CheckResult, ...]
    ceremony: Ceremony | None
    lists: CredentialLists


@dataclass(frozen=True)
class _Found:
    """What V5 to V8 leave for the later checks."""

    results: tuple[CheckResult, ...]
    ballots: Mapping[str, VerifiedBallots]


def _check_base(board: BoardRecord) -> _Base:
    keys, ceremony = check_ceremony(board)
    lists, credentials = check_lists(board)
    manifests = check_manifests(board, credentials)
    return _Base((summarise_chain(board), manifests, keys, lists), ceremony, credentials)


def _check_elections(
    board: BoardRecord,
    base: _Base,
    elections: Sequence[ElectionRecord],
    map_ballots: MapBallots,
    on_progress: Progress,
    findings: Findings,
) -> _Found:
    ballots, verified = check_ballots(
        board, base.lists, elections, map_ballots=map_ballots, on_progress=on_progress, findings=findings
    )
    paper = check_paper(board, elections, base.ceremony, findings)
    tested = check_tested(elections, verified, findings)
    aggregates = check_aggregates(elections, verified, findings)
    return _Found((ballots, paper, tested, aggregates), verified)


def _check_completeness(
    board: BoardRecord, elections: Sequence[ElectionRecord], results: Sequence[CheckResult], *, confirmations: int
) -> None:
    """Fail unless every check ran over all that the board holds: a check that is skipped must not look passed."""
    totals = board.state.totals

    def count(has: Callable[[ElectionRecord], object]) -> int:
        return sum(1 for election in elections if has(election) is not None)

    held = {
        V1: totals.entries,
        V2: len(board.state.elections),
        V3: 0 if board.state.ceremony is None else 1,
        V4: len(board.state.lists),
        V5: totals.ballots,
        V6: len(board.state.elections) + count(lambda election: election.paper),
        V7: count(lambda election: election.closed),
        V8: count(lambda election: election.aggregate),
        V9: count(lambda election: election.tally),
        V12: confirmations,
    }
    counted = {result.name: result.counted for result in results}
    for check, expected in held.items():
        require_equal(check, None, "the number of objects checked", expected=expected, found=counted.get(check))
    proofs = sum(result.proofs for result in results)
    require_equal(V1, None, "the number of proofs checked", expected=totals.proofs, found=proofs)
    signatures = sum(result.signatures for result in results)
    require_equal(V1, None, "the number of signatures checked", expected=totals.signatures, found=signatures)


def _list_checks(results: Iterable[CheckResult], *, asked: bool) -> tuple[CheckResult, ...]:
    """Return the results by number; V12 only where it was asked for."""
    shown = (result for result in results if asked or result.name != V12)
    return tuple(sorted(shown, key=lambda result: CHECKS.index(result.name)))


def _report_election(election: ElectionRecord, board: BoardRecord) -> ElectionReport:
    name = election.manifest.body.election
    return ElectionReport(
        manifest=election.manifest,
        ground=None if election.annulled is None else election.annulled.body.ground,
        ballots=None if election.closed is None else board.state.elections[name].ballots,
        counts=None if election.tally is None else election.tally.body.counts,
        paper=election.paper,
        outcome=election.outcome,
    )
