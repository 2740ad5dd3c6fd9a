"""The device in a decryption: review the board, exchange the words of the whole, let the teller confirm, answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from ballot_server.trustee.conversation import Conversation
from ballot_server.trustee.key_ceremony import DECLINED
from ballot_server.trustee.link import Request, Room, RoomLink
from crypto.board import Entry
from crypto.bodies import EntryKind
from crypto.closed import ClosedElection
from crypto.encoding import encode_canonical
from crypto.errors import CryptoError, DecryptionRefusedError, VerificationError
from crypto.manifest import Manifest
from crypto.trustee import BoardReview, Trustee
from crypto.trustee_storage import TrusteeStorage

PATIENCE_SECONDS = 20
"""So long the device waits for the others before it asks whether somebody is missing."""

Clock = Callable[[], int]
"""Seconds from any beginning."""


class _Stage(Enum):
    COMMITTED = "committed"
    REVEALED = "revealed"
    OVER = "over"


@dataclass
class _Exchange:
    """One attempt, as far as this device has come."""

    election: str
    attempt: int
    began: int
    stage: _Stage
    missing: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Reviewed:
    """What this device verified itself; the title is the manifest's, not what the server calls it."""

    closed: ClosedElection
    title: str


class Decrypting:
    """A device's part in every decryption of a meeting, one election after the other."""

    def __init__(
        self,
        link: RoomLink,
        talk: Conversation,
        trustee: Trustee,
        storage: TrusteeStorage,
        review: BoardReview,
        clock: Clock,
    ) -> None:
        self._link = link
        self._talk = talk
        self._trustee = trustee
        self._storage = storage
        self._review = review
        self._clock = clock
        self._exchange: _Exchange | None = None
        self._reviewed: _Reviewed | None = None

    def step(self, room: Room, request: Request) -> None:
        """Do what can be done now. Raises: LinkLostError, LinkRefusedError."""
        exchange = self._exchange
        try:
            if exchange is None or (exchange.election, exchange.attempt) != (request.election, request.attempt):
                self._begin(room, request)
            elif exchange.stage is _Stage.COMMITTED:
                self._receive_commitments(room, request, exchange)
            elif exchange.stage is _Stage.REVEALED:
                self._receive_reveals(room, request, exchange)
        except VerificationError as error:
            self._stop(request, str(error))
            self._talk.say("board_wrong", check=error.check, problem=error.problem)
        except DecryptionRefusedError as error:
            self._stop(request, error.reason)
            self._talk.say("refused", reason=error.reason)

    def _begin(self, room: Room, request: Request) -> None:
        has_answered = self._storage.find_answer(request.election) is not None
        if has_answered and room.seat not in request.answered:
            # Confirmed and stored before a power cut or a lost network: it may leave.
            self._review_once(request.election)
            self._answer(request)
        if request.has_sent(room.seat, "commitment"):
            # This device was restarted and has lost the nonce. If its part is done already, nobody waits for it.
            if not has_answered or not request.has_sent(room.seat, "reveal"):
                self._link.begin_again(request)
            else:
                self._exchange = _Exchange(request.election, request.attempt, self._clock(), _Stage.OVER)
            return
        if request.present is not None:
            self._talk.show_status("went_on", title=self._name(request))
            return
        self._review_once(request.election)
        commitment = self._trustee.make_whole_commitment()
        self._exchange = _Exchange(request.election, request.attempt, self._clock(), _Stage.COMMITTED)
        self._link.send(request, "commitment", commitment)

    def _review_once(self, election: str) -> None:
        if self._reviewed is not None and self._reviewed.closed.election == election:
            return
        self._reviewed = None
        self._talk.say("reviewing", election=election)
        archive = self._link.read_board()
        closed = self._trustee.review_board(archive, election, self._review)
        self._reviewed = _Reviewed(closed, _find_title(archive, election))
        self._talk.say("reviewed", title=self._reviewed.title, ballots=closed.ballots)

    def _receive_commitments(self, room: Room, request: Request, exchange: _Exchange) -> None:
        everybody = range(1, room.count + 1)
        present = request.present or request.senders.get("commitment", ())
        absent = tuple(seat for seat in everybody if seat not in present)
        if request.present is not None and room.seat not in request.present:
            exchange.stage = _Stage.OVER
            self._talk.say("went_on", title=self._name(request))
            return
        if not set(absent) <= exchange.missing:
            self._ask_about_missing(room, request, exchange, absent)
            return
        messages = self._link.read_round(request, "commitment")
        if messages is not None:
            self._trustee.receive_whole_commitments(messages, missing=frozenset(absent))
            exchange.stage = _Stage.REVEALED
            self._link.send(request, "reveal", self._trustee.make_whole_reveal())

    def _ask_about_missing(self, room: Room, request: Request, exchange: _Exchange, absent: tuple[int, ...]) -> None:
        names = room.name(absent)
        self._talk.show_status("awaited", names=names)
        if self._clock() - exchange.began < PATIENCE_SECONDS or not self._talk.offer("missing", names=names):
            return
        exchange.missing.update(absent)
        for seat in absent:
            self._link.put(request, "missing", encode_canonical({"missing": seat}), receiver=seat)
        self._link.flush()

    def _receive_reveals(self, room: Room, request: Request, exchange: _Exchange) -> None:
        messages = self._link.read_round(request, "reveal")
        if messages is None:
            sent = request.senders.get("reveal", ())
            awaited = tuple(seat for seat in request.present or () if seat not in sent)
            self._talk.show_status("awaited", names=room.name(awaited))
            return
        self._trustee.receive_whole_reveals(messages)
        exchange.stage = _Stage.OVER
        reviewed = self._reviewed
        if reviewed is None:
            raise DecryptionRefusedError("no closed election was reviewed")
        shown = {
            "words": " · ".join(self._trustee.whole_words),
            "title": reviewed.title,
            "ballots": reviewed.closed.ballots,
        }
        if room.seat in request.answered:
            self._talk.say("whole_words", **shown)
        elif self._talk.ask("whole_words", **shown):
            self._trustee.confirm_whole()
            self._answer(request)
        else:
            self._link.report(request, DECLINED)
            self._talk.say("words_declined")

    def _answer(self, request: Request) -> None:
        partial = self._trustee.make_partial_decryption()
        self._link.send(request, "partial", encode_canonical(partial.to_body()))
        self._talk.say("answered", title=self._name(request))

    def _name(self, request: Request) -> str:
        """Return the title if this device has read it on the board itself, else the election's id."""
        reviewed = self._reviewed
        is_known = reviewed is not None and reviewed.closed.election == request.election
        return reviewed.title if reviewed is not None and is_known else request.election

    def _stop(self, request: Request, problem: str) -> None:
        self._exchange = _Exchange(request.election, request.attempt, self._clock(), _Stage.OVER)
        self._reviewed = None
        self._link.report(request, problem)


def _find_title(archive: bytes, election: str) -> str:
    """Return the Vietnamese title of an election on a board that was verified."""
    for line in archive.splitlines():
        entry = Entry.decode(line)
        if entry.kind is EntryKind.MANIFEST and entry.body.get("election") == election:
            try:
                return Manifest.from_object(entry.body).title.vi
            except CryptoError:
                break
    raise DecryptionRefusedError("the board has no manifest of this election")
