"""Shares on their way between trustees: encrypted to the key of the opening, signed, checked against the commitments.

The server that carries them learns nothing, and a wrong one names its maker. Everything is bound to the ceremony hash,
so that a message of an earlier meeting, or for another trustee, fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crypto.ceremony import MOST_TRUSTEES, CeremonyResult
from crypto.encoding import JsonObject, decode_canonical, encode_base64, encode_canonical
from crypto.errors import CeremonyError, CryptoError, InvalidSignatureError
from crypto.fields import Fields
from crypto.group import SCALAR_BYTES, RandomBytes, Scalar, decode_scalar, encode_scalar, multiply_base
from crypto.signing import KEY_BYTES, SIGNATURE_BYTES, SigningSeed, sign_message, verify_message
from crypto.threshold import evaluate_commitments
from crypto.transcript import encode_u32

CIPHERTEXT_BYTES = SCALAR_BYTES + 16
_KEYS = frozenset({"ceremony_hash", "from", "to", "ephemeral_key", "ciphertext", "signature"})
_NONCE = bytes(12)  # Each key encrypts one message only.


@dataclass(frozen=True)
class ShareMessage:
    """An encrypted and signed share, as it travels."""

    ceremony_hash: bytes
    maker: int
    receiver: int
    ephemeral_key: bytes
    ciphertext: bytes
    signature: bytes

    def to_unsigned_object(self) -> JsonObject:
        """Return what the maker signs."""
        return {
            "ceremony_hash": self.ceremony_hash.hex(),
            "from": self.maker,
            "to": self.receiver,
            "ephemeral_key": self.ephemeral_key.hex(),
            "ciphertext": encode_base64(self.ciphertext),
        }

    def encode(self) -> bytes:
        """Return the canonical message."""
        return encode_canonical({**self.to_unsigned_object(), "signature": self.signature.hex()})

    @classmethod
    def decode(cls, data: bytes) -> ShareMessage:
        """Return the message of untrusted bytes; `decrypt_share` checks it. Raises: EncodingError."""
        fields = Fields(decode_canonical(data), "share", _KEYS)
        ciphertext = fields.encoded("ciphertext")
        if len(ciphertext) != CIPHERTEXT_BYTES:
            raise fields.refuse("ciphertext", f"{len(ciphertext)} bytes instead of {CIPHERTEXT_BYTES}")
        return cls(
            ceremony_hash=fields.digest("ceremony_hash"),
            maker=fields.integer("from", minimum=1, maximum=MOST_TRUSTEES),
            receiver=fields.integer("to", minimum=1, maximum=MOST_TRUSTEES),
            ephemeral_key=fields.digest("ephemeral_key", length=KEY_BYTES),
            ciphertext=ciphertext,
            signature=fields.digest("signature", length=SIGNATURE_BYTES),
        )


def encrypt_share(
    result: CeremonyResult,
    *,
    maker: int,
    receiver: int,
    share: Scalar,
    seed: SigningSeed,
    random_bytes: RandomBytes,
) -> bytes:
    """Return the message that carries `share` to a receiver, signed by its maker.

    Raises: CeremonyError naming the receiver if its encryption key is unusable. Spec: "encrypt_share, decrypt_share".
    """
    ephemeral = X25519PrivateKey.from_private_bytes(random_bytes(KEY_BYTES))
    ephemeral_key = ephemeral.public_key().public_bytes_raw()
    encryption_key = result.openings[receiver - 1].encryption_key
    try:
        secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(encryption_key))
    except ValueError:
        raise CeremonyError("the encryption key is unusable", trustee=receiver) from None
    key = _derive_key(result, maker, receiver, secret, ephemeral_key)
    bound = result.ceremony_hash + encode_u32(maker) + encode_u32(receiver)
    ciphertext = ChaCha20Poly1305(key).encrypt(_NONCE, encode_scalar(share), bound)
    unsigned = ShareMessage(result.ceremony_hash, maker, receiver, ephemeral_key, ciphertext, b"")
    signature = sign_message("share", unsigned.to_unsigned_object(), seed)
    return ShareMessage(result.ceremony_hash, maker, receiver, ephemeral_key, ciphertext, signature).encode()


def decrypt_share(result: CeremonyResult, message: ShareMessage, receiver: int, private_key: bytes) -> Scalar:
    """Return the share of a message to this receiver after checking it against its maker's commitments.

    private_key: the receiver's X25519 secret of this ceremony.
    Raises: CeremonyError naming the maker. Spec: "encrypt_share, decrypt_share".
    """
    maker = message.maker
    if maker not in result.terms.indexes or maker == receiver:
        raise CeremonyError("a share from nobody else of this ceremony", trustee=maker)
    if message.ceremony_hash != result.ceremony_hash:
        raise CeremonyError("the share belongs to another ceremony", trustee=maker)
    if message.receiver != receiver:
        raise CeremonyError("the share is meant for another trustee", trustee=maker)
    try:
        verify_message("share", message.to_unsigned_object(), result.signing_keys[maker - 1], message.signature)
    except InvalidSignatureError:
        raise CeremonyError("the signature of the share does not hold", trustee=maker) from None
    share = _open_ciphertext(result, message, private_key)
    if multiply_base(share) != evaluate_commitments(result.openings[maker - 1].commitments, receiver):
        raise CeremonyError("the share does not fit the maker's commitments", trustee=maker)
    return share


def _open_ciphertext(result: CeremonyResult, message: ShareMessage, private_key: bytes) -> Scalar:
    maker, receiver = message.maker, message.receiver
    try:
        own = X25519PrivateKey.from_private_bytes(private_key)
        secret = own.exchange(X25519PublicKey.from_public_bytes(message.ephemeral_key))
        key = _derive_key(result, maker, receiver, secret, message.ephemeral_key)
        bound = result.ceremony_hash + encode_u32(maker) + encode_u32(receiver)
        return decode_scalar(ChaCha20Poly1305(key).decrypt(_NONCE, message.ciphertext, bound))
    except (InvalidTag, ValueError, CryptoError):
        raise CeremonyError("the share cannot be decrypted", trustee=maker) from None


def _derive_key(result: CeremonyResult, maker: int, receiver: int, secret: bytes, ephemeral_key: bytes) -> bytes:
    encryption_key = result.openings[receiver - 1].encryption_key
    info = b"share" + encode_u32(maker) + encode_u32(receiver) + ephemeral_key + encryption_key
    return HKDF(algorithm=SHA512(), length=32, salt=result.ceremony_hash, info=info).derive(secret)
