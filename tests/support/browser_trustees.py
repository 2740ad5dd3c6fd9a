"""Trustees' devices of the browser's side, run by Node, behind the interface of `crypto.trustee.Trustee`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any, cast

import pytest

from crypto.aggregate import Aggregate, encode_aggregate
from crypto.ceremony import Ceremony, CeremonyResult, CeremonyTerms, Opening
from crypto.closed import ClosedElection
from crypto.decryption import Combination, PartialDecryption
from crypto.encoding import JsonObject, JsonValue, encode_base64
from crypto.errors import (
    CeremonyError,
    CryptoError,
    DecryptionRefusedError,
    EncodingError,
    InvalidElementError,
    InvalidProofError,
    InvalidScalarError,
    InvalidSignatureError,
    NotEnoughSharesError,
    VerificationError,
)
from crypto.group import Element, RandomBytes, Scalar, encode_scalar
from crypto.holding import Holding
from crypto.paper import PaperCounts
from crypto.participant import CeremonyStep
from crypto.proofs.equality import DecryptionStatement
from crypto.signing import VerificationKey
from crypto.trustee import BoardReview, Trustee
from crypto.trustee_storage import TrusteeStorage
from kiosk.toolchain import KIOSK, find_node
from tests.support import trustees as table
from tests.support.crypto_samples import SeededRandom
from tests.support.kiosk import BrowserSide

Outcome = tuple[str, str] | None
"""An error's class and text, None for none."""

_ERRORS: dict[str, Callable[[dict[str, Any]], CryptoError]] = {
    "CeremonyError": lambda fields: CeremonyError(fields["problem"], trustee=fields.get("trustee")),
    "DecryptionRefusedError": lambda fields: DecryptionRefusedError(fields["reason"]),
    "EncodingError": lambda fields: EncodingError(fields["what"], fields["problem"]),
    "InvalidElementError": lambda fields: InvalidElementError(fields["what"], fields["problem"]),
    "InvalidScalarError": lambda fields: InvalidScalarError(fields["what"], fields["problem"]),
    "InvalidProofError": lambda fields: InvalidProofError(fields["where"]),
    "InvalidSignatureError": lambda fields: InvalidSignatureError(fields["what"]),
    "VerificationError": lambda fields: VerificationError(
        fields["check"],
        fields["problem"],
        entry=fields.get("entry"),
        expected=fields.get("expected"),
        found=fields.get("found"),
    ),
    "NotEnoughSharesError": lambda fields: NotEnoughSharesError(
        threshold=fields["threshold"], valid=fields["valid"], rejected=tuple(fields["rejected"])
    ),
}


class TrusteeSide:
    """A Node process with any number of devices, asked one thing at a time.

    said: every line that came from it but for what it gave its storage; kept: those.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.said: list[str] = []
        self.kept: list[str] = []
        self._process = process
        self._numbers = count()
        self._storages: dict[int, TrusteeStorage] = {}
        self._review: BoardReview | None = None
        self._failure: Exception | None = None

    def open_device(
        self, index: int, terms: CeremonyTerms, random_bytes: RandomBytes, storage: TrusteeStorage
    ) -> BrowserTrustee:
        """Return a device of a trustee. Raises: as `Trustee`."""
        assert isinstance(random_bytes, SeededRandom)
        number = next(self._numbers)
        self._storages[number] = storage
        self.ask("open", device=number, index=index, terms=_write_terms(terms), seed=random_bytes.seed)
        return BrowserTrustee(self, number, index, terms, storage)

    def review_with(self, review: BoardReview, device: int, archive: bytes, election: str) -> None:
        """Let a device review a board. Raises: what the device or the review raises."""
        self._review, self._failure = review, None
        try:
            self.ask("review_board", device=device, archive=archive.hex(), election=election)
        except AssertionError:
            raise self._failure or AssertionError from None

    def ask(self, operation: str, **details: Any) -> Any:
        """Return the value of an operation. Raises: the protocol's error that it ended with."""
        self._write({"operation": operation, **details})
        while True:
            line = self._read()
            answer = json.loads(line)
            if "storage" in answer:
                self.kept.append(line)
                self._write(self._serve_storage(answer))
                continue
            self.said.append(line)
            if "review" in answer:
                self._write(self._serve_review(answer))
            elif "error" in answer:
                raise _ERRORS[answer["error"]](answer["fields"])
            else:
                assert "crash" not in answer, answer["crash"]
                return answer["value"]

    def _write(self, value: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the devices' process has ended"
        return line

    def _serve_storage(self, question: dict[str, Any]) -> dict[str, Any]:
        storage = self._storages[question["device"]]
        arguments = [question["election"]] if "election" in question else []
        if "data" in question:
            arguments.append(bytes.fromhex(question["data"]))
        try:
            value: bytes | None = getattr(storage, question["storage"])(*arguments)
        except OSError as error:
            return {"problem": error.strerror or str(error)}
        return {"value": None if value is None else value.hex()}

    def _serve_review(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._review is not None
        try:
            closed = self._review(bytes.fromhex(question["review"]), question["election"])
        except CryptoError as error:
            self._failure = error
            return {"problem": "the review failed"}
        return {"closed": _write_closed(closed)}


class BrowserTrustee:
    """One device; every method is that of `Trustee`."""

    def __init__(
        self, side: TrusteeSide, number: int, index: int, terms: CeremonyTerms, storage: TrusteeStorage
    ) -> None:
        self.index = index
        self.terms = terms
        self._side = side
        self._number = number
        self._storage = storage

    @property
    def step(self) -> CeremonyStep:
        """What the device has done last."""
        return CeremonyStep(self._ask("step"))

    @property
    def result(self) -> CeremonyResult:
        """The ceremony as the device's openings give it here."""
        return CeremonyResult.from_openings(self.terms, [Opening.from_object(row) for row in self._ask("openings")])

    @property
    def words(self) -> tuple[str, ...]:
        """The four words of the ceremony hash."""
        return tuple(self._ask("words"))

    @property
    def whole_words(self) -> tuple[str, ...]:
        """The four words of the whole."""
        return tuple(self._ask("whole_words"))

    @property
    def _held(self) -> Holding:
        stored = self._storage.load_holding()
        assert stored is not None
        return Holding.decode(stored)

    def make_commitment(self) -> bytes:
        """Return the commitment."""
        return bytes.fromhex(self._ask("make_commitment"))

    def receive_commitments(self, messages: Sequence[bytes]) -> None:
        """Take all commitments."""
        self._ask("receive_commitments", messages=_write_messages(messages))

    def make_opening(self) -> bytes:
        """Return the opening."""
        return bytes.fromhex(self._ask("make_opening"))

    def receive_openings(self, messages: Sequence[bytes]) -> None:
        """Take all openings."""
        self._ask("receive_openings", messages=_write_messages(messages))

    def confirm_words(self) -> None:
        """Note that the words were compared."""
        self._ask("confirm_words")

    def make_shares(self) -> tuple[bytes, ...]:
        """Return the shares."""
        return tuple(map(bytes.fromhex, self._ask("make_shares")))

    def receive_share(self, message: bytes) -> None:
        """Take one share."""
        self._ask("receive_share", message=message.hex())

    def make_trial_decryptions(self) -> bytes:
        """Return the trial decryptions."""
        return bytes.fromhex(self._ask("make_trial_decryptions"))

    def receive_trial_decryptions(self, messages: Sequence[bytes]) -> None:
        """Take all trial decryptions."""
        self._ask("receive_trial_decryptions", messages=_write_messages(messages))

    def make_confirmation(self) -> bytes:
        """Store the holding, return the confirmation."""
        return bytes.fromhex(self._ask("make_confirmation"))

    def receive_confirmations(self, messages: Sequence[bytes]) -> Ceremony:
        """Return the finished ceremony with the signatures that the device found right."""
        signatures = self._ask("receive_confirmations", messages=_write_messages(messages))
        rows = zip(self.terms.indexes, signatures, strict=True)
        return Ceremony.from_result(self.result, [{"trustee": trustee, "signature": row} for trustee, row in rows])

    def sign_counts(self, election: str, slot: int, counts: JsonObject) -> JsonObject:
        """Return the signature of an election's counts."""
        return cast("JsonObject", self._ask("sign_counts", election=election, slot=slot, counts=counts))

    def sign_paper(self, paper: PaperCounts) -> JsonObject:
        """Return the signature of an election's paper counts."""
        return cast("JsonObject", self._ask("sign_paper", counts=paper.to_object()))

    def review_board(self, archive: bytes, election: str, verify_board: BoardReview) -> ClosedElection:
        """Review the board."""
        found: list[ClosedElection] = []

        def review(data: bytes, asked: str) -> ClosedElection:
            found.append(verify_board(data, asked))
            return found[-1]

        self._side.review_with(review, self._number, archive, election)
        return found[-1]

    def review_archive(self, archive: bytes, election: str) -> int:
        """Review the board with the browser's own verifier; return the number of ballots."""
        number: int = self._ask("review_archive", archive=archive.hex(), election=election, seed=self.index)
        return number

    def prepare_decryption(self, closed: ClosedElection) -> None:
        """Begin the decryption of an election."""
        self._ask("prepare_decryption", closed=_write_closed(closed))

    def make_whole_commitment(self) -> bytes:
        """Return the commitment to the whole."""
        return bytes.fromhex(self._ask("make_whole_commitment"))

    def receive_whole_commitments(self, messages: Sequence[bytes], *, missing: frozenset[int] = frozenset()) -> None:
        """Take the commitments to the whole."""
        self._ask("receive_whole_commitments", messages=_write_messages(messages), missing=sorted(missing))

    def make_whole_reveal(self) -> bytes:
        """Return the nonce."""
        return bytes.fromhex(self._ask("make_whole_reveal"))

    def receive_whole_reveals(self, messages: Sequence[bytes]) -> None:
        """Take the nonces."""
        self._ask("receive_whole_reveals", messages=_write_messages(messages))

    def confirm_whole(self) -> None:
        """Note that the words of the whole were compared."""
        self._ask("confirm_whole")

    def make_partial_decryption(self) -> PartialDecryption:
        """Return the partial decryption."""
        return PartialDecryption.from_body(self._ask("make_partial_decryption"))

    def destroy(self) -> JsonObject:
        """Destroy the share."""
        return cast("JsonObject", self._ask("destroy"))

    def describe(self) -> list[Any]:
        """Return what the device looks like when it is printed or serialised."""
        return cast("list[Any]", self._ask("describe"))

    def _ask(self, operation: str, **details: Any) -> Any:
        return self._side.ask(operation, device=self._number, **details)


@dataclass(frozen=True)
class BrowserFunctions:
    """The browser's functions behind the signatures of `crypto`'s."""

    side: TrusteeSide

    def check_opening(self, terms: CeremonyTerms, opening: Opening, commitment: bytes | None = None) -> None:
        """Check one opening."""
        known = None if commitment is None else commitment.hex()
        self.side.ask("check_opening", terms=_write_terms(terms), openings=[opening.to_object()], commitment=known)

    def compute_ceremony_hash(self, terms: CeremonyTerms, openings: Sequence[Opening]) -> bytes:
        """Return the ceremony's hash."""
        rows = [opening.to_object() for opening in openings]
        return bytes.fromhex(self.side.ask("compute_ceremony_hash", terms=_write_terms(terms), openings=rows))

    def from_openings(self, terms: CeremonyTerms, openings: Sequence[Opening]) -> CeremonyResult:
        """Return what the openings amount to, in place of `CeremonyResult.from_openings`."""
        rows = [opening.to_object() for opening in openings]
        found = self.side.ask("result_from_openings", terms=_write_terms(terms), openings=rows)
        result = CeremonyResult.from_openings(terms, openings)
        assert result.ceremony_hash.hex() == found
        return result

    def from_object(self, value: JsonValue) -> Opening:
        """Return an opening that the browser reads too, in place of `Opening.from_object`."""
        terms = CeremonyTerms(bytes(16), VerificationKey(bytes(32)), 3, 2, rehearsal=False)
        self.side.ask("compute_ceremony_hash", terms=_write_terms(terms), openings=[value])
        return Opening.from_object(value)

    def partially_decrypt(
        self,
        ceremony: CeremonyResult,
        election: str,
        election_hash: bytes,
        aggregate: Aggregate,
        *,
        trustee: int,
        share: Scalar,
        random_bytes: RandomBytes,
    ) -> PartialDecryption:
        """Return a partial decryption."""
        assert isinstance(random_bytes, SeededRandom)
        body = self.side.ask(
            "partially_decrypt",
            **_write_target(ceremony, election_hash, aggregate),
            election=election,
            trustee=trustee,
            share=encode_scalar(share).hex(),
            seed=random_bytes.seed,
        )
        return PartialDecryption.from_body(body)

    def verify_partial_decryption(
        self, ceremony: CeremonyResult, election_hash: bytes, aggregate: Aggregate, partial: PartialDecryption
    ) -> None:
        """Check a partial decryption."""
        target = _write_target(ceremony, election_hash, aggregate)
        self.side.ask("verify_partial_decryption", **target, partials=[partial.to_body()])

    def combine_partial_decryptions(
        self,
        ceremony: CeremonyResult,
        election_hash: bytes,
        aggregate: Aggregate,
        partials: Iterable[PartialDecryption],
    ) -> Combination:
        """Return what partial decryptions give together."""
        target = _write_target(ceremony, election_hash, aggregate)
        rows = [partial.to_body() for partial in partials]
        found = self.side.ask("combine_partial_decryptions", **target, partials=rows)
        elements = tuple(tuple(Element(bytes.fromhex(text)) for text in row) for row in found["elements"])
        return Combination(tuple(found["trustees"]), elements, tuple(found["rejected"]))

    def from_body(self, body: JsonValue) -> PartialDecryption:
        """Return a partial decryption that the browser reads too, in place of `PartialDecryption.from_body`."""
        self.side.ask("read_partial_decryption", partials=[body])
        return PartialDecryption.from_body(body)

    def prove_decryption(self, statement: DecryptionStatement, share: Scalar, random_bytes: RandomBytes) -> bytes:
        """Return a decryption proof."""
        assert isinstance(random_bytes, SeededRandom)
        share_text = encode_scalar(share).hex()
        details = {"statement": _write_statement(statement), "share": share_text, "seed": random_bytes.seed}
        return bytes.fromhex(self.side.ask("prove_decryption", **details))

    def verify_decryption(self, statement: DecryptionStatement, proof: bytes) -> None:
        """Check a decryption proof."""
        self.side.ask("verify_decryption", statement=_write_statement(statement), proof=proof.hex())


@contextmanager
def run_trustee_side(browser_side: BrowserSide) -> Iterator[TrusteeSide]:
    """Run the process that the devices live in."""
    node = find_node()
    process = subprocess.Popen(
        [str(node.node), str(browser_side.folder / "trustee-device.mjs")],
        cwd=KIOSK,
        env=node.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield TrusteeSide(process)
        assert process.stdin is not None
        process.stdin.close()


def mix_devices(side: TrusteeSide, seats: Collection[int]) -> Callable[..., Trustee]:
    """Return a maker of devices that takes the place of `Trustee`: the browser's on these seats, Python's elsewhere."""

    def create(index: int, terms: CeremonyTerms, random_bytes: RandomBytes, storage: TrusteeStorage) -> Trustee:
        if index in seats:
            return cast("Trustee", side.open_device(index, terms, random_bytes, storage))
        return Trustee(index, terms, random_bytes, storage)

    return create


@contextmanager
def seat_browser(side: TrusteeSide, seats: Collection[int]) -> Iterator[None]:
    """Let these seats be the browser's wherever devices are made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "Trustee", mix_devices(side, seats))
        yield


def find_outcome(action: Callable[[], object]) -> Outcome:
    """Return the error's class and text, None if there is none."""
    try:
        action()
    except CryptoError as error:
        return type(error).__name__, str(error)
    return None


def list_tests(module: ModuleType, *, without: Collection[str] = ()) -> dict[str, object]:
    """Return a module's tests by name, to be run again with other devices or functions."""
    found = {name: value for name, value in vars(module).items() if name.startswith("test_")}
    assert set(without) <= set(found)
    return {name: value for name, value in found.items() if name not in without}


def _write_messages(messages: Iterable[bytes]) -> list[str]:
    return [message.hex() for message in messages]


def _write_terms(terms: CeremonyTerms) -> JsonObject:
    return {
        "ceremony": terms.ceremony.hex(),
        "server_key": terms.server_key.hex(),
        "count": terms.count,
        "threshold": terms.threshold,
        "rehearsal": terms.rehearsal,
    }


def _write_aggregate(aggregate: Aggregate) -> JsonObject:
    return {
        "ballots": aggregate.ballots,
        "widths": [len(members) for members in aggregate.ciphertexts],
        "ciphertexts": encode_base64(encode_aggregate(aggregate)),
    }


def _write_closed(closed: ClosedElection) -> JsonObject:
    return {
        "election": closed.election,
        "election_hash": closed.election_hash.hex(),
        "ceremony_hash": closed.ceremony_hash.hex(),
        "server_key": closed.server_key.hex(),
        "closed_entry_hash": closed.closed_entry_hash.hex(),
        "ballots": closed.ballots,
        "aggregate": _write_aggregate(closed.aggregate),
        "floor": closed.floor,
        "rehearsal": closed.rehearsal,
        "annulled": closed.annulled,
        "paper_ballots": closed.paper_ballots,
    }


def _write_target(ceremony: CeremonyResult, election_hash: bytes, aggregate: Aggregate) -> dict[str, Any]:
    assert isinstance(ceremony, Ceremony)
    return {
        "ceremony": ceremony.to_body(),
        "terms": _write_terms(ceremony.terms),
        "election_hash": election_hash.hex(),
        "aggregate": _write_aggregate(aggregate),
    }


def _write_statement(statement: DecryptionStatement) -> JsonObject:
    return {
        "ceremony_hash": statement.ceremony_hash.hex(),
        "trustee": statement.trustee,
        "public_share": statement.public_share.hex(),
        "context": statement.context.hex(),
        "alpha": statement.ciphertext.alpha.hex(),
        "beta": statement.ciphertext.beta.hex(),
        "decryption": statement.decryption.hex(),
    }
