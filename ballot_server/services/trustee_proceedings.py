"""What the tellers were asked for, and how far they have come: one attempt at one occasion with its messages.

Occasions are the ceremony, the six counts of an election, what was counted of its paper ballots, the words of the whole
and decryption of an election, and the destruction of the shares. Each has rounds; a round's messages are handed out
only when all of them are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import cast

from ballot_server.errors import BallotServerError
from ballot_server.services.board_view import list_entries
from ballot_server.services.trustee_view import Report
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.storage.session import Session
from ballot_server.storage.trustee_records import MessageRecord, RequestRecord
from crypto.bodies import EntryKind, MeetingBody
from crypto.body_form import read_body
from crypto.ceremony import CEREMONY_ID_BYTES, MOST_TRUSTEES, CeremonyTerms
from crypto.encoding import JsonObject, decode_canonical_object
from crypto.fields import Fields

FAILURE = "failure"
"""The round of every occasion in which a device says what is wrong."""

MISSING = "missing"
"""The round of the exchange of words in which a teller confirms that another one, the receiver, is missing."""

CEREMONY_ROUNDS = ("commitment", "opening", "share", "trial", "confirmation")
WHOLE_ROUNDS = ("commitment", "reveal")
_REPORT_KEYS = frozenset({"problem", "trustee"})
_LONGEST_PROBLEM = 300


class CeremonyNotBegunError(BallotServerError):
    """The chair has not seated the tellers yet; field: meeting."""


class OccasionUnknownError(BallotServerError):
    """There is no such occasion, or nobody was asked for it."""


class OccasionKind(Enum):
    """What tellers may be asked for."""

    CEREMONY = "ceremony"
    COUNTS = "counts"
    PAPER = "paper"
    WHOLE = "whole"
    DESTROY = "destroy"


_ABOUT_ELECTION = (OccasionKind.COUNTS, OccasionKind.PAPER, OccasionKind.WHOLE)


@dataclass(frozen=True)
class Occasion:
    """One of the things that tellers are asked for; `election` where it is about one."""

    kind: OccasionKind
    election: str = ""

    @property
    def name(self) -> str:
        """The name that travels: `ceremony`, `counts:s1`, `paper:s1`, `whole:s1`, `destroy`."""
        return f"{self.kind.value}:{self.election}" if self.election else self.kind.value

    @classmethod
    def parse(cls, name: str) -> Occasion:
        """Return the occasion of an untrusted name. Raises: OccasionUnknownError."""
        kind, colon, election = name.partition(":")
        about_election = kind in {each.value for each in _ABOUT_ELECTION}
        if kind not in {each.value for each in OccasionKind} or about_election != bool(colon and election):
            raise OccasionUnknownError
        return cls(OccasionKind(kind), election)


CEREMONY = Occasion(OccasionKind.CEREMONY)
DESTROY = Occasion(OccasionKind.DESTROY)


def name_counts(election: str) -> Occasion:
    """Return the occasion of signing an election's six counts."""
    return Occasion(OccasionKind.COUNTS, election)


def name_paper(election: str) -> Occasion:
    """Return the occasion of signing what was counted of an election's paper ballots."""
    return Occasion(OccasionKind.PAPER, election)


def name_whole(election: str) -> Occasion:
    """Return the occasion of decrypting an election's sum."""
    return Occasion(OccasionKind.WHOLE, election)


@dataclass(frozen=True)
class Proceeding:
    """One attempt at an occasion with its messages so far."""

    occasion: Occasion
    request: RequestRecord
    messages: tuple[MessageRecord, ...]
    terms: CeremonyTerms

    @property
    def subject(self) -> JsonObject:
        """What the chair asked for."""
        return decode_canonical_object(self.request.subject)

    def list_senders(self, round_name: str) -> tuple[int, ...]:
        """Return who has sent a message of a round, in order; of shares, who has sent all of them."""
        senders = [message.sender for message in self.messages if message.round == round_name]
        if round_name == "share":
            return tuple(index for index in self.terms.indexes if senders.count(index) == self.terms.count - 1)
        return tuple(sorted(set(senders)))

    def list_bodies(self, round_name: str, *, receiver: int = 0) -> tuple[bytes, ...]:
        """Return a round's messages for everybody, or those for one receiver, by sender."""
        return tuple(
            message.body for message in self.messages if message.round == round_name and message.receiver == receiver
        )

    def find_awaited(self, round_name: str) -> tuple[int, ...]:
        """Return whose message of a round is missing."""
        present = self.find_present() if self.occasion.kind is OccasionKind.WHOLE else tuple(self.terms.indexes)
        expected = tuple(self.terms.indexes) if present is None else present
        senders = self.list_senders(round_name)
        return tuple(index for index in expected if index not in senders)

    def is_complete(self, round_name: str) -> bool:
        """Tell whether a round may be read: all its messages are in, of shares those for everybody.

        Whoever could read its own sooner would send its next message before the relay takes it.
        """
        if self.occasion.kind is OccasionKind.WHOLE and self.find_present() is None:
            return False
        return not self.find_awaited(round_name)

    def find_present(self) -> tuple[int, ...] | None:
        """Return who takes part in the exchange of words, None while that is open.

        All tellers do, unless everyone who has committed named all others as missing, and enough are left.
        """
        committed = self.list_senders("commitment")
        absent = tuple(index for index in self.terms.indexes if index not in committed)
        if not absent:
            return committed
        named = {(message.sender, message.receiver) for message in self.messages if message.round == MISSING}
        is_agreed = all((index, other) in named for index in committed for other in absent)
        return committed if is_agreed and len(committed) >= self.terms.threshold else None

    def list_reports(self) -> tuple[Report, ...]:
        """Return what devices said is wrong, by seat."""
        return tuple(read_report(message.sender, message.body) for message in self.messages if message.round == FAILURE)


def read_report(reporter: int, body: bytes) -> Report:
    """Return what an untrusted message reports. Raises: EncodingError."""
    value = decode_canonical_object(body)
    fields = Fields(value, "report", _REPORT_KEYS)
    at_fault = None if value["trustee"] is None else fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES)
    return Report(reporter, at_fault, fields.text("problem", longest=_LONGEST_PROBLEM))


def find_proceeding(session: Session, meeting: str, occasion: Occasion) -> Proceeding | None:
    """Return the last attempt at an occasion, None if nobody was asked. Raises: CeremonyNotBegunError."""
    repository = TrusteeRepository(session)
    request = repository.find_request(meeting, occasion.name)
    if request is None:
        return None
    return Proceeding(occasion, request, repository.list_messages(request), read_terms(session, meeting))


def get_proceeding(session: Session, meeting: str, occasion: Occasion) -> Proceeding:
    """Return the last attempt at an occasion. Raises: OccasionUnknownError, CeremonyNotBegunError."""
    proceeding = find_proceeding(session, meeting, occasion)
    if proceeding is None:
        raise OccasionUnknownError
    return proceeding


def read_terms(session: Session, meeting: str) -> CeremonyTerms:
    """Return the terms of a meeting's last ceremony. Raises: CeremonyNotBegunError."""
    request = TrusteeRepository(session).find_request(meeting, CEREMONY.name)
    if request is None:
        raise CeremonyNotBegunError(meeting=meeting)
    subject = decode_canonical_object(request.subject)
    fields = Fields(subject, "ceremony request", frozenset({"ceremony", "count", "threshold"}))
    opened = read_meeting(session, meeting)
    return CeremonyTerms(
        ceremony=fields.digest("ceremony", length=CEREMONY_ID_BYTES),
        server_key=opened.server_key,
        count=fields.integer("count", maximum=MOST_TRUSTEES),
        threshold=fields.integer("threshold", maximum=MOST_TRUSTEES),
        rehearsal=opened.rehearsal,
    )


def read_meeting(session: Session, meeting: str) -> MeetingBody:
    """Return the first entry of a meeting's board. Raises: OccasionUnknownError if it has none."""
    entries = list_entries(session, meeting, EntryKind.MEETING)
    if not entries:
        raise OccasionUnknownError
    return cast(MeetingBody, read_body(EntryKind.MEETING, entries[0].body))


def has_entry(session: Session, meeting: str, kind: EntryKind) -> bool:
    """Tell whether a meeting's board has an entry of a kind."""
    return bool(list_entries(session, meeting, kind))
