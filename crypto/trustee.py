"""A trustee's device with its share: what it signs, what it decrypts, and what it refuses.

The device answers once per election. The order of a decryption is fixed: the device itself verifies the board, all
devices exchange the words of the whole, the people confirm them, the answer is stored durably, and only then does the
partial decryption leave. Nothing but a whole aggregate is ever decrypted, and there is no trial after the ceremony.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from crypto.ceremony import build_counts_message, build_destroyed_message, build_paper_message
from crypto.closed import ClosedElection, check_decryptable
from crypto.decryption import PartialDecryption, partially_decrypt
from crypto.encoding import JsonObject, decode_canonical_object, encode_canonical
from crypto.errors import CeremonyError, DecryptionRefusedError
from crypto.paper import PaperCounts
from crypto.participant import CeremonyStep, Participant
from crypto.whole import WholeExchange, WholeStep

BoardReview: TypeAlias = Callable[[bytes, str], ClosedElection]
"""From an archive and an election id: runs V1 to V8 on this device and returns what it found, or raises."""


class Trustee(Participant):
    """One trustee's device, in the ceremony (see `Participant`) and afterwards.

    Raises: CeremonyError from every method while there is no share, before the ceremony is over or after `destroy`.
    """

    _exchange: WholeExchange | None = None

    def sign_counts(self, election: str, slot: int, counts: JsonObject) -> JsonObject:
        """Return {trustee, signature} over an election's six paper counts.

        Raises: EncodingError unless there are exactly the six counts. Spec: "Manifest".
        """
        self._require(CeremonyStep.HOLDING)
        return self._sign("counts", build_counts_message(self.result, election, slot, counts))

    def sign_paper(self, paper: PaperCounts) -> JsonObject:
        """Return {trustee, signature} over what was counted of an election's paper ballots. Spec: "Paper"."""
        self._require(CeremonyStep.HOLDING)
        return self._sign("paper", build_paper_message(self.result, paper.to_signed()))

    def review_board(self, archive: bytes, election: str, verify_board: BoardReview) -> ClosedElection:
        """Verify the downloaded board on this device and begin the decryption of one election of it.

        Raises: what `verify_board` raises; DecryptionRefusedError.
        """
        self._require(CeremonyStep.HOLDING)
        closed = verify_board(archive, election)
        if closed.election != election:
            raise DecryptionRefusedError("the board was verified for another election")
        self.prepare_decryption(closed)
        return closed

    def prepare_decryption(self, closed: ClosedElection) -> None:
        """Begin the decryption of an election, replacing any exchange not yet answered.

        closed: from `review_board` only; whoever calls this directly must have run V1 to V8 on this device.
        Raises: DecryptionRefusedError if it is annulled, has fewer ballots than the floor, belongs to another
        ceremony or server, or this device answered something else for it.
        """
        self._require(CeremonyStep.HOLDING)
        self._exchange = None
        if closed.ceremony_hash != self.result.ceremony_hash or closed.server_key != self.terms.server_key:
            raise DecryptionRefusedError("the board belongs to another ceremony or server")
        check_decryptable(closed, rehearsal=self.terms.rehearsal)
        exchange = WholeExchange(self._held, closed, self._random_bytes)
        self._find_answer(exchange)
        self._exchange = exchange

    def make_whole_commitment(self) -> bytes:
        """Return this device's commitment; called again, the exchange starts afresh with a new nonce."""
        previous = self._current
        if previous.step is not WholeStep.NEW:
            self._exchange = WholeExchange(self._held, previous.closed, self._random_bytes)
        return self._current.make_commitment()

    def receive_whole_commitments(self, messages: Sequence[bytes], *, missing: frozenset[int] = frozenset()) -> None:
        """Take the commitments of all trustees present.

        missing: those whose absence this trustee has seen and confirmed on this device.
        Raises: DecryptionRefusedError naming the trustee at fault; the exchange must then start afresh.
        """
        self._current.receive_commitments(messages, missing)

    def make_whole_reveal(self) -> bytes:
        """Return this device's nonce."""
        return self._current.make_reveal()

    def receive_whole_reveals(self, messages: Sequence[bytes]) -> None:
        """Take the nonces of everyone who committed; `whole_words` can be shown afterwards.

        Raises: DecryptionRefusedError naming a trustee whose device is about to decrypt something else.
        """
        self._current.receive_reveals(messages)

    @property
    def whole_words(self) -> tuple[str, ...]:
        """The four words of the whole, to be shown with the election's title and its number of ballots."""
        return self._current.words

    def confirm_whole(self) -> None:
        """Note that this trustee found words and number of ballots the same on every device."""
        self._current.confirm()

    def make_partial_decryption(self) -> PartialDecryption:
        """Store the answer durably, then return this trustee's partial decryption; may be asked for again.

        Raises: DecryptionRefusedError if the words were not confirmed, the answer cannot be stored, or is another one.
        """
        self._require(CeremonyStep.HOLDING)
        exchange = self._current
        if self._find_answer(exchange) is None:
            if exchange.step is not WholeStep.CONFIRMED:
                raise DecryptionRefusedError("the words of the whole are not confirmed")
            self._record_answer(exchange)
        closed, held = exchange.closed, self._held
        return partially_decrypt(
            held.result,
            closed.election,
            closed.election_hash,
            closed.aggregate,
            trustee=held.trustee,
            share=held.share,
            random_bytes=self._random_bytes,
        )

    def destroy(self) -> JsonObject:
        """Erase the share for good and return the signed {trustee, signature} that says so; may be asked for again.

        Raises: CeremonyError if the storage fails, and then the share is still there.
        """
        if self.step is CeremonyStep.DESTROYED:
            return self._load_statement()
        self._require(CeremonyStep.HOLDING)
        statement = self._sign("destroyed", build_destroyed_message(self.result, self.index))
        try:
            self._storage.destroy_holding(encode_canonical(statement))
        except OSError as error:
            raise CeremonyError(f"the share could not be destroyed: {error.strerror}", trustee=self.index) from None
        self._holding = self._exchange = None
        self.step = CeremonyStep.DESTROYED
        return statement

    @property
    def _current(self) -> WholeExchange:
        self._require(CeremonyStep.HOLDING)
        if self._exchange is None:
            raise DecryptionRefusedError("no closed election was reviewed")
        return self._exchange

    def _load_statement(self) -> JsonObject:
        try:
            stored = self._storage.load_destroyed()
        except OSError:
            stored = None
        if stored is None:
            raise CeremonyError("the statement of destruction is lost", trustee=self.index)
        return decode_canonical_object(stored)

    def _find_answer(self, exchange: WholeExchange) -> bytes | None:
        """Return what is recorded for the election, if anything; refuse if it is not this exchange's."""
        try:
            recorded = self._storage.find_answer(exchange.closed.election)
        except OSError as error:
            raise DecryptionRefusedError(f"the answers cannot be read: {error.strerror}") from None
        if recorded not in (None, exchange.whole):
            raise DecryptionRefusedError("this device answered something else for this election")
        return recorded

    def _record_answer(self, exchange: WholeExchange) -> None:
        try:
            self._storage.record_answer(exchange.closed.election, exchange.whole)
        except OSError as error:
            raise DecryptionRefusedError(f"the answer could not be stored: {error.strerror}") from None
        if self._find_answer(exchange) is None:
            raise DecryptionRefusedError("the answer could not be stored")
