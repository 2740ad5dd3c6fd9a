"""Paper ballots: beside phones in one election, or alone in an election of their own.

What tellers counted by hand goes on the board as a `paper_counts` entry. An election that is held on paper only is
sealed by a `paper_election` entry in the manifest's place: there is no key, no list and no ballot to encrypt.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from crypto.ballot import ContestShape
from crypto.contests import Contest, Text, read_contests, read_text, shape_contests, write_contest
from crypto.counts import COUNT_KEYS, Counts
from crypto.encoding import JsonObject, JsonValue, encode_canonical
from crypto.errors import EncodingError, InvalidManifestError
from crypto.fields import Fields
from crypto.manifest import CountSignature, read_signatures
from crypto.names import check_protocol, read_identifier, read_meeting_code
from crypto.slip import MeetingCode
from crypto.transcript import PROTOCOL

PAPER_COUNTS_KEYS = frozenset(
    {
        *("election", "election_hash", "issued", "exchanged", "ballots", "invalid", "reasons", "counts", "signatures"),
    }
)
_PAPER_ELECTION_KEYS = frozenset(
    {"protocol", "meeting", "election", "title", "contests", "counts", "rules", "rehearsal"}
)


@dataclass(frozen=True)
class InvalidReason:
    """Why so many paper ballots are invalid."""

    reason: str
    count: int

    def to_object(self) -> JsonObject:
        """Return it as it travels."""
        return {"reason": self.reason, "count": self.count}


@dataclass(frozen=True)
class PaperCounts:
    """What the tellers counted of an election's paper ballots. Spec: "Paper".

    issued: paper ballots handed out; exchanged: slips voided against one while the election was open; ballots: paper
    ballots that came back, `invalid` of them; counts: per contest and option, blank last, of the valid ones.
    """

    election: str
    election_hash: bytes
    issued: int
    exchanged: int
    ballots: int
    invalid: int
    reasons: tuple[InvalidReason, ...]
    counts: tuple[tuple[int, ...], ...]
    signatures: tuple[CountSignature, ...]

    @property
    def valid(self) -> int:
        """Paper ballots that count, blank ones included."""
        return self.ballots - self.invalid

    def to_signed(self) -> JsonObject:
        """Return what is signed: the body without its signatures."""
        return {
            "election": self.election,
            "election_hash": self.election_hash.hex(),
            "issued": self.issued,
            "exchanged": self.exchanged,
            "ballots": self.ballots,
            "invalid": self.invalid,
            "reasons": [reason.to_object() for reason in self.reasons],
            "counts": [list(contest) for contest in self.counts],
        }

    def to_object(self) -> JsonObject:
        """Return the body as it travels."""
        return {**self.to_signed(), "signatures": [signature.to_object() for signature in self.signatures]}

    @classmethod
    def from_fields(cls, fields: Fields) -> PaperCounts:
        """Return the counts of an untrusted body; neither sums nor signatures are checked. Raises: EncodingError."""
        reasons = tuple(
            InvalidReason(member.text("reason"), member.integer("count", minimum=1))
            for member in fields.members("reasons", frozenset({"reason", "count"}))
        )
        if len({reason.reason for reason in reasons}) != len(reasons):
            raise fields.refuse("reasons", "a reason stands there twice")
        return cls(
            election=read_identifier(fields, "election"),
            election_hash=fields.digest("election_hash"),
            issued=fields.integer("issued"),
            exchanged=fields.integer("exchanged"),
            ballots=fields.integer("ballots"),
            invalid=fields.integer("invalid"),
            reasons=reasons,
            counts=fields.integer_rows("counts"),
            signatures=read_signatures(fields, "signatures"),
        )


@dataclass(frozen=True)
class PaperElection:
    """A sealed election that is held on paper only; `counts` are of paper ballots. Spec: "Paper"."""

    meeting: MeetingCode
    election: str
    title: Text
    contests: tuple[Contest, ...]
    counts: Counts
    rules: JsonObject
    rehearsal: bool

    @cached_property
    def election_hash(self) -> bytes:
        """The SHA-256 of the canonical body: the election's name in what follows."""
        return hashlib.sha256(encode_canonical(self.to_object())).digest()

    @property
    def shape(self) -> tuple[ContestShape, ...]:
        """The number of options and marks of each contest."""
        return shape_contests(self.contests)

    def to_object(self) -> JsonObject:
        """Return the body as it travels and is hashed."""
        return {
            "protocol": PROTOCOL,
            "meeting": self.meeting,
            "election": self.election,
            "title": self.title.to_object(),
            "contests": [write_contest(contest) for contest in self.contests],
            "counts": self.counts.to_object(),
            "rules": self.rules,
            "rehearsal": self.rehearsal,
        }

    @classmethod
    def from_object(cls, value: JsonValue) -> PaperElection:
        """Return the election of an untrusted object. Raises: InvalidManifestError, as a manifest does."""
        try:
            fields = Fields(value, "paper_election", _PAPER_ELECTION_KEYS)
            check_protocol(fields, "protocol")
            return cls(
                meeting=read_meeting_code(fields, "meeting"),
                election=read_identifier(fields, "election"),
                title=read_text(fields, "title"),
                contests=read_contests(fields),
                counts=Counts.from_fields(fields.member("counts", COUNT_KEYS)),
                rules=fields.object("rules"),
                rehearsal=fields.flag("rehearsal"),
            )
        except EncodingError as error:
            raise InvalidManifestError(error.what, error.problem) from None
