"""V6: the ballots against the paper counts that the tellers signed."""

from __future__ import annotations

from collections.abc import Iterable

from crypto.ceremony import Ceremony
from crypto.errors import VerificationError
from crypto.manifest import Counts, Manifest
from crypto.verify.faults import V6, failing, require_at_most, require_equal
from crypto.verify.keys import require_ceremony
from crypto.verify.model import BoardRecord, CheckResult, ElectionRecord


def check_paper(board: BoardRecord, elections: Iterable[ElectionRecord], ceremony: Ceremony | None) -> CheckResult:
    """Check each manifest's counts, their signatures, and the number of ballots where closed.

    Raises: VerificationError.
    """
    counted = signatures = 0
    for election in elections:
        number, manifest = election.manifest.number, election.manifest.body
        check_counts(manifest.counts, entry=number)
        signatures += _check_signatures(number, manifest, require_ceremony(ceremony))
        if election.closed is not None:
            ballots = board.state.elections[manifest.election].ballots
            _check_number(election.closed.number, manifest.counts, ballots)
        counted += 1
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


def _check_signatures(number: int, manifest: Manifest, ceremony: Ceremony) -> int:
    threshold, found = ceremony.terms.threshold, len(manifest.count_signatures)
    if found < threshold:
        raise VerificationError(
            V6, "too few count signatures", entry=number, expected=f"at least {threshold}", found=found
        )
    counts = manifest.counts.to_object()
    for signature in manifest.count_signatures:
        with failing(V6, number):
            ceremony.verify_counts_signature(manifest.election, manifest.slot, counts, signature.to_object())
    return found


def _check_number(number: int, counts: Counts, ballots: int) -> None:
    require_at_most(V6, number, "ballots ≤ issued", limit=counts.issued, found=ballots)
    require_at_most(V6, number, "ballots ≤ present", limit=counts.present, found=ballots)
