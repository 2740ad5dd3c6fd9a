"""Partial decryptions of an aggregate: made by trustees, checked by everybody, any t of them combined.

A wrong partial decryption fails its proof, names its trustee and is skipped, so that it stops nothing while
t others hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crypto.aggregate import Aggregate, hash_aggregate
from crypto.ceremony import MOST_TRUSTEES, CeremonyResult
from crypto.encoding import JsonObject, JsonValue, encode_base64
from crypto.errors import EncodingError, InvalidProofError, NotEnoughSharesError
from crypto.fields import Fields
from crypto.group import ELEMENT_BYTES, Element, RandomBytes, Scalar, decode_element, multiply
from crypto.proofs.equality import PROOF_BYTES, DecryptionStatement, prove_decryption, verify_decryption
from crypto.threshold import interpolate_at_zero
from crypto.transcript import encode_u32

DECRYPTION_BYTES = ELEMENT_BYTES + PROOF_BYTES
_BODY_KEYS = frozenset({"election", "aggregate_hash", "trustee", "decryptions"})


@dataclass(frozen=True, slots=True)
class ProvenDecryption:
    """D = xᵢ·α and its 96-byte proof."""

    element: Element
    proof: bytes

    def encode(self) -> bytes:
        """Return D ‖ proof, 128 bytes."""
        return self.element + self.proof

    @classmethod
    def decode(cls, data: bytes) -> ProvenDecryption:
        """Return what 128 untrusted bytes encode. Raises: EncodingError, InvalidElementError."""
        if len(data) != DECRYPTION_BYTES:
            raise EncodingError("decryption", f"{len(data)} bytes instead of {DECRYPTION_BYTES}")
        return cls(decode_element(data[:ELEMENT_BYTES]), data[ELEMENT_BYTES:])


@dataclass(frozen=True, slots=True)
class PartialDecryption:
    """A trustee's decryption of every ciphertext of an aggregate, in order."""

    election: str
    aggregate_hash: bytes
    trustee: int
    decryptions: tuple[ProvenDecryption, ...]

    def to_body(self) -> JsonObject:
        """Return the body of the board's `partial_decryption` entry."""
        return {
            "election": self.election,
            "aggregate_hash": self.aggregate_hash.hex(),
            "trustee": self.trustee,
            "decryptions": encode_base64(b"".join(decryption.encode() for decryption in self.decryptions)),
        }

    @classmethod
    def from_body(cls, body: JsonValue) -> PartialDecryption:
        """Return the partial decryption of an untrusted body; `verify_partial_decryption` checks what it claims.

        Raises: EncodingError, InvalidElementError.
        """
        fields = Fields(body, "partial decryption", _BODY_KEYS)
        data = fields.encoded("decryptions")
        if len(data) % DECRYPTION_BYTES:
            raise fields.refuse("decryptions", f"{len(data)} bytes, not a multiple of {DECRYPTION_BYTES}")
        return cls(
            election=fields.text("election"),
            aggregate_hash=fields.digest("aggregate_hash"),
            trustee=fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
            decryptions=tuple(
                ProvenDecryption.decode(data[offset : offset + DECRYPTION_BYTES])
                for offset in range(0, len(data), DECRYPTION_BYTES)
            ),
        )


@dataclass(frozen=True, slots=True)
class Combination:
    """What t valid partial decryptions give: the element r·Y of every sum, and who took part.

    trustees: those combined, ascending; rejected: those whose partial decryption was wrong, ascending.
    """

    trustees: tuple[int, ...]
    elements: tuple[tuple[Element, ...], ...]
    rejected: tuple[int, ...]


def partially_decrypt(
    ceremony: CeremonyResult,
    election: str,
    election_hash: bytes,
    aggregate: Aggregate,
    *,
    trustee: int,
    share: Scalar,
    random_bytes: RandomBytes,
) -> PartialDecryption:
    """Return a trustee's partial decryption of an aggregate.

    Whether the aggregate may be decrypted at all is decided before, by `Trustee`.
    share: xᵢ. Spec: "partially_decrypt, combine_partial_decryptions".
    """
    elements = tuple(multiply(share, ciphertext.alpha) for _, _, ciphertext in aggregate.list_positions())
    statements = list_statements(ceremony, election_hash, aggregate, trustee=trustee, elements=elements)
    return PartialDecryption(
        election=election,
        aggregate_hash=hash_aggregate(election_hash, aggregate),
        trustee=trustee,
        decryptions=tuple(
            ProvenDecryption(statement.decryption, prove_decryption(statement, share, random_bytes))
            for _, _, statement in statements
        ),
    )


def verify_partial_decryption(
    ceremony: CeremonyResult, election_hash: bytes, aggregate: Aggregate, partial: PartialDecryption
) -> None:
    """Check every proof of a trustee's partial decryption of this aggregate.

    Raises: InvalidProofError naming the trustee, and contest and option of the first proof that does not hold.
    """
    where = f"partial decryption by trustee {partial.trustee}"
    if partial.aggregate_hash != hash_aggregate(election_hash, aggregate):
        raise InvalidProofError(f"{where}: of another aggregate")
    if len(partial.decryptions) != aggregate.size:
        raise InvalidProofError(f"{where}: {len(partial.decryptions)} decryptions for {aggregate.size} sums")
    if partial.trustee not in ceremony.terms.indexes:
        raise InvalidProofError(f"{where}: no such trustee")
    elements = tuple(decryption.element for decryption in partial.decryptions)
    statements = list_statements(ceremony, election_hash, aggregate, trustee=partial.trustee, elements=elements)
    for decryption, (contest, option, statement) in zip(partial.decryptions, statements, strict=True):
        try:
            verify_decryption(statement, decryption.proof)
        except InvalidProofError:
            raise InvalidProofError(f"{where}: contest {contest}, option {option}") from None


def combine_partial_decryptions(
    ceremony: CeremonyResult, election_hash: bytes, aggregate: Aggregate, partials: Iterable[PartialDecryption]
) -> Combination:
    """Return what the valid partial decryptions of the t lowest trustees give; wrong ones are named and skipped.

    Raises: NotEnoughSharesError if fewer than t trustees have a valid one.
    Spec: "partially_decrypt, combine_partial_decryptions".
    """
    valid: dict[int, PartialDecryption] = {}
    rejected: set[int] = set()
    for partial in partials:
        try:
            verify_partial_decryption(ceremony, election_hash, aggregate, partial)
        except InvalidProofError:
            rejected.add(partial.trustee)
        else:
            valid.setdefault(partial.trustee, partial)
    wrong, threshold = tuple(sorted(rejected - valid.keys())), ceremony.terms.threshold
    if len(valid) < threshold:
        raise NotEnoughSharesError(threshold=threshold, valid=len(valid), rejected=wrong)
    chosen = tuple(sorted(valid))[:threshold]
    combined = iter(
        interpolate_at_zero({index: valid[index].decryptions[place].element for index in chosen})
        for place in range(aggregate.size)
    )
    elements = tuple(tuple(next(combined) for _ in members) for members in aggregate.ciphertexts)
    return Combination(chosen, elements, wrong)


def list_statements(
    ceremony: CeremonyResult,
    election_hash: bytes,
    aggregate: Aggregate,
    *,
    trustee: int,
    elements: tuple[Element, ...],
) -> Iterator[tuple[int, int, DecryptionStatement]]:
    """Yield contest, option and what a trustee's decryption `elements` claim, in order."""
    prefix = election_hash + hash_aggregate(election_hash, aggregate)
    public_share = ceremony.find_public_share(trustee)
    for (contest, option, ciphertext), element in zip(aggregate.list_positions(), elements, strict=True):
        context = prefix + encode_u32(contest) + encode_u32(option)
        yield (
            contest,
            option,
            DecryptionStatement(ceremony.ceremony_hash, trustee, public_share, context, ciphertext, element),
        )
