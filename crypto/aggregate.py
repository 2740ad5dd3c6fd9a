"""The sum of an election's ballots: the only ciphertexts that trustees ever decrypt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crypto.ballot import HASH_BYTES, Ballot, ContestShape, ballot_size
from crypto.elgamal import CIPHERTEXT_BYTES, Ciphertext, add_ciphertexts, decode_sum_ciphertext, encode_ciphertext
from crypto.errors import EncodingError, InvalidBallotError
from crypto.group import ELEMENT_BYTES, IDENTITY, Element, add
from crypto.proofs.membership import membership_proof_size
from crypto.transcript import encode_u32


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The sums per contest and option, blank last, over so many ballots."""

    ballots: int
    ciphertexts: tuple[tuple[Ciphertext, ...], ...]

    def list_positions(self) -> Iterator[tuple[int, int, Ciphertext]]:
        """Yield contest index, option index and sum, in order."""
        for contest, members in enumerate(self.ciphertexts):
            for option, ciphertext in enumerate(members):
                yield contest, option, ciphertext

    @property
    def size(self) -> int:
        """The number of ciphertexts."""
        return sum(len(members) for members in self.ciphertexts)


def aggregate_ballots(ballots: Iterable[Ballot], shape: Sequence[ContestShape]) -> Aggregate:
    """Return the sums of verified ballots; all identities for no ballots.

    Raises: InvalidBallotError if a ballot has another shape. Spec: "aggregate_ballots, hash_aggregate".
    """
    widths = [contest.options + 1 for contest in shape]
    rows = [ballot.ciphertexts for ballot in ballots]
    for row in rows:
        found = [len(members) for members in row]
        if found != widths:
            raise InvalidBallotError("ciphertexts per contest", expected=widths, got=found)
    return Aggregate(
        ballots=len(rows),
        ciphertexts=tuple(
            tuple(add_ciphertexts(row[contest][option] for row in rows) for option in range(width))
            for contest, width in enumerate(widths)
        ),
    )


def aggregate_stored_ballots(ballots: Iterable[bytes], shape: Sequence[ContestShape]) -> Aggregate:
    """Return the same sums from the bytes of ballots that were verified before they were stored.

    Proofs are skipped, not read again: two thirds of a ballot. Addition itself refuses what is no element. Trustees'
    devices and verifiers read ballots whole, and never call this.

    Raises: InvalidBallotError for another length; InvalidElementError for a ciphertext that is none.
    """
    size, offsets = ballot_size(tuple(shape)), _list_element_offsets(shape)
    totals = [IDENTITY] * len(offsets)
    count = 0
    for data in ballots:
        if len(data) != size:
            raise InvalidBallotError("ballot length", expected=size, got=len(data))
        totals = [
            add(total, Element(data[start : start + ELEMENT_BYTES]))
            for total, start in zip(totals, offsets, strict=True)
        ]
        count += 1
    elements = iter(totals)
    return Aggregate(
        ballots=count,
        ciphertexts=tuple(
            tuple(Ciphertext(next(elements), next(elements)) for _ in range(contest.options + 1)) for contest in shape
        ),
    )


def _list_element_offsets(shape: Sequence[ContestShape]) -> list[int]:
    """Return where each α and β of a ballot begins. Spec: "ballot_size, count_proofs"."""
    offsets, start = [], HASH_BYTES + ELEMENT_BYTES
    for contest in shape:
        for _ in range(contest.options + 1):
            offsets += [start, start + ELEMENT_BYTES]
            start += CIPHERTEXT_BYTES + membership_proof_size(2)
        start += membership_proof_size(contest.marks)
    return offsets


def encode_aggregate(aggregate: Aggregate) -> bytes:
    """Return every α ‖ β in order, 64 bytes each."""
    return b"".join(encode_ciphertext(ciphertext) for _, _, ciphertext in aggregate.list_positions())


def decode_aggregate(data: bytes, shape: Sequence[ContestShape], ballots: int) -> Aggregate:
    """Return the aggregate of so many ballots that untrusted bytes encode; an α may be the identity.

    Raises: EncodingError for another length; InvalidElementError for a part that is no element.
    """
    expected = sum(contest.options + 1 for contest in shape) * CIPHERTEXT_BYTES
    if len(data) != expected:
        raise EncodingError("aggregate", f"{len(data)} bytes instead of {expected}")
    rows, offset = [], 0
    for contest in shape:
        row = []
        for _ in range(contest.options + 1):
            row.append(decode_sum_ciphertext(data[offset : offset + CIPHERTEXT_BYTES]))
            offset += CIPHERTEXT_BYTES
        rows.append(tuple(row))
    return Aggregate(ballots, tuple(rows))


def hash_aggregate(election_hash: bytes, aggregate: Aggregate) -> bytes:
    """Return the 32-byte hash that decryption proofs and trustees' answers are bound to.

    Spec: "aggregate_ballots, hash_aggregate".
    """
    encoded = encode_aggregate(aggregate)
    return hashlib.sha256(election_hash + encode_u32(aggregate.ballots) + encoded).digest()
