"""The device in the key ceremony: one step of `crypto.participant` whenever the others' messages are in.

Secrets live in memory until the share is complete. A device that was restarted before says so, and the chair begins
again; afterwards it goes on from its folder.
"""

from __future__ import annotations

from collections.abc import Callable

from ballot_server.trustee.conversation import Conversation
from ballot_server.trustee.link import Request, Room, RoomLink
from crypto.credential import compute_key_fingerprint
from crypto.errors import CeremonyError
from crypto.group import RandomBytes
from crypto.participant import CeremonyStep
from crypto.trustee import Trustee
from crypto.trustee_storage import TrusteeStorage
from crypto.words import encode_words

KEY_WORDS = 8
DECLINED = "declined"
_FORGOTTEN = "this device was restarted in the middle of the ceremony"

OpenStorage = Callable[[bytes, int], TrusteeStorage]
"""From a ceremony's id and a trustee's index."""


class KeyCeremony:
    """A device's part in the ceremony; `trustee` exists once the chair has begun one."""

    def __init__(
        self, link: RoomLink, talk: Conversation, open_storage: OpenStorage, random_bytes: RandomBytes
    ) -> None:
        self.trustee: Trustee | None = None
        self.is_finished = False
        self._link = link
        self._talk = talk
        self._open_storage = open_storage
        self._random_bytes = random_bytes
        self._given_up = 0

    def step(self, room: Room) -> None:
        """Do what can be done now. Raises: LinkLostError, LinkRefusedError, CeremonyError for a damaged storage."""
        if self.is_finished:
            return
        (request,) = room.list_requests("ceremony")
        if self.trustee is None or self.trustee.terms != room.terms:
            self._begin(room)
        if self.trustee is None or self._given_up == request.attempt:
            return
        if "failure" in request.senders and not room.has_key and self.trustee.step is not CeremonyStep.HOLDING:
            self._talk.show_status("ceremony_stopped", reporters=room.name(request.senders["failure"]))
            return
        try:
            self._advance(self.trustee, room, request)
        except CeremonyError as error:
            self._give_up(request, error.problem, error.trustee)
            at_fault = "–" if error.trustee is None else room.name((error.trustee,))
            self._talk.say("ceremony_failed", problem=error.problem, name=at_fault)

    def _begin(self, room: Room) -> None:
        terms = room.terms
        is_again = self.trustee is not None
        self.trustee = Trustee(room.seat, terms, self._random_bytes, self._open_storage(terms.ceremony, room.seat))
        if is_again:
            self._talk.say("ceremony_again")
        self._talk.say(
            "terms", unit=room.unit, count=terms.count, threshold=terms.threshold, names=", ".join(room.names)
        )
        if terms.rehearsal:
            self._talk.say("rehearsal")
        if self.trustee.step is CeremonyStep.HOLDING:
            self._talk.say("resumed")

    def _advance(self, trustee: Trustee, room: Room, request: Request) -> None:
        match trustee.step:
            case CeremonyStep.NEW if request.has_sent(room.seat, "commitment"):
                self._give_up(request, _FORGOTTEN, room.seat)
                self._talk.say("forgotten")
            case CeremonyStep.NEW:
                self._link.send(request, "commitment", trustee.make_commitment())
            case CeremonyStep.COMMITTED:
                if messages := self._read(room, request, "commitment"):
                    trustee.receive_commitments(messages)
                    self._link.send(request, "opening", trustee.make_opening())
            case CeremonyStep.OPENED:
                if messages := self._read(room, request, "opening"):
                    trustee.receive_openings(messages)
            case CeremonyStep.WORDS_SHOWN:
                self._compare_words(trustee, request)
            case CeremonyStep.WORDS_CONFIRMED:
                self._send_shares(trustee, request)
            case CeremonyStep.SHARES_MADE:
                for message in self._read(room, request, "share"):
                    trustee.receive_share(message)
            case CeremonyStep.SHARES_IN:
                self._link.send(request, "trial", trustee.make_trial_decryptions())
            case CeremonyStep.TRIAL_MADE:
                if messages := self._read(room, request, "trial"):
                    trustee.receive_trial_decryptions(messages)
            case CeremonyStep.TRIAL_DONE:
                trustee.make_confirmation()
                self._talk.say("share_kept")
            case CeremonyStep.HOLDING:
                self._confirm(trustee, room, request)
            case CeremonyStep.DESTROYED:
                self.is_finished = True
            case _:
                self._talk.show_status("ceremony_ended")

    def _read(self, room: Room, request: Request, round_name: str) -> list[bytes]:
        """Return a round's messages, none while somebody is awaited."""
        messages = self._link.read_round(request, round_name)
        if messages is None:
            sent = request.senders.get(round_name, ())
            awaited = tuple(seat for seat in range(1, room.count + 1) if seat not in sent)
            self._talk.show_status("awaited", names=room.name(awaited))
        return messages or []

    def _compare_words(self, trustee: Trustee, request: Request) -> None:
        if self._talk.ask("ceremony_words", words=" · ".join(trustee.words)):
            trustee.confirm_words()
        else:
            self._give_up(request, DECLINED, None)
            self._talk.say("words_declined")

    def _send_shares(self, trustee: Trustee, request: Request) -> None:
        others = [index for index in trustee.terms.indexes if index != trustee.index]
        # Each is queued before any is refused: a share that was made leaves once, whatever the network does.
        for receiver, message in zip(others, trustee.make_shares(), strict=True):
            self._link.put(request, "share", message, receiver=receiver)
        self._link.flush()

    def _confirm(self, trustee: Trustee, room: Room, request: Request) -> None:
        if not request.has_sent(room.seat, "confirmation"):
            self._link.send(request, "confirmation", trustee.make_confirmation())
            return
        messages = self._read(room, request, "confirmation")
        if messages:
            ceremony = trustee.receive_confirmations(messages)
            self.is_finished = True
            fingerprint = compute_key_fingerprint(ceremony.ceremony_hash, ceremony.key)
            self._talk.say("key_made", words=" · ".join(encode_words(fingerprint, KEY_WORDS)))

    def _give_up(self, request: Request, problem: str, trustee: int | None) -> None:
        self._given_up = request.attempt
        self._link.report(request, problem, trustee)
