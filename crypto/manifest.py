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
from crypto.contests import Contest, Option, Text, read_contests, read_text, shape_contests, write_contest
from crypto.counts import COUNT_KEYS, Counts
from crypto.credential import SLOTS
from crypto.encoding import JsonObject, JsonValue, encode_canonical
from crypto.errors import EncodingError, InvalidManifestError
from crypto.fields import Fields
from crypto.group import Element
from crypto.names import check_protocol, read_identifier, read_meeting_code, read_series_list
from crypto.signing import SIGNATURE_BYTES, VerificationKey
from crypto.slip import MeetingCode
from crypto.transcript import PROTOCOL

__all__ = ["Contest", "CountSignature", "Counts", "Manifest", "Option", "Text", "TrusteeSet", "read_signatures"]

_MANIFEST_KEYS = frozenset(
    {
        *("protocol", "meeting", "election", "title", "series", "slot", "contests", "key", "ceremony_hash", "trustees"),
        *("credentials_hash", "credentials", "counts", "count_signatures", "server_key", "rehearsal", "floor", "rules"),
    }
)


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
        return shape_contests(self.contests)

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
            "contests": [write_contest(contest) for contest in self.contests],
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


def _read_manifest(value: JsonValue) -> Manifest:
    fields = Fields(value, "manifest", _MANIFEST_KEYS)
    check_protocol(fields, "protocol")
    rehearsal = fields.flag("rehearsal")
    return Manifest(
        meeting=read_meeting_code(fields, "meeting"),
        election=read_identifier(fields, "election"),
        title=read_text(fields, "title"),
        series=read_series_list(fields, "series"),
        slot=fields.integer("slot", maximum=SLOTS - 1),
        contests=read_contests(fields),
        key=fields.public_element("key"),
        ceremony_hash=fields.digest("ceremony_hash"),
        trustees=_read_trustees(fields),
        credentials_hash=fields.digest("credentials_hash"),
        credentials=fields.integer("credentials"),
        counts=Counts.from_fields(fields.member("counts", COUNT_KEYS)),
        count_signatures=read_signatures(fields, "count_signatures"),
        server_key=VerificationKey(fields.digest("server_key")),
        rehearsal=rehearsal,
        floor=fields.integer("floor", minimum=1 if rehearsal else LOWEST_FLOOR),
        rules=fields.object("rules"),
    )


def _read_trustees(fields: Fields) -> TrusteeSet:
    member = fields.member("trustees", frozenset({"count", "threshold", "public_shares"}))
    shares = member.public_elements("public_shares")
    count = member.integer("count", minimum=1, maximum=MOST_TRUSTEES)
    if len(shares) != count:
        raise member.refuse("public_shares", f"{len(shares)} for {count} trustees")
    return TrusteeSet(count, member.integer("threshold", minimum=1, maximum=count), shares)


def read_signatures(fields: Fields, key: str) -> tuple[CountSignature, ...]:
    """Return untrusted signatures of trustees, ascending by trustee. Raises: EncodingError."""
    signatures = tuple(
        CountSignature(
            trustee=member.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
            signature=member.digest("signature", length=SIGNATURE_BYTES),
        )
        for member in fields.members(key, frozenset({"trustee", "signature"}))
    )
    trustees = [item.trustee for item in signatures]
    if trustees != sorted(set(trustees)):
        raise fields.refuse(key, "trustees not strictly ascending")
    return signatures
