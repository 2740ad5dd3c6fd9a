"""What each kind of board entry holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from crypto.encoding import JsonObject, encode_base64
from crypto.group import Element
from crypto.manifest import Manifest
from crypto.paper import PaperCounts, PaperElection
from crypto.signing import VerificationKey
from crypto.slip import MeetingCode
from crypto.void import VoidCredential


class EntryKind(Enum):
    """The kinds of board entries, by the name that travels."""

    MEETING = "meeting"
    CEREMONY = "ceremony"
    LIST = "list"
    MANIFEST = "manifest"
    PAPER_ELECTION = "paper_election"
    ANNULLED = "annulled"
    CLOSED = "closed"
    PAPER_COUNTS = "paper_counts"
    AGGREGATE = "aggregate"
    PARTIAL_DECRYPTION = "partial_decryption"
    TALLY = "tally"
    OUTCOME = "outcome"
    MINUTES = "minutes"
    DESTROYED = "destroyed"
    FINAL = "final"


@dataclass(frozen=True)
class MeetingBody:
    """The meeting, and the server's key that signs every entry."""

    code: MeetingCode
    superior: str
    unit: str
    place: str
    date: str
    server_key: VerificationKey
    rehearsal: bool


@dataclass(frozen=True)
class CeremonyBody:
    """What other entries name of a ceremony; `record` is the whole body, which `Ceremony.from_body` checks."""

    count: int
    threshold: int
    ceremony_hash: bytes
    key: Element
    public_shares: tuple[Element, ...]
    record: JsonObject


@dataclass(frozen=True)
class ListBody:
    """The credentials of one series and slot; `credentials` is the joined list, decoded by `decode_credential_list`."""

    series: str
    slot: int
    credentials: bytes


@dataclass(frozen=True)
class AnnulledBody:
    """An election that no longer counts, and why."""

    election: str
    ground: str


@dataclass(frozen=True)
class ClosedBody:
    """The ballots of a closed election, joined; the hashes of tested ballots; the void credentials, each ascending."""

    election: str
    election_hash: bytes
    ballots: bytes
    tested: tuple[bytes, ...]
    void: tuple[VoidCredential, ...]

    def to_object(self) -> JsonObject:
        """Return the body as it travels."""
        return {
            "election": self.election,
            "election_hash": self.election_hash.hex(),
            "ballots": encode_base64(self.ballots),
            "tested": [digest.hex() for digest in self.tested],
            "void": [member.to_object() for member in self.void],
        }


@dataclass(frozen=True)
class AggregateBody:
    """The sum of an election's ballots; `ciphertexts` is the encoded aggregate."""

    election: str
    election_hash: bytes
    ballots: int
    ciphertexts: bytes
    aggregate_hash: bytes


@dataclass(frozen=True)
class PartialDecryptionBody:
    """What other entries name of a partial decryption; `record` is what `PartialDecryption.from_body` reads."""

    election: str
    aggregate_hash: bytes
    trustee: int
    record: JsonObject


@dataclass(frozen=True)
class TallyBody:
    """The counts of every contest, blank last, and whose partial decryptions gave them."""

    election: str
    aggregate_hash: bytes
    trustees: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]

    def to_object(self) -> JsonObject:
        """Return the body as it travels."""
        return {
            "election": self.election,
            "aggregate_hash": self.aggregate_hash.hex(),
            "trustees": list(self.trustees),
            "counts": [list(contest) for contest in self.counts],
        }


@dataclass(frozen=True)
class OutcomeBody:
    """What the counts mean by the rules; opaque here."""

    election: str
    election_hash: bytes
    result: JsonObject


@dataclass(frozen=True)
class MinutesBody:
    """The SHA-256 of the printed minutes, and their numbers; opaque here."""

    sha256: bytes
    numbers: JsonObject


@dataclass(frozen=True)
class DestroyedBody:
    """A trustee's signed word that its share is gone."""

    trustee: int
    signature: bytes


@dataclass(frozen=True)
class FinalBody:
    """How many objects of each sort a verifier must have checked."""

    entries: int
    ballots: int
    proofs: int
    signatures: int

    def to_object(self) -> JsonObject:
        """Return the body as it travels."""
        return {
            "entries": self.entries,
            "ballots": self.ballots,
            "proofs": self.proofs,
            "signatures": self.signatures,
        }


Body: TypeAlias = (
    MeetingBody
    | CeremonyBody
    | ListBody
    | Manifest
    | PaperElection
    | AnnulledBody
    | ClosedBody
    | PaperCounts
    | AggregateBody
    | PartialDecryptionBody
    | TallyBody
    | OutcomeBody
    | MinutesBody
    | DestroyedBody
    | FinalBody
)

ElectionBody: TypeAlias = (
    AnnulledBody | ClosedBody | PaperCounts | AggregateBody | PartialDecryptionBody | TallyBody | OutcomeBody
)
"""What may stand on the board of an election that is sealed already."""
