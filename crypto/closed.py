"""A closed election as a trustee's device sees it, and the rules by which the device lets it be decrypted."""

from __future__ import annotations

from dataclasses import dataclass

from crypto.aggregate import Aggregate, hash_aggregate
from crypto.errors import DecryptionRefusedError
from crypto.signing import VerificationKey
from crypto.transcript import hash_items

LOWEST_FLOOR = 3
WHOLE_BYTES = 32


@dataclass(frozen=True)
class ClosedElection:
    """What a device needs of a closed election.

    Only code that has run checks V1 to V8 over the whole board, on the trustee's own device, may build one; `aggregate`
    is the one that it recomputed from the ballots, `ceremony_hash` and `server_key` are those of the board it read.

    floor, rehearsal: from the manifest; ballots: how many were closed; closed_entry_hash: of the `closed` entry;
    paper_ballots: how many came back on paper beside them, as far as the board says.
    """

    election: str
    election_hash: bytes
    ceremony_hash: bytes
    server_key: VerificationKey
    closed_entry_hash: bytes
    ballots: int
    aggregate: Aggregate
    floor: int
    rehearsal: bool
    annulled: bool
    paper_ballots: int = 0

    @property
    def aggregate_hash(self) -> bytes:
        """The hash of the recomputed aggregate."""
        return hash_aggregate(self.election_hash, self.aggregate)


def hash_whole(closed_entry_hash: bytes, aggregate_hash: bytes) -> bytes:
    """Return the 32-byte h that a device answers once per election. Spec: "hash_whole"."""
    return hash_items("whole", closed_entry_hash, aggregate_hash)[:WHOLE_BYTES]


def check_decryptable(closed: ClosedElection, *, rehearsal: bool) -> None:
    """Check that an election is one whose sums may be known: not annulled, at least the floor of ballots a channel.

    rehearsal: what the device's own ceremony was agreed to be; only if both are a rehearsal may the floor be below 3.
    Raises: DecryptionRefusedError.
    """
    if closed.annulled:
        raise DecryptionRefusedError("the election is annulled")
    if closed.ballots != closed.aggregate.ballots:
        raise DecryptionRefusedError("the aggregate is not of the closed ballots")
    if closed.ballots <= 0:
        raise DecryptionRefusedError("there are no ballots to decrypt")
    if closed.rehearsal != rehearsal:
        raise DecryptionRefusedError("the election and the ceremony differ in being a rehearsal")
    if closed.floor < LOWEST_FLOOR and not rehearsal:
        raise DecryptionRefusedError(f"a floor below {LOWEST_FLOOR} is for rehearsals only")
    if closed.ballots < closed.floor:
        raise DecryptionRefusedError(f"{closed.ballots} ballots are fewer than the floor of {closed.floor}")
    if 0 < closed.paper_ballots < closed.floor:
        raise DecryptionRefusedError(f"{closed.paper_ballots} paper ballots are fewer than the floor of {closed.floor}")
