"""The key ceremony as everybody can check it: terms, openings, the joint key and what every trustee confirmed.

Order of a ceremony: each device commits to its opening; when all commitments are in, openings follow; people compare
four words of the ceremony hash; only then do shares leave (`crypto.shares`), a trial follows (`crypto.trial`), and each
device signs the result. `Ceremony.from_body` checks the published record; `crypto.participant` is the device's side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from crypto.counts import Counts
from crypto.encoding import JsonObject, JsonValue, decode_canonical, encode_canonical
from crypto.errors import CeremonyError, CryptoError, InvalidSignatureError
from crypto.fields import Fields
from crypto.group import Element, RandomBytes, Scalar
from crypto.proofs.schnorr import prove_possession, verify_possession
from crypto.signing import KEY_BYTES, SIGNATURE_BYTES, SigningSeed, VerificationKey, sign_message, verify_message
from crypto.threshold import check_threshold, compute_joint_key, compute_public_shares
from crypto.transcript import encode_u32, hash_items

CEREMONY_ID_BYTES = 16
NONCE_BYTES = 32
POSSESSION_BYTES = 64
MOST_TRUSTEES = 255

_OPENING_KEYS = frozenset(
    {"ceremony", "commitments", "encryption_key", "nonce", "possession", "signing_key", "trustee"}
)
_BODY_KEYS = frozenset(
    {"ceremony", "ceremony_hash", "confirmations", "count", "key", "openings", "public_shares", "threshold"}
)
SIGNED_KEYS = frozenset({"trustee", "signature"})


@dataclass(frozen=True)
class CeremonyTerms:
    """What is agreed before the ceremony; construction raises CeremonyError unless it is allowed.

    ceremony: 16 random bytes; count: n; threshold: t.
    """

    ceremony: bytes
    server_key: VerificationKey
    count: int
    threshold: int
    rehearsal: bool

    def __post_init__(self) -> None:
        check_threshold(self.count, self.threshold, rehearsal=self.rehearsal)
        if self.count > MOST_TRUSTEES:
            raise CeremonyError(f"more than {MOST_TRUSTEES} trustees")
        if len(self.ceremony) != CEREMONY_ID_BYTES or len(self.server_key) != KEY_BYTES:
            raise CeremonyError("the ceremony id or the server's key has a wrong length")

    @property
    def indexes(self) -> range:
        """The trustee indexes 1 … n."""
        return range(1, self.count + 1)


@dataclass(frozen=True)
class Opening:
    """What a trustee publishes in the first round; `possession` proves knowledge of the first coefficient."""

    ceremony: bytes
    trustee: int
    nonce: bytes
    encryption_key: bytes
    signing_key: VerificationKey
    commitments: tuple[Element, ...]
    possession: bytes

    def to_object(self) -> JsonObject:
        """Return the canonical object."""
        return {
            "ceremony": self.ceremony.hex(),
            "trustee": self.trustee,
            "nonce": self.nonce.hex(),
            "encryption_key": self.encryption_key.hex(),
            "signing_key": self.signing_key.hex(),
            "commitments": [element.hex() for element in self.commitments],
            "possession": self.possession.hex(),
        }

    @classmethod
    def from_object(cls, value: JsonValue) -> Opening:
        """Return the opening of an untrusted object; its statements are checked by `check_opening`.

        Raises: EncodingError for other keys or types, non-canonical elements, or the identity as a commitment.
        """
        fields = Fields(value, "opening", _OPENING_KEYS)
        return cls(
            ceremony=fields.digest("ceremony", length=CEREMONY_ID_BYTES),
            trustee=fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
            nonce=fields.digest("nonce", length=NONCE_BYTES),
            encryption_key=fields.digest("encryption_key", length=KEY_BYTES),
            signing_key=VerificationKey(fields.digest("signing_key", length=KEY_BYTES)),
            commitments=fields.public_elements("commitments"),
            possession=fields.digest("possession", length=POSSESSION_BYTES),
        )


def build_opening(
    terms: CeremonyTerms,
    trustee: int,
    *,
    encryption_key: bytes,
    signing_key: VerificationKey,
    constant: Scalar,
    commitments: tuple[Element, ...],
    random_bytes: RandomBytes,
) -> Opening:
    """Return a trustee's opening with a fresh nonce and a possession proof.

    constant: the secret coefficient behind commitments[0].
    """
    items = (terms.ceremony, encode_u32(trustee), encryption_key, signing_key)
    possession = prove_possession("possession", items, constant, commitments[0], random_bytes)
    nonce = random_bytes(NONCE_BYTES)
    return Opening(terms.ceremony, trustee, nonce, encryption_key, signing_key, commitments, possession)


def commit_opening(opening: Opening) -> bytes:
    """Return the 64-byte commitment to an opening. Spec: "commit_opening, check_opening"."""
    return hash_items("ceremony-commitment", encode_canonical(opening.to_object()))


def check_opening(terms: CeremonyTerms, opening: Opening, commitment: bytes | None = None) -> None:
    """Check one opening: this ceremony, a trustee of it, exactly t commitments, the possession proof.

    commitment: what the trustee sent before, None where only openings are recorded.
    Raises: CeremonyError naming the trustee. Spec: "commit_opening, check_opening".
    """
    trustee = opening.trustee
    if opening.ceremony != terms.ceremony:
        raise CeremonyError("the opening belongs to another ceremony", trustee=trustee)
    if trustee not in terms.indexes:
        raise CeremonyError("no such trustee", trustee=trustee)
    if commitment is not None and not compare_digest(commit_opening(opening), commitment):
        raise CeremonyError("the opening differs from what was committed to", trustee=trustee)
    if len(opening.commitments) != terms.threshold:
        problem = f"{len(opening.commitments)} polynomial commitments instead of {terms.threshold}"
        raise CeremonyError(problem, trustee=trustee)
    items = (terms.ceremony, encode_u32(trustee), opening.encryption_key, opening.signing_key)
    try:
        verify_possession("possession", items, opening.commitments[0], opening.possession)
    except CryptoError:
        raise CeremonyError("the possession proof does not hold", trustee=trustee) from None


def compute_ceremony_hash(terms: CeremonyTerms, openings: Sequence[Opening]) -> bytes:
    """Return the 32-byte hash of the terms and every opening in order of index. Spec: "compute_ceremony_hash".

    A rehearsal has a label of its own, so that a server cannot pass one off as a vote: the words would differ.
    """
    label = "rehearsal" if terms.rehearsal else "ceremony"
    rows = [encode_canonical(opening.to_object()) for opening in openings]
    numbers = encode_u32(terms.count), encode_u32(terms.threshold)
    return hash_items(label, terms.ceremony, terms.server_key, *numbers, *rows)[:32]


def _check_distinct(openings: Sequence[Opening]) -> None:
    seen: set[bytes] = set()
    for opening in openings:
        values = {opening.nonce, opening.encryption_key, opening.signing_key, opening.commitments[0]}
        if len(values) != 4 or seen & values:
            raise CeremonyError("a nonce, key or commitment is used twice", trustee=opening.trustee)
        seen |= values


@dataclass(frozen=True)
class CeremonyResult:
    """A joint key and public shares, recomputed from openings that were all checked."""

    terms: CeremonyTerms
    openings: tuple[Opening, ...]
    ceremony_hash: bytes
    key: Element
    public_shares: tuple[Element, ...]

    @classmethod
    def from_openings(cls, terms: CeremonyTerms, openings: Sequence[Opening]) -> CeremonyResult:
        """Return what the openings of all trustees, in order of index, amount to.

        Raises: CeremonyError naming the trustee at fault.
        """
        if [opening.trustee for opening in openings] != list(terms.indexes):
            raise CeremonyError(f"not one opening for each of the {terms.count} trustees, in order")
        for opening in openings:
            check_opening(terms, opening)
        _check_distinct(openings)
        rows = [opening.commitments for opening in openings]
        key = compute_joint_key(rows)
        shares = compute_public_shares(rows)
        return cls(terms, tuple(openings), compute_ceremony_hash(terms, openings), key, shares)

    @property
    def signing_keys(self) -> tuple[VerificationKey, ...]:
        """Each trustee's Ed25519 key, in order of index."""
        return tuple(opening.signing_key for opening in self.openings)

    def find_public_share(self, trustee: int) -> Element:
        """Return Xᵢ. Raises: CeremonyError if there is no such trustee."""
        if trustee not in self.terms.indexes:
            raise CeremonyError("no such trustee", trustee=trustee)
        return self.public_shares[trustee - 1]

    def verify_trustee_signature(self, label: str, message: JsonObject, signed: JsonValue) -> int:
        """Check an untrusted {trustee, signature} over a message; return the trustee's index.

        Raises: EncodingError for another form, CeremonyError naming the trustee if the signature does not hold.
        """
        fields = Fields(signed, "signature", SIGNED_KEYS)
        trustee = fields.integer("trustee", minimum=1, maximum=self.terms.count)
        signature = fields.digest("signature", length=SIGNATURE_BYTES)
        try:
            verify_message(label, message, self.signing_keys[trustee - 1], signature)
        except InvalidSignatureError:
            raise CeremonyError(f"the signature under {label} does not hold", trustee=trustee) from None
        return trustee

    def verify_counts_signature(self, election: str, slot: int, counts: JsonObject, signed: JsonValue) -> int:
        """Check a trustee's {trustee, signature} over an election's six counts; return the trustee's index.

        Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Manifest".
        """
        return self.verify_trustee_signature("counts", build_counts_message(self, election, slot, counts), signed)

    def verify_paper_signature(self, paper: JsonObject, signed: JsonValue) -> int:
        """Check a trustee's {trustee, signature} over an election's paper counts; return the trustee's index.

        paper: the body of the `paper_counts` entry without its signatures.
        Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Paper".
        """
        return self.verify_trustee_signature("paper", build_paper_message(self, paper), signed)

    def verify_destroyed(self, signed: JsonValue) -> int:
        """Check a trustee's {trustee, signature} that its share is destroyed; return the trustee's index.

        Raises: EncodingError, or CeremonyError naming the trustee. Spec: "Board".
        """
        fields = Fields(signed, "destroyed", SIGNED_KEYS)
        trustee = fields.integer("trustee", minimum=1, maximum=self.terms.count)
        return self.verify_trustee_signature("destroyed", build_destroyed_message(self, trustee), signed)


@dataclass(frozen=True)
class Ceremony(CeremonyResult):
    """A finished ceremony: the result and every trustee's signature of it, in order of index."""

    confirmations: tuple[bytes, ...]

    @classmethod
    def from_result(cls, result: CeremonyResult, confirmations: Sequence[JsonValue]) -> Ceremony:
        """Return the finished ceremony from every trustee's {trustee, signature}, in order of index.

        Raises: EncodingError, or CeremonyError naming the trustee whose confirmation is missing or does not hold.
        """
        message = build_confirmation_message(result)
        if len(confirmations) != result.terms.count:
            raise CeremonyError(f"{len(confirmations)} confirmations instead of {result.terms.count}")
        for index, signed in zip(result.terms.indexes, confirmations, strict=True):
            if result.verify_trustee_signature("ceremony", message, signed) != index:
                raise CeremonyError("the confirmation is missing or out of order", trustee=index)
        signatures = tuple(
            Fields(signed, "confirmation", SIGNED_KEYS).digest("signature", length=SIGNATURE_BYTES)
            for signed in confirmations
        )
        return cls(result.terms, result.openings, result.ceremony_hash, result.key, result.public_shares, signatures)

    @classmethod
    def from_messages(cls, terms: CeremonyTerms, openings: Sequence[bytes], confirmations: Sequence[bytes]) -> Ceremony:
        """Return the finished ceremony from the devices' messages, each in order of index: what a server publishes.

        Raises: EncodingError; CeremonyError naming the trustee at fault.
        """
        opened = [Opening.from_object(decode_canonical(message)) for message in openings]
        result = CeremonyResult.from_openings(terms, opened)
        return cls.from_result(result, [decode_canonical(message) for message in confirmations])

    def to_body(self) -> JsonObject:
        """Return the body of the board's `ceremony` entry."""
        return {
            "ceremony": self.terms.ceremony.hex(),
            "count": self.terms.count,
            "threshold": self.terms.threshold,
            "openings": [opening.to_object() for opening in self.openings],
            "confirmations": [
                {"trustee": index, "signature": signature.hex()}
                for index, signature in zip(self.terms.indexes, self.confirmations, strict=True)
            ],
            **build_confirmation_message(self),
        }

    @classmethod
    def from_body(cls, body: JsonObject, server_key: VerificationKey, *, rehearsal: bool) -> Ceremony:
        """Return the ceremony of an untrusted board entry after checking all of it (check V3).

        Raises: EncodingError for other keys, types or encodings; CeremonyError for anything that does not hold, naming
        the trustee at fault.
        """
        fields = Fields(body, "ceremony", _BODY_KEYS)
        terms = CeremonyTerms(
            ceremony=fields.digest("ceremony", length=CEREMONY_ID_BYTES),
            server_key=server_key,
            count=fields.integer("count", minimum=1, maximum=MOST_TRUSTEES),
            threshold=fields.integer("threshold", minimum=1, maximum=MOST_TRUSTEES),
            rehearsal=rehearsal,
        )
        result = CeremonyResult.from_openings(terms, [Opening.from_object(row) for row in fields.values("openings")])
        for name, value in build_confirmation_message(result).items():
            if body[name] != value:
                raise CeremonyError(f"{name} differs from what the openings give")
        return cls.from_result(result, fields.values("confirmations"))


def build_confirmation_message(result: CeremonyResult) -> JsonObject:
    """Return what each trustee signs under the label "ceremony". Spec: "Confirmation"."""
    return {
        "ceremony_hash": result.ceremony_hash.hex(),
        "key": result.key.hex(),
        "public_shares": [share.hex() for share in result.public_shares],
    }


def build_counts_message(result: CeremonyResult, election: str, slot: int, counts: JsonObject) -> JsonObject:
    """Return what trustees sign under the label "counts". Raises: EncodingError unless it is exactly the six counts."""
    checked = Counts.from_object(counts).to_object()
    return {"ceremony_hash": result.ceremony_hash.hex(), "counts": checked, "election": election, "slot": slot}


def build_paper_message(result: CeremonyResult, paper: JsonObject) -> JsonObject:
    """Return what trustees sign under the label "paper"; what `paper` holds is not looked at. Spec: "Paper"."""
    return {"body": paper, "ceremony_hash": result.ceremony_hash.hex()}


def build_destroyed_message(result: CeremonyResult, trustee: int) -> JsonObject:
    """Return what a trustee signs under the label "destroyed"."""
    return {"ceremony_hash": result.ceremony_hash.hex(), "trustee": trustee}


def sign_as_trustee(label: str, message: JsonObject, trustee: int, seed: SigningSeed) -> JsonObject:
    """Return {trustee, signature} over a message."""
    return {"trustee": trustee, "signature": sign_message(label, message, seed).hex()}
