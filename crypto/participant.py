"""A trustee's device during the key ceremony: every step once, in order, and any failure ends it.

Messages are canonical bytes. Each `receive_…` of a round takes that round's messages of all n trustees, the device's
own included, in any order; the device checks that its own came back unchanged. Secrets exist in memory only until
`make_confirmation` stores the holding: a device restarted before has forgotten them, and the ceremony begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crypto.ceremony import (
    CEREMONY_ID_BYTES,
    MOST_TRUSTEES,
    SIGNED_KEYS,
    Ceremony,
    CeremonyResult,
    CeremonyTerms,
    Opening,
    build_confirmation_message,
    build_opening,
    check_opening,
    commit_opening,
    sign_as_trustee,
)
from crypto.encoding import JsonObject, decode_canonical, decode_canonical_object, encode_canonical
from crypto.errors import CeremonyError, CryptoError
from crypto.fields import Fields
from crypto.group import ORDER, RandomBytes, Scalar
from crypto.holding import Holding
from crypto.rounds import T, collect_round
from crypto.shares import ShareMessage, decrypt_share, encrypt_share
from crypto.signing import KEY_BYTES, SigningSeed, derive_verification_key, generate_signing_seed
from crypto.threshold import Polynomial, commit_polynomial, evaluate_polynomial, generate_polynomial
from crypto.transcript import DIGEST_BYTES
from crypto.trial import TrialMessage, check_trial, decrypt_trial
from crypto.trustee_storage import TrusteeStorage
from crypto.words import encode_words

WORDS = 4
_COMMITMENT_KEYS = frozenset({"ceremony", "trustee", "commitment"})


class CeremonyStep(Enum):
    """What the device has done last."""

    NEW = "new"
    COMMITTED = "committed"
    COMMITMENTS_IN = "commitments in"
    OPENED = "opened"
    WORDS_SHOWN = "words shown"
    WORDS_CONFIRMED = "words confirmed"
    SHARES_MADE = "shares made"
    SHARES_IN = "shares in"
    TRIAL_MADE = "trial made"
    TRIAL_DONE = "trial done"
    HOLDING = "holding"
    ENDED = "ended"
    DESTROYED = "destroyed"


@dataclass
class _Secrets:
    """What the device alone knows until the share is complete."""

    polynomial: Polynomial = field(repr=False)
    encryption_key: bytes = field(repr=False)
    seed: SigningSeed = field(repr=False)
    opening: Opening


class Participant:
    """One trustee's device from its first commitment to its confirmation.

    index: 1 … n; storage: where the holding goes; one that already has this trustee's holding continues with it.

    Raises: CeremonyError from every method called out of order, and wherever a message is wrong, naming the trustee
    at fault; after a wrong message the device takes no further part.
    """

    def __init__(self, index: int, terms: CeremonyTerms, random_bytes: RandomBytes, storage: TrusteeStorage) -> None:
        if index not in terms.indexes:
            raise CeremonyError("no such trustee", trustee=index)
        self.index = index
        self.terms = terms
        self.step = CeremonyStep.NEW
        self._random_bytes = random_bytes
        self._storage = storage
        self._secrets: _Secrets | None = None
        self._commitments: dict[int, bytes] = {}
        self._result: CeremonyResult | None = None
        self._received: dict[int, tuple[bytes, Scalar]] = {}
        self._holding: Holding | None = None
        self._resume()

    @property
    def result(self) -> CeremonyResult:
        """The ceremony as the openings gave it. Raises: CeremonyError before they are in."""
        if self._result is None:
            raise CeremonyError("the openings are not in yet")
        return self._result

    @property
    def words(self) -> tuple[str, ...]:
        """The four words of the ceremony hash, to be compared with every other device and the screen."""
        return encode_words(self.result.ceremony_hash, WORDS)

    def make_commitment(self) -> bytes:
        """Draw this trustee's secrets and return the commitment to its opening."""
        self._require(CeremonyStep.NEW)
        polynomial = generate_polynomial(self.terms.threshold, self._random_bytes)
        private = X25519PrivateKey.from_private_bytes(self._random_bytes(KEY_BYTES))
        seed = generate_signing_seed(self._random_bytes)
        opening = build_opening(
            self.terms,
            self.index,
            encryption_key=private.public_key().public_bytes_raw(),
            signing_key=derive_verification_key(seed),
            constant=polynomial[0],
            commitments=commit_polynomial(polynomial),
            random_bytes=self._random_bytes,
        )
        self._secrets = _Secrets(polynomial, private.private_bytes_raw(), seed, opening)
        self.step = CeremonyStep.COMMITTED
        return encode_canonical(
            {
                "ceremony": self.terms.ceremony.hex(),
                "trustee": self.index,
                "commitment": commit_opening(opening).hex(),
            }
        )

    def receive_commitments(self, messages: Sequence[bytes]) -> None:
        """Take all n commitments."""
        self._require(CeremonyStep.COMMITTED)
        with self._ending_on_failure():
            found = self._collect(messages, self._read_commitment)
            if found[self.index] != commit_opening(self._own.opening):
                raise CeremonyError("this device's own commitment came back changed", trustee=self.index)
            self._commitments = found
        self.step = CeremonyStep.COMMITMENTS_IN

    def make_opening(self) -> bytes:
        """Return this trustee's opening, now that nobody can choose theirs any more."""
        self._require(CeremonyStep.COMMITMENTS_IN)
        self.step = CeremonyStep.OPENED
        return encode_canonical(self._own.opening.to_object())

    def receive_openings(self, messages: Sequence[bytes]) -> None:
        """Take all n openings, check each against its commitment; `words` can be shown afterwards."""
        self._require(CeremonyStep.OPENED)
        with self._ending_on_failure():
            openings = self._collect(messages, _read_opening)
            for index in self.terms.indexes:
                check_opening(self.terms, openings[index], self._commitments[index])
            self._result = CeremonyResult.from_openings(self.terms, [openings[index] for index in self.terms.indexes])
        self.step = CeremonyStep.WORDS_SHOWN

    def confirm_words(self) -> None:
        """Note that this trustee has compared the four words with all others aloud."""
        self._require(CeremonyStep.WORDS_SHOWN)
        self.step = CeremonyStep.WORDS_CONFIRMED

    def make_shares(self) -> tuple[bytes, ...]:
        """Return one encrypted share for each other trustee, in order of index."""
        self._require(CeremonyStep.WORDS_CONFIRMED)
        with self._ending_on_failure():
            messages = tuple(
                encrypt_share(
                    self.result,
                    maker=self.index,
                    receiver=receiver,
                    share=evaluate_polynomial(self._own.polynomial, receiver),
                    seed=self._own.seed,
                    random_bytes=self._random_bytes,
                )
                for receiver in self.terms.indexes
                if receiver != self.index
            )
        self.step = CeremonyStep.SHARES_MADE
        self._complete_share()
        return messages

    def receive_share(self, message: bytes) -> None:
        """Take one share, after this device's own have left; the same message once more changes nothing."""
        self._require(CeremonyStep.SHARES_MADE)
        with self._ending_on_failure():
            decoded = ShareMessage.decode(message)
            known = self._received.get(decoded.maker)
            if known is None:
                share = decrypt_share(self.result, decoded, self.index, self._own.encryption_key)
                self._received[decoded.maker] = (message, share)
            elif known[0] != message:
                raise CeremonyError("two different shares", trustee=decoded.maker)
            self._complete_share()

    def make_trial_decryptions(self) -> bytes:
        """Return this trustee's trial decryptions; there is no second time."""
        self._require(CeremonyStep.SHARES_IN)
        self.step = CeremonyStep.TRIAL_MADE
        held = self._held
        return decrypt_trial(held.result, self.index, held.share, self._random_bytes).encode()

    def receive_trial_decryptions(self, messages: Sequence[bytes]) -> None:
        """Take all n trial decryptions and check that both sets of trustees decrypt."""
        self._require(CeremonyStep.TRIAL_MADE)
        with self._ending_on_failure():
            check_trial(self.result, self._collect(messages, _read_trial))
        self.step = CeremonyStep.TRIAL_DONE

    def make_confirmation(self) -> bytes:
        """Store the holding durably, then return this trustee's signature of the result; may be asked for again."""
        if self.step is not CeremonyStep.HOLDING:
            self._require(CeremonyStep.TRIAL_DONE)
            with self._ending_on_failure():
                try:
                    self._storage.save_holding(self._held.encode())
                except OSError as error:
                    raise CeremonyError(f"the share could not be stored: {error.strerror}") from None
            self.step = CeremonyStep.HOLDING
        return encode_canonical(self._sign("ceremony", build_confirmation_message(self.result)))

    def receive_confirmations(self, messages: Sequence[bytes]) -> Ceremony:
        """Return the finished ceremony from all n confirmations; a wrong one leaves the holding as it is."""
        self._require(CeremonyStep.HOLDING)
        try:
            signed = self._collect(messages, _read_confirmation)
            return Ceremony.from_result(self.result, [signed[index] for index in self.terms.indexes])
        except CeremonyError:
            raise
        except CryptoError as error:
            raise CeremonyError(str(error)) from None

    @property
    def _own(self) -> _Secrets:
        if self._secrets is None:
            raise CeremonyError("this device has no secrets of the ceremony")
        return self._secrets

    @property
    def _held(self) -> Holding:
        if self._holding is None:
            raise CeremonyError("this device holds no share")
        return self._holding

    def _sign(self, label: str, message: JsonObject) -> JsonObject:
        return sign_as_trustee(label, message, self.index, self._held.seed)

    def _require(self, step: CeremonyStep) -> None:
        if self.step is not step:
            raise CeremonyError(f"out of order: this device is at {self.step.value!r}, not at {step.value!r}")

    def _collect(self, messages: Sequence[bytes], read: Callable[[bytes], tuple[int, T]]) -> dict[int, T]:
        return collect_round(messages, read, self.terms.indexes)

    def _complete_share(self) -> None:
        """Add the shares up once all are in; the polynomial is not needed any more."""
        if len(self._received) != self.terms.count - 1:
            return
        own = evaluate_polynomial(self._own.polynomial, self.index)
        total = Scalar((own + sum(share for _, share in self._received.values())) % ORDER)
        self._holding = Holding(self.index, self.result, total, self._own.seed)
        self._secrets = None
        self._received = {}
        self.step = CeremonyStep.SHARES_IN

    def _resume(self) -> None:
        """Continue with what the storage has."""
        try:
            stored = self._storage.load_holding()
            destroyed = self._storage.load_destroyed()
        except OSError as error:
            raise CeremonyError(f"the storage cannot be read: {error.strerror}", trustee=self.index) from None
        if destroyed is not None:
            self.step = CeremonyStep.DESTROYED
            return
        if stored is None:
            return
        holding = Holding.decode(stored)
        if holding.trustee != self.index or holding.result.terms != self.terms:
            raise CeremonyError("the storage holds a share of another ceremony or trustee", trustee=self.index)
        self._holding, self._result = holding, holding.result
        self.step = CeremonyStep.HOLDING

    @contextmanager
    def _ending_on_failure(self) -> Iterator[None]:
        """Forget every secret when a step fails: after a wrong message only a new ceremony helps."""
        try:
            yield
        except CryptoError as error:
            self._secrets, self._holding, self._received = None, None, {}
            self.step = CeremonyStep.ENDED
            if isinstance(error, CeremonyError):
                raise
            raise CeremonyError(str(error)) from None

    def _read_commitment(self, message: bytes) -> tuple[int, bytes]:
        fields = Fields(decode_canonical(message), "commitment", _COMMITMENT_KEYS)
        trustee = fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES)
        if fields.digest("ceremony", length=CEREMONY_ID_BYTES) != self.terms.ceremony:
            raise CeremonyError("the commitment belongs to another ceremony", trustee=trustee)
        return trustee, fields.digest("commitment", length=DIGEST_BYTES)


def _read_opening(message: bytes) -> tuple[int, Opening]:
    opening = Opening.from_object(decode_canonical(message))
    return opening.trustee, opening


def _read_trial(message: bytes) -> tuple[int, TrialMessage]:
    trial = TrialMessage.decode(message)
    return trial.trustee, trial


def _read_confirmation(message: bytes) -> tuple[int, JsonObject]:
    signed = decode_canonical_object(message)
    return Fields(signed, "confirmation", SIGNED_KEYS).integer("trustee", minimum=1, maximum=MOST_TRUSTEES), signed
