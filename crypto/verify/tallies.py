"""V8 and V9: the aggregate recomputed, the partial decryptions combined, the counts found again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crypto.aggregate import Aggregate, encode_aggregate, hash_aggregate
from crypto.ballot import count_ciphertexts
from crypto.bodies import AggregateBody, TallyBody
from crypto.ceremony import Ceremony
from crypto.decryption import PartialDecryption
from crypto.errors import NotEnoughSharesError, VerificationError
from crypto.tally import compute_tally
from crypto.verify.faults import V8, V9, failing, noting, require_equal
from crypto.verify.keys import require_ceremony
from crypto.verify.model import CheckResult, ElectionRecord, Findings, Placed, VerifiedBallots


def check_aggregates(
    elections: Iterable[ElectionRecord], verified: Mapping[str, VerifiedBallots], findings: Findings
) -> CheckResult:
    """Check every aggregate entry against the sum of the verified ballots.

    Raises: VerificationError, or notes a finding.
    """
    counted = 0
    for election in elections:
        if election.aggregate is None:
            continue
        counted += 1
        if election.name in findings:
            continue
        with noting(election, findings):
            _check_aggregate(election, election.aggregate, verified[election.name].aggregate)
    return CheckResult(V8, counted=counted)


def check_tallies(
    elections: Iterable[ElectionRecord],
    verified: Mapping[str, VerifiedBallots],
    ceremony: Ceremony | None,
    findings: Findings,
) -> CheckResult:
    """Check every tally: the partial decryptions it names, their combination, the counts.

    A partial decryption that the tally does not name is not looked at: a wrong one is skipped, and stops nothing.

    Raises: VerificationError, or notes a finding.
    """
    counted = proofs = 0
    for election in elections:
        if election.tally is None:
            continue
        counted += 1
        proofs += len(election.tally.body.trustees) * count_ciphertexts(election.manifest.body.shape)
        if election.name in findings:
            continue
        with noting(election, findings):
            _check_tally(election, election.tally, verified[election.name].aggregate, require_ceremony(ceremony))
    return CheckResult(V9, counted=counted, proofs=proofs)


def _check_aggregate(election: ElectionRecord, entry: Placed[AggregateBody], aggregate: Aggregate) -> None:
    number, body = entry.number, entry.body
    digest = hash_aggregate(election.manifest.body.election_hash, aggregate)
    require_equal(V8, number, "the number of ballots", expected=aggregate.ballots, found=body.ballots)
    require_equal(V8, number, "the aggregate", expected=encode_aggregate(aggregate), found=body.ciphertexts)
    require_equal(V8, number, "the aggregate hash", expected=digest, found=body.aggregate_hash)


def _check_tally(election: ElectionRecord, tally: Placed[TallyBody], aggregate: Aggregate, ceremony: Ceremony) -> None:
    number, body = tally.number, tally.body
    election_hash = election.manifest.body.election_hash
    digest = hash_aggregate(election_hash, aggregate)
    require_equal(V9, number, "the aggregate hash", expected=digest, found=body.aggregate_hash)
    needed = ceremony.terms.threshold if aggregate.ballots else 0
    require_equal(V9, number, "the number of trustees combined", expected=needed, found=len(body.trustees))
    partials = [_read_partial(election, tally, trustee) for trustee in body.trustees]
    try:
        with failing(V9, number):
            found = compute_tally(ceremony, election_hash, aggregate, partials)
    except VerificationError as error:
        raise _name_culprit(election, error) from error
    require_equal(V9, number, "the counts", expected=found.counts, found=body.counts)


def _read_partial(election: ElectionRecord, tally: Placed[TallyBody], trustee: int) -> PartialDecryption:
    placed = election.partials.get(trustee)
    if placed is None:
        problem = f"the tally names trustee {trustee}, who has no partial decryption"
        raise VerificationError(V9, problem, entry=tally.number)
    with failing(V9, placed.number):
        return PartialDecryption.from_body(placed.body.record)


def _name_culprit(election: ElectionRecord, error: VerificationError) -> VerificationError:
    """Return the error at the entry of the first trustee whose partial decryption is wrong, if that is its cause."""
    cause = error.__cause__
    if not isinstance(cause, NotEnoughSharesError) or not cause.rejected:
        return error
    trustee = cause.rejected[0]
    problem = f"the partial decryption of trustee {trustee} does not hold"
    return VerificationError(V9, problem, entry=election.partials[trustee].number)
