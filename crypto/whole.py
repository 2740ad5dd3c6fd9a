"""The words of the whole: how all trustees' devices make sure that they are about to decrypt the same thing.

Every device commits to a fresh nonce and what it recomputed, reveals when all commitments are in, and shows four words
of everything revealed. Signatures bind the messages to the devices of the ceremony, the words bind them to the people
in the room. Without this a server with one corrupt teller gets two aggregates that differ by one ballot from two honest
devices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from hmac import compare_digest

from crypto.ceremony import MOST_TRUSTEES, NONCE_BYTES
from crypto.closed import ClosedElection, hash_whole
from crypto.encoding import JsonObject, decode_canonical, encode_canonical
from crypto.errors import CryptoError, DecryptionRefusedError
from crypto.fields import Fields
from crypto.group import RandomBytes
from crypto.holding import Holding
from crypto.rounds import collect_round
from crypto.signing import SIGNATURE_BYTES, sign_message, verify_message
from crypto.transcript import DIGEST_BYTES, encode_u32, hash_items
from crypto.words import encode_words

WORDS = 4
COMMITMENT_LABEL = "whole-round-1"
REVEAL_LABEL = "whole-round-2"


class WholeStep(Enum):
    """What the device has done last."""

    NEW = "new"
    COMMITTED = "committed"
    COMMITMENTS_IN = "commitments in"
    REVEALED = "revealed"
    WORDS_SHOWN = "words shown"
    CONFIRMED = "confirmed"
    ENDED = "ended"


def commit_whole(whole: bytes, trustee: int, nonce: bytes) -> bytes:
    """Return the 64-byte commitment of a trustee to h and its nonce. Spec: "commit_whole, encode_whole_words"."""
    return hash_items("whole-commitment", whole, encode_u32(trustee), nonce)


def encode_whole_words(whole: bytes, nonces: dict[int, bytes]) -> tuple[str, ...]:
    """Return the four words of h and every present trustee's nonce. Spec: "commit_whole, encode_whole_words"."""
    items = (encode_u32(trustee) + nonce for trustee, nonce in sorted(nonces.items()))
    return encode_words(hash_items("whole-words", whole, *items), WORDS)


class WholeExchange:
    """One exchange about one closed election; a failed one is given up and another begun with a fresh nonce.

    Raises: DecryptionRefusedError from every method out of order and for every wrong message, naming the trustee.
    """

    def __init__(self, holding: Holding, closed: ClosedElection, random_bytes: RandomBytes) -> None:
        self.closed = closed
        self.whole = hash_whole(closed.closed_entry_hash, closed.aggregate_hash)
        self.step = WholeStep.NEW
        self._holding = holding
        self._nonce = random_bytes(NONCE_BYTES)
        self._commitments: dict[int, bytes] = {}
        self._words: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The four words, to be compared with the number of ballots on every other device."""
        if self.step not in (WholeStep.WORDS_SHOWN, WholeStep.CONFIRMED):
            raise DecryptionRefusedError("the words of the whole are not known yet")
        return self._words

    def make_commitment(self) -> bytes:
        """Return the signed commitment."""
        self._move(WholeStep.NEW, WholeStep.COMMITTED)
        commitment = commit_whole(self.whole, self._holding.trustee, self._nonce)
        return self._sign(COMMITMENT_LABEL, "commitment", commitment)

    def receive_commitments(self, messages: Sequence[bytes], missing: frozenset[int]) -> None:
        """Take the commitments of all trustees but those whose absence was confirmed on this device."""
        with self._ending_on_failure():
            self._move(WholeStep.COMMITTED, WholeStep.COMMITMENTS_IN)
            terms = self._holding.result.terms
            if self._holding.trustee in missing or not missing <= set(terms.indexes):
                raise DecryptionRefusedError("the missing trustees are not others of this ceremony")
            present = [index for index in terms.indexes if index not in missing]
            if len(present) < terms.threshold:
                raise DecryptionRefusedError(f"{len(present)} trustees are present, {terms.threshold} are needed")
            read = self._make_reader(COMMITMENT_LABEL, "commitment", DIGEST_BYTES)
            self._commitments = collect_round(messages, read, present)
            own = commit_whole(self.whole, self._holding.trustee, self._nonce)
            if self._commitments[self._holding.trustee] != own:
                raise DecryptionRefusedError("this device's own commitment came back changed")

    def make_reveal(self) -> bytes:
        """Return the signed nonce, now that every commitment is in."""
        self._move(WholeStep.COMMITMENTS_IN, WholeStep.REVEALED)
        return self._sign(REVEAL_LABEL, "nonce", self._nonce)

    def receive_reveals(self, messages: Sequence[bytes]) -> None:
        """Take the nonces of exactly those who committed, and check that they committed to the same whole."""
        with self._ending_on_failure():
            self._move(WholeStep.REVEALED, WholeStep.WORDS_SHOWN)
            read = self._make_reader(REVEAL_LABEL, "nonce", NONCE_BYTES)
            nonces = collect_round(messages, read, list(self._commitments))
            for trustee, nonce in nonces.items():
                if not compare_digest(commit_whole(self.whole, trustee, nonce), self._commitments[trustee]):
                    raise DecryptionRefusedError(f"trustee {trustee} is about to decrypt something else")
            self._words = encode_whole_words(self.whole, nonces)

    def confirm(self) -> None:
        """Note that this trustee found words and number of ballots the same everywhere."""
        self._move(WholeStep.WORDS_SHOWN, WholeStep.CONFIRMED)

    def _move(self, before: WholeStep, after: WholeStep) -> None:
        if self.step is not before:
            raise DecryptionRefusedError(f"out of order: at {self.step.value!r}, not at {before.value!r}")
        self.step = after

    def _sign(self, label: str, key: str, value: bytes) -> bytes:
        message = self._build_message(self._holding.trustee, key, value)
        return encode_canonical({**message, "signature": sign_message(label, message, self._holding.seed).hex()})

    def _build_message(self, trustee: int, key: str, value: bytes) -> JsonObject:
        ceremony_hash = self._holding.result.ceremony_hash.hex()
        return {
            "ceremony_hash": ceremony_hash,
            "election": self.closed.election,
            "trustee": trustee,
            key: value.hex(),
        }

    def _make_reader(self, label: str, key: str, length: int) -> Callable[[bytes], tuple[int, bytes]]:
        keys = frozenset({"ceremony_hash", "election", "trustee", "signature", key})
        result = self._holding.result

        def read(message: bytes) -> tuple[int, bytes]:
            fields = Fields(decode_canonical(message), "words of the whole", keys)
            trustee = fields.integer("trustee", minimum=1, maximum=min(MOST_TRUSTEES, result.terms.count))
            if (
                fields.digest("ceremony_hash") != result.ceremony_hash
                or fields.text("election") != self.closed.election
            ):
                raise DecryptionRefusedError(f"the message of trustee {trustee} belongs elsewhere")
            value = fields.digest(key, length=length)
            signature = fields.digest("signature", length=SIGNATURE_BYTES)
            verify_message(label, self._build_message(trustee, key, value), result.signing_keys[trustee - 1], signature)
            return trustee, value

        return read

    @contextmanager
    def _ending_on_failure(self) -> Iterator[None]:
        """End this exchange when a step fails: its nonce may be known, so the next one needs a fresh one."""
        try:
            yield
        except CryptoError as error:
            self.step = WholeStep.ENDED
            if isinstance(error, DecryptionRefusedError):
                raise
            raise DecryptionRefusedError(str(error)) from None
