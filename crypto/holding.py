"""What a trustee holds after the ceremony: share, signing key, and the openings that the rest follows from."""

from __future__ import annotations

from dataclasses import dataclass, field

from crypto.ceremony import CEREMONY_ID_BYTES, MOST_TRUSTEES, CeremonyResult, CeremonyTerms, Opening
from crypto.encoding import decode_canonical, encode_canonical
from crypto.errors import CeremonyError
from crypto.fields import Fields
from crypto.group import Scalar, decode_scalar, encode_scalar, multiply_base
from crypto.signing import KEY_BYTES, SigningSeed, VerificationKey, derive_verification_key

_KEYS = frozenset({"ceremony", "count", "openings", "rehearsal", "seed", "server_key", "share", "threshold", "trustee"})


@dataclass(frozen=True)
class Holding:
    """A trustee's part of the key; construction raises CeremonyError unless it fits the ceremony's result."""

    trustee: int
    result: CeremonyResult
    share: Scalar = field(repr=False)
    seed: SigningSeed = field(repr=False)

    def __post_init__(self) -> None:
        if multiply_base(self.share) != self.result.find_public_share(self.trustee):
            raise CeremonyError("the share does not fit the public share", trustee=self.trustee)
        if derive_verification_key(self.seed) != self.result.signing_keys[self.trustee - 1]:
            raise CeremonyError("the signing key does not fit the opening", trustee=self.trustee)

    def encode(self) -> bytes:
        """Return the canonical bytes for the trustee's own storage. They hold the share: never a message."""
        terms = self.result.terms
        return encode_canonical(
            {
                "ceremony": terms.ceremony.hex(),
                "server_key": terms.server_key.hex(),
                "count": terms.count,
                "threshold": terms.threshold,
                "rehearsal": terms.rehearsal,
                "openings": [opening.to_object() for opening in self.result.openings],
                "trustee": self.trustee,
                "share": encode_scalar(self.share).hex(),
                "seed": self.seed.hex(),
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Holding:
        """Return the holding of stored bytes, everything checked again.

        Raises: EncodingError or CeremonyError if the storage was damaged.
        """
        fields = Fields(decode_canonical(data), "holding", _KEYS)
        terms = CeremonyTerms(
            ceremony=fields.digest("ceremony", length=CEREMONY_ID_BYTES),
            server_key=VerificationKey(fields.digest("server_key", length=KEY_BYTES)),
            count=fields.integer("count", minimum=1, maximum=MOST_TRUSTEES),
            threshold=fields.integer("threshold", minimum=1, maximum=MOST_TRUSTEES),
            rehearsal=fields.flag("rehearsal"),
        )
        openings = [Opening.from_object(row) for row in fields.values("openings")]
        return cls(
            trustee=fields.integer("trustee", minimum=1, maximum=terms.count),
            result=CeremonyResult.from_openings(terms, openings),
            share=decode_scalar(fields.digest("share")),
            seed=SigningSeed(fields.digest("seed", length=KEY_BYTES)),
        )
