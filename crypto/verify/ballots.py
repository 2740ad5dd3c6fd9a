"""V5 and V7: every ballot of every closed election.

Ballots are independent of one another up to the few comparisons made here in order, so `map_ballots` may spread
them over processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeAlias

from crypto.aggregate import aggregate_ballots
from crypto.ballot import Ballot, ElectionContext, ballot_size, count_proofs, decode_ballot, hash_ballot, verify_ballot
from crypto.bodies import ClosedBody
from crypto.elgamal import Ciphertext
from crypto.errors import CryptoError, VerificationError
from crypto.group import Element
from crypto.manifest import Manifest
from crypto.verify.faults import V5, V7, failing, noting, require_equal
from crypto.verify.lists import CredentialLists
from crypto.verify.model import BoardRecord, CheckResult, ElectionRecord, Findings, Placed, Progress, VerifiedBallots
from crypto.void import verify_void


@dataclass(frozen=True)
class BallotFault:
    """Why a ballot does not verify.

    It is returned and not raised, because an error with named fields cannot come back from another process.
    """

    problem: str


BallotResult: TypeAlias = Ballot | BallotFault


class MapBallots(Protocol):
    """Applies a function to every ballot and yields the results in order, as `map` does."""

    def __call__(
        self, function: Callable[[bytes], BallotResult], ballots: Iterable[bytes], /
    ) -> Iterable[BallotResult]: ...


def examine_ballot(context: ElectionContext, data: bytes) -> BallotResult:
    """Return the ballot that untrusted bytes encode once signature and proofs hold, else what does not."""
    try:
        ballot = decode_ballot(data, context)
        verify_ballot(ballot, context)
    except CryptoError as error:
        return BallotFault(str(error))
    return ballot


def check_ballots(
    board: BoardRecord,
    lists: CredentialLists,
    elections: Iterable[ElectionRecord],
    *,
    map_ballots: MapBallots,
    on_progress: Progress,
    findings: Findings,
) -> tuple[CheckResult, dict[str, VerifiedBallots]]:
    """Check every ballot and void credential of the closed ones among `elections`.

    Returns: by election id, what later checks need; the ballots themselves are let go.
    Raises: VerificationError, but for an annulled election, whose failure goes to `findings`.
    """
    verified: dict[str, VerifiedBallots] = {}
    ballots = proofs = void = 0
    for election in elections:
        closed, manifest = election.closed, election.manifest.body
        if closed is None or not isinstance(manifest, Manifest):
            continue
        listed = frozenset(member for series in manifest.series for member in lists[series, manifest.slot])
        count = board.state.elections[manifest.election].ballots
        with noting(election, findings):
            found = _check_election(closed, manifest.context, listed, map_ballots, on_progress)
            require_equal(V5, closed.number, "the number of ballots checked", expected=count, found=len(found))
            _check_void(closed, manifest, listed)
            verified[manifest.election] = VerifiedBallots(
                hashes=frozenset(ballot.ballot_hash for ballot in found),
                aggregate=aggregate_ballots(found, manifest.shape),
            )
        ballots += count
        proofs += count * count_proofs(manifest.shape)
        void += len(closed.body.void)
    return CheckResult(V5, counted=ballots, proofs=proofs, signatures=ballots + void), verified


def check_tested(
    elections: Iterable[ElectionRecord], verified: dict[str, VerifiedBallots], findings: Findings
) -> CheckResult:
    """Check that no tested ballot is among the ballots. Raises: VerificationError, or notes a finding."""
    counted = 0
    for election in elections:
        if election.closed is None:
            continue
        counted += 1
        if election.name in findings:
            continue
        with noting(election, findings):
            for digest in election.closed.body.tested:
                if digest in verified[election.name].hashes:
                    number = election.closed.number
                    raise VerificationError(V7, "a tested ballot is counted", entry=number, found=digest.hex())
    return CheckResult(V7, counted=counted)


def list_ballot_hashes(closed: ClosedBody, context: ElectionContext) -> frozenset[bytes]:
    """Return the hashes of closed ballots, whether they verify or not."""
    return frozenset(hash_ballot(data) for data in _split_ballots(closed.ballots, context))


def _check_election(
    closed: Placed[ClosedBody],
    context: ElectionContext,
    listed: frozenset[Element],
    map_ballots: MapBallots,
    on_progress: Progress,
) -> list[Ballot]:
    rolls = _Rolls(closed, listed)
    total = len(closed.body.ballots) // ballot_size(context.shape)
    ballots: list[Ballot] = []
    results = map_ballots(partial(examine_ballot, context), _split_ballots(closed.body.ballots, context))
    for index, result in enumerate(results):
        if isinstance(result, BallotFault):
            raise VerificationError(V5, f"ballot {index}: {result.problem}", entry=closed.number)
        rolls.admit(index, result)
        ballots.append(result)
        on_progress(V5, index + 1, total)
    return ballots


def _check_void(closed: Placed[ClosedBody], manifest: Manifest, listed: frozenset[Element]) -> None:
    """Check that each void credential is listed and was voided by its own slip."""
    for member in closed.body.void:
        if member.credential not in listed:
            found = member.credential.hex()
            raise VerificationError(V5, "a void credential is not listed", entry=closed.number, found=found)
        with failing(V5, closed.number):
            verify_void(member.credential, manifest.meeting, manifest.slot, member.signature)


def _split_ballots(data: bytes, context: ElectionContext) -> Iterator[bytes]:
    size = ballot_size(context.shape)
    for start in range(0, len(data), size):
        yield data[start : start + size]


class _Rolls:
    """What the ballots of one election are compared with: the list, the void credentials, and one another."""

    def __init__(self, closed: Placed[ClosedBody], listed: frozenset[Element]) -> None:
        self._entry = closed.number
        self._listed = listed
        self._void = frozenset(member.credential for member in closed.body.void)
        self._credentials: set[Element] = set()
        self._ciphertexts: set[Ciphertext] = set()
        self._last_hash = b""

    def admit(self, index: int, ballot: Ballot) -> None:
        """Check one verified ballot against the list and those before it. Raises: VerificationError."""
        if ballot.ballot_hash <= self._last_hash:
            raise self._refuse(index, "not in ascending order of ballot hash", ballot)
        if ballot.credential not in self._listed:
            raise self._refuse(index, "the credential is not listed", ballot)
        if ballot.credential in self._void:
            raise self._refuse(index, "the credential is void", ballot)
        if ballot.credential in self._credentials:
            raise self._refuse(index, "the credential has voted already", ballot)
        ciphertexts = {ciphertext for contest in ballot.ciphertexts for ciphertext in contest}
        if not self._ciphertexts.isdisjoint(ciphertexts):
            raise self._refuse(index, "a ciphertext of another ballot is repeated", ballot)
        self._last_hash = ballot.ballot_hash
        self._credentials.add(ballot.credential)
        self._ciphertexts |= ciphertexts

    def _refuse(self, index: int, problem: str, ballot: Ballot) -> VerificationError:
        found = ballot.ballot_hash.hex()
        return VerificationError(V5, f"ballot {index}: {problem}", entry=self._entry, found=found)
