"""The form of each message that devices relay, checked before it is stored, so that a wrong one is named at once.

Devices check everything again and trust none of this; it only spares the others the effort.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.errors import BallotServerError
from ballot_server.services.trustee_proceedings import (
    CEREMONY_ROUNDS,
    FAILURE,
    MISSING,
    WHOLE_ROUNDS,
    OccasionKind,
    Proceeding,
    read_report,
)
from crypto.ceremony import Ceremony, CeremonyResult, Opening, build_confirmation_message, check_opening
from crypto.encoding import JsonObject, decode_canonical, decode_canonical_object
from crypto.errors import CryptoError, EncodingError
from crypto.fields import Fields
from crypto.shares import ShareMessage
from crypto.trial import TrialMessage

LARGEST_BODY = 200_000
"""Bytes of any one message; a partial decryption of some hundred options is the largest."""

_SMALL_BODY = 20_000
_ROUNDS = {
    OccasionKind.CEREMONY: (*CEREMONY_ROUNDS, FAILURE),
    OccasionKind.COUNTS: ("signature", FAILURE),
    OccasionKind.PAPER: ("signature", FAILURE),
    OccasionKind.WHOLE: (*WHOLE_ROUNDS, MISSING, "partial", FAILURE),
    OccasionKind.DESTROY: ("statement",),
}


class MessageRefusedError(BallotServerError):
    """A device sent a message that does not hold; fields: seat, problem."""


class RoundNotOpenError(BallotServerError):
    """A message came before its turn, or after the others went on; field: round."""


@dataclass(frozen=True)
class Post:
    """A message as a device sends it; receiver 0 means everybody."""

    attempt: int
    round: str
    body: bytes
    receiver: int = 0


def check_turn(proceeding: Proceeding, sender: int, post: Post) -> None:
    """Check that a message may come now. Raises: RoundNotOpenError."""
    kind = proceeding.occasion.kind
    if post.round not in _ROUNDS[kind] or (post.receiver != 0) != (post.round in ("share", MISSING)):
        raise RoundNotOpenError(round=post.round[:20])
    if any(each.round == post.round and each.sender == sender for each in proceeding.messages):
        return  # Sent again, or another one in its place: the relay tells them apart.
    rounds = CEREMONY_ROUNDS if kind is OccasionKind.CEREMONY else WHOLE_ROUNDS
    if post.round in rounds[1:]:
        earlier = rounds[rounds.index(post.round) - 1]
        if not proceeding.is_complete(earlier):
            raise RoundNotOpenError(round=post.round)
    if kind is OccasionKind.WHOLE:
        _check_exchange_turn(proceeding, sender, post)


def _check_exchange_turn(proceeding: Proceeding, sender: int, post: Post) -> None:
    present = proceeding.find_present()
    if post.round == "commitment" and present is not None:
        raise RoundNotOpenError(round=post.round)
    if post.round == "reveal" and present is not None and sender not in present:
        raise RoundNotOpenError(round=post.round)


def check_message(proceeding: Proceeding, ceremony: Ceremony | None, sender: int, post: Post) -> None:
    """Check a message's form, sender and what can be proved of it; partial decryptions are checked elsewhere.

    ceremony: the one on the board; None only while it is made.
    Raises: MessageRefusedError.
    """
    limit = LARGEST_BODY if post.round == "partial" else _SMALL_BODY
    try:
        if len(post.body) > limit:
            raise EncodingError(post.round, f"{len(post.body)} bytes are too many")
        named = _read_sender(proceeding, ceremony, sender, post)
    except CryptoError as error:
        raise MessageRefusedError(seat=sender, problem=str(error)) from None
    if named != sender:
        raise MessageRefusedError(seat=sender, problem=f"a message of trustee {named}")


def _read_sender(proceeding: Proceeding, ceremony: Ceremony | None, sender: int, post: Post) -> int:
    """Return whose message it is by its own word, after checking it. Raises: CryptoError."""
    if post.round == FAILURE:
        return read_report(sender, post.body).reporter
    match proceeding.occasion.kind:
        case OccasionKind.CEREMONY:
            return _read_ceremony_sender(proceeding, sender, post)
        case OccasionKind.WHOLE:
            return _read_whole_sender(proceeding, sender, post)
    if ceremony is None:
        raise EncodingError(post.round, "there is no key yet")
    signed = decode_canonical(post.body)
    if proceeding.occasion.kind is OccasionKind.DESTROY:
        return ceremony.verify_destroyed(signed)
    if proceeding.occasion.kind is OccasionKind.PAPER:
        return ceremony.verify_paper_signature(decode_object(proceeding.subject, "paper"), signed)
    subject = Fields(proceeding.subject, "counts request", frozenset({"election", "slot", "counts", "title"}))
    counts = decode_object(proceeding.subject, "counts")
    return ceremony.verify_counts_signature(subject.text("election"), subject.integer("slot"), counts, signed)


def _read_ceremony_sender(proceeding: Proceeding, sender: int, post: Post) -> int:
    terms = proceeding.terms
    match post.round:
        case "commitment":
            return _read_trustee(post.body)
        case "opening":
            opening = Opening.from_object(decode_canonical(post.body))
            own = next(m.body for m in proceeding.messages if m.round == "commitment" and m.sender == sender)
            fields = Fields(decode_canonical(own), "commitment", frozenset({"ceremony", "trustee", "commitment"}))
            check_opening(terms, opening, fields.digest("commitment", length=64))
            return opening.trustee
        case "share":
            share = ShareMessage.decode(post.body)
            if share.receiver != post.receiver or post.receiver not in terms.indexes or post.receiver == sender:
                raise EncodingError("share", "for another trustee than it is sent to")
            return share.maker
        case "trial":
            return TrialMessage.decode(post.body).trustee
    result = read_result(proceeding)
    return result.verify_trustee_signature(
        "ceremony", build_confirmation_message(result), decode_canonical_object(post.body)
    )


def _read_whole_sender(proceeding: Proceeding, sender: int, post: Post) -> int:
    if post.round == MISSING:
        missing = Fields(decode_canonical_object(post.body), MISSING, frozenset({MISSING})).integer(MISSING)
        if missing != post.receiver or missing == sender or missing not in proceeding.terms.indexes:
            raise EncodingError(MISSING, "not another trustee of this ceremony")
        return sender
    value = decode_canonical_object(post.body)
    if value.get("election") != proceeding.occasion.election:
        raise EncodingError(post.round, "of another election")
    return _read_trustee(post.body)


def read_result(proceeding: Proceeding) -> CeremonyResult:
    """Return what the openings of a ceremony give, all of them being in. Raises: EncodingError, CeremonyError."""
    openings = [Opening.from_object(decode_canonical(body)) for body in proceeding.list_bodies("opening")]
    return CeremonyResult.from_openings(proceeding.terms, openings)


def decode_object(value: JsonObject, key: str) -> JsonObject:
    """Return a member that is an object itself. Raises: EncodingError."""
    member = value.get(key)
    if not isinstance(member, dict):
        raise EncodingError(key, "not an object")
    return member


def _read_trustee(body: bytes) -> int:
    trustee = decode_canonical_object(body).get("trustee")
    if not isinstance(trustee, int) or isinstance(trustee, bool):
        raise EncodingError("trustee", "not a number")
    return trustee
