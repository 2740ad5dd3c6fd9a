"""V6: the ballots, by phone and on paper, against the paper counts that the tellers signed."""

from __future__ import annotations

from collections.abc import Iterable

from crypto.ballot import ContestShape
from crypto.ceremony import Ceremony
from crypto.counts import Counts
from crypto.errors import VerificationError
from crypto.manifest import Manifest
from crypto.paper import PaperCounts
from crypto.verify.faults import V6, failing, noting, require_at_most, require_equal
from crypto.verify.keys import require_ceremony
from crypto.verify.model import BoardRecord, CheckResult, ElectionRecord, Findings, Placed

PAPER_SIGNERS = 2


def check_paper(
    board: BoardRecord, elections: Iterable[ElectionRecord], ceremony: Ceremony | None, findings: Findings
) -> CheckResult:
    """Check each election's counts, their signatures, the number of ballots where closed, and its paper counts.

    Raises: VerificationError, or notes a finding.
    """
    counted = signatures = 0
    for election in elections:
        manifest, paper = election.manifest.body, election.paper
        counted += 1 if paper is None else 2
        signatures += len(manifest.count_signatures) if isinstance(manifest, Manifest) else 0
        signatures += 0 if paper is None else len(paper.body.signatures)
        if election.name in findings:
            continue
        with noting(election, findings):
            _check_election(election, board.state.elections[election.name].ballots, ceremony)
    return CheckResult(V6, counted=counted, signatures=signatures)


def check_counts(counts: Counts, *, entry: int | None = None) -> None:
    """Check the paper counts against one another, as a server does before tellers sign them.

    Raises: VerificationError of V6.
    """
    handled = counts.handed_out + counts.left_over
    require_equal(V6, entry, "printed = handed out + left over", expected=counts.printed, found=handled)
    require_at_most(V6, entry, "brought back ≤ handed out", limit=counts.handed_out, found=counts.brought_back)
    require_at_most(V6, entry, "lost ≤ issued", limit=counts.issued, found=counts.lost)
    in_hands = counts.issued - counts.lost
    require_at_most(V6, entry, "issued - lost ≤ present", limit=counts.present, found=in_hands)


def check_paper_counts(
    paper: PaperCounts,
    counts: Counts,
    shape: tuple[ContestShape, ...],
    *,
    ballots: int,
    void: int,
    floor: int,
    entry: int | None = None,
) -> None:
    """Check paper counts beside phones, as a server does before it posts them; signatures are not looked at.

    counts: of the manifest; ballots, void: how many electronic ballots and void credentials the closed entry has.
    Raises: VerificationError of V6.
    """
    check_paper_sums(paper, shape, entry=entry)
    require_at_most(V6, entry, "exchanged ≤ void credentials", limit=void, found=paper.exchanged)
    require_at_most(V6, entry, "exchanged ≤ paper ballots issued", limit=paper.issued, found=paper.exchanged)
    exchangeable = counts.issued - counts.lost
    require_at_most(V6, entry, "exchanged ≤ slips issued - lost", limit=exchangeable, found=paper.exchanged)
    slips = counts.issued - paper.exchanged
    require_at_most(V6, entry, "ballots ≤ slips issued - exchanged", limit=slips, found=ballots)
    in_hands = slips - counts.lost + paper.issued
    require_at_most(V6, entry, "issued with paper - lost ≤ present", limit=counts.present, found=in_hands)
    together = ballots + paper.ballots
    require_at_most(V6, entry, "ballots with paper ≤ present", limit=counts.present, found=together)
    if ballots and paper.ballots and min(ballots, paper.ballots) < floor:
        found = f"{ballots} by phone, {paper.ballots} on paper"
        raise VerificationError(
            V6, "each channel has the floor of ballots", entry=entry, expected=f"at least {floor}", found=found
        )


def check_paper_only_counts(
    paper: PaperCounts, counts: Counts, shape: tuple[ContestShape, ...], *, entry: int | None = None
) -> None:
    """Check the counts of an election on paper only, as a server does before it posts them.

    counts: the six numbers of paper ballots that sealed the election. Raises: VerificationError of V6.
    """
    check_paper_sums(paper, shape, entry=entry)
    require_equal(V6, entry, "paper ballots issued", expected=counts.issued, found=paper.issued)
    require_equal(V6, entry, "slips exchanged", expected=0, found=paper.exchanged)
    require_at_most(V6, entry, "ballots ≤ present", limit=counts.present, found=paper.ballots)


def check_paper_sums(paper: PaperCounts, shape: tuple[ContestShape, ...], *, entry: int | None = None) -> None:
    """Check that paper counts agree with one another and with the contests. Raises: VerificationError of V6."""
    require_at_most(V6, entry, "paper ballots ≤ paper ballots issued", limit=paper.issued, found=paper.ballots)
    require_at_most(V6, entry, "invalid ≤ paper ballots", limit=paper.ballots, found=paper.invalid)
    reasons = sum(reason.count for reason in paper.reasons)
    require_equal(V6, entry, "invalid = sum of reasons", expected=reasons, found=paper.invalid)
    widths = [contest.options + 1 for contest in shape]
    require_equal(V6, entry, "counts per contest", expected=widths, found=[len(row) for row in paper.counts])
    for index, (contest, row) in enumerate(zip(shape, paper.counts, strict=True)):
        *options, blank = row
        require_at_most(V6, entry, f"blank ≤ valid in contest {index}", limit=paper.valid, found=blank)
        marked = paper.valid - blank
        total = sum(options)
        if not marked <= total <= contest.marks * marked or max(options) > marked:
            expected = f"{marked} to {contest.marks * marked} marks, at most {marked} an option"
            problem = f"marks of contest {index}"
            raise VerificationError(V6, problem, entry=entry, expected=expected, found=options)


def _check_election(election: ElectionRecord, ballots: int, ceremony: Ceremony | None) -> None:
    number, manifest, paper = election.manifest.number, election.manifest.body, election.paper
    check_counts(manifest.counts, entry=number)
    if not isinstance(manifest, Manifest):
        if paper is not None:
            check_paper_only_counts(paper.body, manifest.counts, manifest.shape, entry=paper.number)
            _check_paper_signatures(paper, ceremony, needed=0)
        return
    _check_count_signatures(number, manifest, require_ceremony(ceremony))
    closed = election.closed
    if closed is None:
        return
    require_at_most(V6, closed.number, "ballots ≤ issued", limit=manifest.counts.issued, found=ballots)
    require_at_most(V6, closed.number, "ballots ≤ present", limit=manifest.counts.present, found=ballots)
    # Else a server that kept slips could void one that voted, or keep silent about those who voted on paper instead.
    given_back = manifest.counts.brought_back + (0 if paper is None else paper.body.exchanged)
    what = "void credentials = brought back + exchanged"
    require_equal(V6, closed.number, what, expected=given_back, found=len(closed.body.void))
    if paper is not None:
        void, floor = len(closed.body.void), manifest.floor
        check_paper_counts(
            paper.body,
            manifest.counts,
            manifest.shape,
            ballots=ballots,
            void=void,
            floor=floor,
            entry=paper.number,
        )
        _check_paper_signatures(paper, ceremony, needed=min(PAPER_SIGNERS, manifest.trustees.count))


def _check_count_signatures(number: int, manifest: Manifest, ceremony: Ceremony) -> None:
    threshold, found = ceremony.terms.threshold, len(manifest.count_signatures)
    if found < threshold:
        raise VerificationError(
            V6, "too few count signatures", entry=number, expected=f"at least {threshold}", found=found
        )
    counts = manifest.counts.to_object()
    for signature in manifest.count_signatures:
        with failing(V6, number):
            ceremony.verify_counts_signature(manifest.election, manifest.slot, counts, signature.to_object())


def _check_paper_signatures(paper: Placed[PaperCounts], ceremony: Ceremony | None, *, needed: int) -> None:
    found = len(paper.body.signatures)
    if found < needed:
        raise VerificationError(
            V6, "too few signatures of paper counts", entry=paper.number, expected=f"at least {needed}", found=found
        )
    for signature in paper.body.signatures:
        with failing(V6, paper.number):
            keys = require_ceremony(ceremony)
            keys.verify_paper_signature(paper.body.to_signed(), signature.to_object())
