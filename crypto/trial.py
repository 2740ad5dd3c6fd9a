"""The trial inside the ceremony: two sets of trustees that together are all of them decrypt a known ciphertext.

Its ciphertexts follow from the ceremony hash, so nobody can choose what is decrypted. It happens once and never after
the ceremony: a trial on request would decrypt anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crypto.ceremony import MOST_TRUSTEES, CeremonyResult
from crypto.decryption import ProvenDecryption
from crypto.elgamal import Ciphertext, encrypt
from crypto.encoding import decode_canonical, encode_base64, encode_canonical
from crypto.errors import CeremonyError, InvalidProofError
from crypto.fields import Fields
from crypto.group import GENERATOR, Element, RandomBytes, Scalar, multiply, subtract
from crypto.proofs.equality import DecryptionStatement, prove_decryption, verify_decryption
from crypto.threshold import interpolate_at_zero
from crypto.transcript import encode_u32, hash_to_scalar

_KEYS = frozenset({"ceremony_hash", "trustee", "decryptions"})
_DECRYPTION_KEYS = frozenset({"trustees", "decryption"})


@dataclass(frozen=True)
class TrialMessage:
    """A trustee's decryptions for each set that it belongs to, in the order of `list_trial_sets`."""

    ceremony_hash: bytes
    trustee: int
    decryptions: tuple[tuple[tuple[int, ...], ProvenDecryption], ...]

    def encode(self) -> bytes:
        """Return the canonical message."""
        return encode_canonical(
            {
                "ceremony_hash": self.ceremony_hash.hex(),
                "trustee": self.trustee,
                "decryptions": [
                    {"trustees": list(trustees), "decryption": encode_base64(decryption.encode())}
                    for trustees, decryption in self.decryptions
                ],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> TrialMessage:
        """Return the message of untrusted bytes. Raises: EncodingError."""
        fields = Fields(decode_canonical(data), "trial", _KEYS)
        return cls(
            ceremony_hash=fields.digest("ceremony_hash"),
            trustee=fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
            decryptions=tuple(
                (
                    member.integers("trustees", minimum=1, maximum=MOST_TRUSTEES),
                    ProvenDecryption.decode(member.encoded("decryption")),
                )
                for member in fields.members("decryptions", _DECRYPTION_KEYS)
            ),
        )


def list_trial_sets(count: int, threshold: int) -> tuple[tuple[int, ...], ...]:
    """Return the sets {1 … t} and {n − t + 1 … n}, once if they are equal. Spec: "derive_trial_ciphertext"."""
    first, last = tuple(range(1, threshold + 1)), tuple(range(count - threshold + 1, count + 1))
    return (first,) if first == last else (first, last)


def derive_trial_ciphertext(result: CeremonyResult, trustees: tuple[int, ...]) -> Ciphertext:
    """Return the encryption of 1 that a set of trustees decrypts. Spec: "derive_trial_ciphertext"."""
    return encrypt(result.key, 1, hash_to_scalar("trial", result.ceremony_hash, _encode_set(trustees)))


def decrypt_trial(result: CeremonyResult, trustee: int, share: Scalar, random_bytes: RandomBytes) -> TrialMessage:
    """Return a trustee's decryptions for each set that it belongs to."""
    decryptions = []
    for trustees in list_trial_sets(result.terms.count, result.terms.threshold):
        if trustee in trustees:
            element = multiply(share, derive_trial_ciphertext(result, trustees).alpha)
            statement = _build_statement(result, trustees, trustee, element)
            decryptions.append((trustees, ProvenDecryption(element, prove_decryption(statement, share, random_bytes))))
    return TrialMessage(result.ceremony_hash, trustee, tuple(decryptions))


def check_trial(result: CeremonyResult, messages: Mapping[int, TrialMessage]) -> None:
    """Check every trustee's decryptions and that each set finds the 1.

    Raises: CeremonyError naming the trustee at fault.
    """
    for trustee in result.terms.indexes:
        if trustee not in messages:
            raise CeremonyError("the trial decryption is missing", trustee=trustee)
        _check_message(result, trustee, messages[trustee])
    for trustees in list_trial_sets(result.terms.count, result.terms.threshold):
        ciphertext = derive_trial_ciphertext(result, trustees)
        elements = {index: dict(messages[index].decryptions)[trustees].element for index in trustees}
        if subtract(ciphertext.beta, interpolate_at_zero(elements)) != GENERATOR:
            raise CeremonyError(f"the trial by trustees {list(trustees)} does not decrypt")


def _check_message(result: CeremonyResult, trustee: int, message: TrialMessage) -> None:
    sets = [members for members in list_trial_sets(result.terms.count, result.terms.threshold) if trustee in members]
    if message.trustee != trustee or message.ceremony_hash != result.ceremony_hash:
        raise CeremonyError("the trial decryption belongs to another ceremony or trustee", trustee=trustee)
    if [members for members, _ in message.decryptions] != sets:
        raise CeremonyError("the trial decryption names other sets of trustees", trustee=trustee)
    for members, decryption in message.decryptions:
        try:
            verify_decryption(_build_statement(result, members, trustee, decryption.element), decryption.proof)
        except InvalidProofError:
            raise CeremonyError("the trial decryption is wrong", trustee=trustee) from None


def _encode_set(trustees: tuple[int, ...]) -> bytes:
    return b"".join(encode_u32(index) for index in trustees)


def _build_statement(
    result: CeremonyResult, trustees: tuple[int, ...], trustee: int, element: Element
) -> DecryptionStatement:
    return DecryptionStatement(
        ceremony_hash=result.ceremony_hash,
        trustee=trustee,
        public_share=result.find_public_share(trustee),
        context=b"trial" + _encode_set(trustees),
        ciphertext=derive_trial_ciphertext(result, trustees),
        decryption=element,
    )
