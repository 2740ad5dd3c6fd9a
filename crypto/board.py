"""The board: an append-only chain of entries, each signed by the server over the hash of the one before.

Example, with `state` folded from the entries so far:

    state, entry = append_entry(state, EntryKind.ANNULLED, {"election": "s1", "ground": "…"}, seed)
    stored = entry.encode()
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from crypto.base32 import ALPHABET, encode_base32
from crypto.board_state import BoardState
from crypto.bodies import EntryKind, MeetingBody
from crypto.body_form import read_body
from crypto.encoding import JsonObject, decode_canonical_object, encode_canonical
from crypto.errors import BoardError, EncodingError
from crypto.fields import DIGEST_BYTES, Fields
from crypto.signing import (
    SIGNATURE_BYTES,
    SigningSeed,
    VerificationKey,
    derive_verification_key,
    sign_message,
    verify_encoded,
)

HEAD_CHARACTERS = 32
_HEAD_HEXADECIMAL_DIGITS = 2 * DIGEST_BYTES
_GROUP = 4
_ENTRY_KEYS = frozenset({"body", "kind", "number", "previous", "signature"})
_HEADED = frozenset({EntryKind.OUTCOME, EntryKind.ANNULLED})
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Entry:
    """One signed entry of the board. Spec: "Board"."""

    number: int
    previous: bytes
    kind: EntryKind
    body: JsonObject
    signature: bytes

    @cached_property
    def entry_hash(self) -> bytes:
        """The SHA-256 of the canonical entry, which the next one carries."""
        return hashlib.sha256(self._encoded).digest()

    def encode(self) -> bytes:
        """Return the canonical bytes, without the archive's line feed."""
        return self._encoded

    @cached_property
    def _encoded(self) -> bytes:
        return encode_canonical({**self._to_message(), "signature": self.signature.hex()})

    @classmethod
    def decode(cls, data: bytes) -> Entry:
        """Return the entry of untrusted canonical bytes; its signature, order and body's keys are not looked at.

        Raises: EncodingError.
        """
        fields = Fields(decode_canonical_object(data), "entry", _ENTRY_KEYS)
        entry = cls(
            number=fields.integer("number"),
            previous=fields.digest("previous"),
            kind=_read_kind(fields),
            body=fields.object("body"),
            signature=fields.digest("signature", length=SIGNATURE_BYTES),
        )
        # These bytes are canonical, so they are what encoding the entry again would give.
        vars(entry)["_encoded"] = data
        return entry

    def verify_signature(self, server_key: VerificationKey) -> None:
        """Check the server's signature. Raises: InvalidSignatureError."""
        verify_encoded("entry", self._encode_message(), server_key, self.signature)

    def _encode_message(self) -> bytes:
        """Return the canonical bytes of what is signed: the entry without its last member, the signature."""
        signature = f',"signature":"{self.signature.hex()}"}}'.encode()
        return self._encoded.removesuffix(signature) + b"}"

    def _to_message(self) -> JsonObject:
        return {
            "body": self.body,
            "kind": self.kind.value,
            "number": self.number,
            "previous": self.previous.hex(),
        }


def _read_kind(fields: Fields) -> EntryKind:
    try:
        return EntryKind(fields.text("kind"))
    except ValueError:
        raise fields.refuse("kind", "unknown") from None


def append_entry(state: BoardState, kind: EntryKind, body: JsonObject, seed: SigningSeed) -> tuple[BoardState, Entry]:
    """Return the signed entry that follows a board, and the board's state with it.

    seed: the secret of the server key that the meeting entry names.

    Raises: BoardError if an entry of this kind may not come now or the key is another one; EncodingError if the body
    has not the form of its kind.
    Spec: "Board".
    """
    parsed = read_body(kind, body)
    meeting = parsed if isinstance(parsed, MeetingBody) else state.meeting
    if meeting is not None and meeting.server_key != derive_verification_key(seed):
        raise BoardError("the signing key is not the meeting's server key")
    unsigned = Entry(number=state.number, previous=state.previous, kind=kind, body=body, signature=b"")
    entry = sign_entry(unsigned, seed)
    return state.advance(parsed, entry.entry_hash), entry


def sign_entry(entry: Entry, seed: SigningSeed) -> Entry:
    """Return the entry with the server's signature, whatever it carried before."""
    message = entry._to_message()
    return Entry(entry.number, entry.previous, entry.kind, entry.body, sign_message("entry", message, seed))


def fold_entries(entries: Iterable[Entry]) -> BoardState:
    """Return the state of a board of trusted entries, as a server does when it starts.

    Signatures are not checked; a verifier does that. Raises: BoardError, EncodingError.
    """
    state = BoardState()
    for entry in entries:
        if entry.number != state.number or entry.previous != state.previous:
            raise BoardError(f"entry {entry.number} does not follow entry {state.number - 1}")
        state = state.advance(read_body(entry.kind, entry.body), entry.entry_hash)
    return state


def board_head(entries: Iterable[Entry]) -> bytes | None:
    """Return the hash of the last `outcome` or `annulled` entry, which the minutes print; None before the first."""
    head = None
    for entry in entries:
        if entry.kind in _HEADED:
            head = entry.entry_hash
    return head


def encode_head(head: bytes) -> str:
    """Return the head as its 32 characters."""
    return encode_base32(head, HEAD_CHARACTERS)


def format_head(head: bytes) -> str:
    """Return the first 160 bits of a head as 32 characters in groups of four, joined by "-". Spec: "board_head"."""
    characters = encode_head(head)
    return "-".join(characters[start : start + _GROUP] for start in range(0, HEAD_CHARACTERS, _GROUP))


def normalise_head(code: str) -> str:
    """Return a head as typed in its plain form: 32 characters of the slip alphabet or 64 hexadecimal digits.

    Raises: EncodingError if it is neither. Spec: "board_head".
    """
    plain = "".join(character for character in code if not character.isspace() and character != "-")
    # Only ASCII is folded: upper-casing elsewhere turns a dotless i into I and a long s into S.
    if not plain.isascii():
        raise EncodingError("head", "a character outside the alphabet")
    plain = plain.upper()
    if len(plain) == _HEAD_HEXADECIMAL_DIGITS and set(plain) <= set("0123456789ABCDEF"):
        return plain.lower()
    plain = plain.translate(_LOOKALIKES)
    if len(plain) != HEAD_CHARACTERS or not set(plain) <= set(ALPHABET):
        raise EncodingError("head", f"not {HEAD_CHARACTERS} characters or {_HEAD_HEXADECIMAL_DIGITS} digits")
    return plain


def matches_head(code: str, head: bytes) -> bool:
    """Return whether a head as typed names this head; a code of another form does not."""
    try:
        plain = normalise_head(code)
    except EncodingError:
        return False
    expected = head.hex() if len(plain) == _HEAD_HEXADECIMAL_DIGITS else encode_head(head)
    return hmac.compare_digest(plain, expected)
