"""The manifest: everything that is fixed about an election before its first ballot, and the hash that names it.

The hash covers the questions, the base, the paper counts that the tellers signed, the joint key and the list of
credentials. Every ballot and every proof carries it, so none of them can be moved to an election that differs in
anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from crypto.ballot import ContestShape, ElectionContext
from crypto.ceremony import MOST_TRUSTEES
from crypto.closed import LOWEST_FLOOR
from crypto.credential import SLOTS
from crypto.encoding import JsonObject, JsonValue, encode_canonical
from crypto.errors import EncodingError, InvalidManifestError
from crypto.fields import Fields
from crypto.group import Element
from crypto.names import check_protocol, read_identifier, read_meeting_code, read_series_list
from crypto.signing import SIGNATURE_BYTES, VerificationKey
from crypto.slip import MeetingCode
from crypto.transcript import PROTOCOL

_MANIFEST_KEYS = frozenset(
    {
        *("protocol", "meeting", "election", "title", "series", "slot", "contests", "key", "ceremony_hash", "trustees"),
        *("credentials_hash", "credentials", "counts", "count_signatures", "server_key", "rehearsal", "floor", "rules"),
    }
)
_COUNT_KEYS = frozenset({"printed", "handed_out", "brought_back", "lost", "left_over", "present"})


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    vi: str
    en: str

    def to_object(self) -> JsonObject:
        """Return the text as it travels."""
        return {"vi": self.vi, "en": self.en}


@dataclass(frozen=True)
class Option:
    """What can be marked in a contest; *blank* is not listed, every contest has it."""

    id: str
    text: Text


@dataclass(frozen=True)
class Contest:
    """One question with its options in the order of the ballot, and the largest number of marks."""

    id: str
    text: Text
    options: tuple[Option, ...]
    marks: int


@dataclass(frozen=True)
class Counts:
    """The paper counts of an election, signed by the tellers before it opens."""

    printed: int
    handed_out: int
    brought_back: int
    lost: int
    left_over: int
    present: int

    @property
    def issued(self) -> int:
        """Slips in voters' hands, the lost ones included."""
        return self.handed_out - self.brought_back

    def to_object(self) -> JsonObject:
        """Return the counts as they travel."""
        return {
            "printed": self.printed,
            "handed_out": self.handed_out,
            "brought_back": self.brought_back,
            "lost": self.lost,
            "left_over": self.left_over,
            "present": self.present,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Counts:
        """Return the counts read from an untrusted object. Raises: EncodingError."""
        return cls(**{key: fields.integer(key) for key in sorted(_COUNT_KEYS)})


@dataclass(frozen=True)
class CountSignature:
    """A trustee's signature of the counts of one election."""

    trustee: int
    signature: bytes

    def to_object(self) -> JsonObject:
        """Return the signature as it travels."""
        return {"trustee": self.trustee, "signature": self.signature.hex()}


@dataclass(frozen=True)
class TrusteeSet:
    """Who holds the key: how many, how many are needed, and each one's public share X₁ … Xₙ."""

    count: int
    threshold: int
    public_shares: tuple[Element, ...]


@dataclass(frozen=True)
class Manifest:
    """A sealed election. Spec: "Manifest"."""

    meeting: MeetingCode
    election: str
    title: Text
    series: tuple[str, ...]
    slot: int
    contests: tuple[Contest, ...]
    key: Element
    ceremony_hash: bytes
    trustees: TrusteeSet
    credentials_hash: bytes
    credentials: int
    counts: Counts
    count_signatures: tuple[CountSignature, ...]
    server_key: VerificationKey
    rehearsal: bool
    floor: int
    rules: JsonObject

    @cached_property
    def election_hash(self) -> bytes:
        """The SHA-256 of the canonical manifest: the election's name in every ballot and proof."""
        return hashlib.sha256(encode_canonical(self.to_object())).digest()

    @property
    def shape(self) -> tuple[ContestShape, ...]:
        """The number of options and marks of each contest, which fix the length of every ballot."""
        return tuple(ContestShape(options=len(contest.options), marks=contest.marks) for contest in self.contests)

    @cached_property
    def context(self) -> ElectionContext:
        """What a ballot of this election is encrypted and verified under."""
        return ElectionContext(election_hash=self.election_hash, key=self.key, shape=self.shape)

    def to_object(self) -> JsonObject:
        """Return the manifest as it travels and is hashed."""
        return {
            "protocol": PROTOCOL,
            "meeting": self.meeting,
            "election": self.election,
            "title": self.title.to_object(),
            "series": list(self.series),
            "slot": self.slot,
            "contests": [_write_contest(contest) for contest in self.contests],
            "key": self.key.hex(),
            "ceremony_hash": self.ceremony_hash.hex(),
            "trustees": {
                "count": self.trustees.count,
                "threshold": self.trustees.threshold,
                "public_shares": [share.hex() for share in self.trustees.public_shares],
            },
            "credentials_hash": self.credentials_hash.hex(),
            "credentials": self.credentials,
            "counts": self.counts.to_object(),
            "count_signatures": [signature.to_object() for signature in self.count_signatures],
            "server_key": self.server_key.hex(),
            "rehearsal": self.rehearsal,
            "floor": self.floor,
            "rules": self.rules,
        }

    @classmethod
    def from_object(cls, value: JsonValue) -> Manifest:
        """Return the manifest of an untrusted object; what it refers to on the board is not looked at.

        Raises: InvalidManifestError for any other key, type or range than the specification's.
        """
        try:
            return _read_manifest(value)
        except EncodingError as error:
            raise InvalidManifestError(error.what, error.problem) from None


def _write_contest(contest: Contest) -> JsonObject:
    options: list[JsonObject] = [{"id": option.id, "text": option.text.to_object()} for option in contest.options]
    return {"id": contest.id, "text": contest.text.to_object(), "options": options, "marks": contest.marks}


def _read_manifest(value: JsonValue) -> Manifest:
    fields = Fields(value, "manifest", _MANIFEST_KEYS)
    check_protocol(fields, "protocol")
    rehearsal = fields.flag("rehearsal")
    return Manifest(
        meeting=read_meeting_code(fields, "meeting"),
        election=read_identifier(fields, "election"),
        title=_read_text(fields, "title"),
        series=read_series_list(fields, "series"),
        slot=fields.integer("slot", maximum=SLOTS - 1),
        contests=_read_contests(fields),
        key=fields.public_element("key"),
        ceremony_hash=fields.digest("ceremony_hash"),
        trustees=_read_trustees(fields),
        credentials_hash=fields.digest("credentials_hash"),
        credentials=fields.integer("credentials"),
        counts=Counts.from_fields(fields.member("counts", _COUNT_KEYS)),
        count_signatures=_read_count_signatures(fields),
        server_key=VerificationKey(fields.digest("server_key")),
        rehearsal=rehearsal,
        floor=fields.integer("floor", minimum=1 if rehearsal else LOWEST_FLOOR),
        rules=fields.object("rules"),
    )


def _read_contests(fields: Fields) -> tuple[Contest, ...]:
    contests = tuple(
        _read_contest(member) for member in fields.members("contests", frozenset({"id", "text", "options", "marks"}))
    )
    if not contests:
        raise fields.refuse("contests", "an election has at least one")
    if len({contest.id for contest in contests}) != len(contests):
        raise fields.refuse("contests", "two have one id")
    return contests


def _read_contest(fields: Fields) -> Contest:
    options = tuple(
        Option(id=read_identifier(member, "id"), text=_read_text(member, "text"))
        for member in fields.members("options", frozenset({"id", "text"}))
    )
    if not options:
        raise fields.refuse("options", "a contest has at least one")
    if len({option.id for option in options}) != len(options):
        raise fields.refuse("options", "two have one id")
    return Contest(
        id=read_identifier(fields, "id"),
        text=_read_text(fields, "text"),
        options=options,
        marks=fields.integer("marks", minimum=1, maximum=len(options)),
    )


def _read_text(fields: Fields, key: str) -> Text:
    member = fields.member(key, frozenset({"vi", "en"}))
    return Text(vi=member.text("vi"), en=member.text("en"))


def _read_trustees(fields: Fields) -> TrusteeSet:
    member = fields.member("trustees", frozenset({"count", "threshold", "public_shares"}))
    shares = member.public_elements("public_shares")
    count = member.integer("count", minimum=1, maximum=MOST_TRUSTEES)
    if len(shares) != count:
        raise member.refuse("public_shares", f"{len(shares)} for {count} trustees")
    return TrusteeSet(count, member.integer("threshold", minimum=1, maximum=count), shares)


def _read_count_signatures(fields: Fields) -> tuple[CountSignature, ...]:
    signatures = tuple(
        CountSignature(
            trustee=member.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
            signature=member.digest("signature", length=SIGNATURE_BYTES),
        )
        for member in fields.members("count_signatures", frozenset({"trustee", "signature"}))
    )
    trustees = [item.trustee for item in signatures]
    if trustees != sorted(set(trustees)):
        raise fields.refuse("count_signatures", "trustees not strictly ascending")
    return signatures
