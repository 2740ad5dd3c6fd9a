"""A teller's device from joining to the destruction of its share: one look at the server at a time."""

from __future__ import annotations

from collections.abc import Callable

from ballot_server.trustee.conversation import Conversation
from ballot_server.trustee.decrypting import Clock, Decrypting
from ballot_server.trustee.key_ceremony import DECLINED, KeyCeremony, OpenStorage
from ballot_server.trustee.link import LinkLostError, LinkRefusedError, Request, Room, RoomLink
from ballot_server.trustee.paper_request import read_paper_request
from crypto.encoding import JsonObject, encode_canonical
from crypto.fields import Fields
from crypto.group import RandomBytes
from crypto.participant import CeremonyStep
from crypto.trustee import BoardReview, Trustee

_COUNTS = ("printed", "handed_out", "left_over", "brought_back", "lost", "present")
_PASSING = {"attempt_over", "round_not_open", "occasion_unknown", "ceremony_not_begun"}
"""Refusals that only say that the room has moved on since this device last looked."""

_FINAL = {"join_code_wrong", "seat_unknown", "seat_taken"}
"""Refusals after which this device has no seat."""


class TellerDevice:
    """Everything a device does; `step` looks at the server once and does what can be done."""

    def __init__(
        self,
        link: RoomLink,
        talk: Conversation,
        *,
        open_storage: OpenStorage,
        review: BoardReview,
        random_bytes: RandomBytes,
        clock: Clock,
    ) -> None:
        self._link = link
        self._talk = talk
        self._open_storage = open_storage
        self._review = review
        self._clock = clock
        self._ceremony = KeyCeremony(link, talk, open_storage, random_bytes)
        self._decrypting: Decrypting | None = None
        self._declined: set[tuple[str, int]] = set()
        self._has_joined = False

    def run(self, pause: Callable[[], None]) -> None:
        """Work until the share is destroyed; a lost network or server is waited for.

        Raises: LinkRefusedError if the server gives this device no seat; InputClosedError; CryptoError or
        CertificateRefusedError.
        """
        while not self.attempt():
            pause()

    def attempt(self) -> bool:
        """Do one step; where network or server fail, say so, and the next step goes on. Raises: as `run`."""
        try:
            return self.step()
        except LinkLostError:
            self._talk.show_status("link_lost")
        except LinkRefusedError as error:
            if error.code in _FINAL:
                raise
            if error.code not in _PASSING:
                self._talk.show_status("refused_by_server", message=error.fields["message"])
        return False

    def step(self) -> bool:
        """Look at the server once and do what can be done; return whether everything is done.

        Raises: LinkLostError, LinkRefusedError.
        """
        if not self._has_joined:
            room = self._link.join()
            self._has_joined = True
            self._talk.say("joined", name=room.name((room.seat,)), seat=room.seat, unit=room.unit)
        self._link.flush()
        room = self._link.read_room()
        self._ceremony.step(room)
        trustee = self._ceremony.trustee
        if trustee is None or not self._ceremony.is_finished or not room.has_key:
            return False
        if trustee.step is CeremonyStep.HOLDING:
            for request in room.list_requests("counts"):
                self._sign_counts(room, request, trustee)
            for request in room.list_requests("paper"):
                self._sign_paper(room, request, trustee)
            for request in room.list_requests("whole"):
                self._find_decrypting(room, trustee).step(room, request)
        for request in room.list_requests("destroy"):
            self._destroy(room, request, trustee)
        if trustee.step is CeremonyStep.DESTROYED and self._is_known_destroyed(room):
            self._talk.say("destroyed")
            return True
        self._tell_what_is_awaited(room)
        return False

    def _sign_counts(self, room: Room, request: Request, trustee: Trustee) -> None:
        key = (request.occasion, request.attempt)
        if request.has_sent(room.seat, "signature") or key in self._declined:
            return
        fields = Fields(request.subject, "counts request", frozenset({"election", "slot", "counts", "title"}))
        counts = Fields(request.subject["counts"], "counts", frozenset(_COUNTS))
        title = Fields(request.subject["title"], "title", frozenset({"vi", "en"}))
        numbers: JsonObject = {name: counts.integer(name) for name in _COUNTS}
        if not self._talk.ask("counts", title=title.text("vi"), **numbers):
            self._declined.add(key)
            self._link.report(request, DECLINED)
            return
        signed = trustee.sign_counts(request.election, fields.integer("slot"), numbers)
        self._link.send(request, "signature", encode_canonical(signed))
        self._talk.say("signed", title=title.text("vi"))

    def _sign_paper(self, room: Room, request: Request, trustee: Trustee) -> None:
        """Let the teller compare what was counted on paper, and sign it."""
        key = (request.occasion, request.attempt)
        if request.has_sent(room.seat, "signature") or key in self._declined:
            return
        sheet = read_paper_request(request.subject)
        paper = sheet.paper
        numbers = {
            "issued": paper.issued,
            "exchanged": paper.exchanged,
            "ballots": paper.ballots,
            "invalid": paper.invalid,
        }
        if not self._talk.ask("paper", title=sheet.title, lines="\n    ".join(sheet.lines), **numbers):
            self._declined.add(key)
            self._link.report(request, DECLINED)
            return
        self._link.send(request, "signature", encode_canonical(trustee.sign_paper(paper)))
        self._talk.say("paper_signed", title=sheet.title)

    def _find_decrypting(self, room: Room, trustee: Trustee) -> Decrypting:
        if self._decrypting is None:
            storage = self._open_storage(room.terms.ceremony, room.seat)
            self._decrypting = Decrypting(self._link, self._talk, trustee, storage, self._review, self._clock)
        return self._decrypting

    def _destroy(self, room: Room, request: Request, trustee: Trustee) -> None:
        """Destroy the share if the teller agrees, and tell everybody."""
        key = (request.occasion, request.attempt)
        if request.has_sent(room.seat, "statement") or key in self._declined:
            return
        if trustee.step is not CeremonyStep.DESTROYED and not self._talk.ask("destroy"):
            self._declined.add(key)
            self._talk.say("destroy_declined")
            return
        self._link.send(request, "statement", encode_canonical(trustee.destroy()))

    def _is_known_destroyed(self, room: Room) -> bool:
        """Tell whether the statement has arrived; once the board has ended nobody asks for it any more."""
        return all(request.has_sent(room.seat, "statement") for request in room.list_requests("destroy"))

    def _tell_what_is_awaited(self, room: Room) -> None:
        open_requests = [request for request in room.requests if request.kind != "ceremony"]
        if not open_requests:
            self._talk.show_status("waiting_for_chair")
