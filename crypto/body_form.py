"""Strict reading of the body of each kind of board entry.

Only the form is checked here: keys, types, ranges, ascending lists. Whether a body may follow the entries before
it is `board_state`'s concern, whether it is true is `verify`'s.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import pairwise

from crypto.bodies import (
    AggregateBody,
    AnnulledBody,
    Body,
    CeremonyBody,
    ClosedBody,
    DestroyedBody,
    EntryKind,
    FinalBody,
    ListBody,
    MeetingBody,
    MinutesBody,
    OutcomeBody,
    PartialDecryptionBody,
    TallyBody,
)
from crypto.ceremony import MOST_TRUSTEES
from crypto.credential import SLOTS
from crypto.decryption import DECRYPTION_BYTES
from crypto.elgamal import CIPHERTEXT_BYTES
from crypto.encoding import JsonValue
from crypto.fields import Fields
from crypto.group import ELEMENT_BYTES
from crypto.manifest import Manifest
from crypto.names import check_protocol, read_identifier, read_meeting_code, read_series
from crypto.paper import PAPER_COUNTS_KEYS, PaperCounts, PaperElection
from crypto.signing import SIGNATURE_BYTES, VerificationKey
from crypto.void import VOID_KEYS, VoidCredential


def read_body(kind: EntryKind, value: JsonValue) -> Body:
    """Return the body of an entry of this kind from an untrusted object.

    Raises: EncodingError; InvalidManifestError for a manifest or a paper election.
    """
    if kind is EntryKind.MANIFEST:
        return Manifest.from_object(value)
    if kind is EntryKind.PAPER_ELECTION:
        return PaperElection.from_object(value)
    if kind is EntryKind.PAPER_COUNTS:
        return PaperCounts.from_fields(Fields(value, kind.value, PAPER_COUNTS_KEYS))
    keys, read = _READERS[kind]
    return read(Fields(value, kind.value, frozenset(keys.split())))


def _read_meeting(fields: Fields) -> MeetingBody:
    check_protocol(fields, "protocol")
    date = fields.text("date")
    try:
        is_canonical = datetime.date.fromisoformat(date).isoformat() == date
    except ValueError:
        is_canonical = False
    if not is_canonical:
        raise fields.refuse("date", "not a date YYYY-MM-DD")
    return MeetingBody(
        code=read_meeting_code(fields, "code"),
        superior=fields.text("superior"),
        unit=fields.text("unit"),
        place=fields.text("place"),
        date=date,
        server_key=VerificationKey(fields.digest("server_key")),
        rehearsal=fields.flag("rehearsal"),
    )


def _read_ceremony(fields: Fields) -> CeremonyBody:
    count = fields.integer("count", minimum=1, maximum=MOST_TRUSTEES)
    shares = fields.public_elements("public_shares")
    for key in ("openings", "confirmations"):
        if len(fields.values(key)) != count:
            raise fields.refuse(key, f"not {count} of them")
    if len(shares) != count:
        raise fields.refuse("public_shares", f"not {count} of them")
    return CeremonyBody(
        count=count,
        threshold=fields.integer("threshold", minimum=1, maximum=count),
        ceremony_hash=fields.digest("ceremony_hash"),
        key=fields.public_element("key"),
        public_shares=shares,
        record=fields.whole,
    )


def _read_list(fields: Fields) -> ListBody:
    return ListBody(
        series=read_series(fields, "series"),
        slot=fields.integer("slot", maximum=SLOTS - 1),
        credentials=_read_whole(fields, "credentials", ELEMENT_BYTES),
    )


def _read_annulled(fields: Fields) -> AnnulledBody:
    return AnnulledBody(election=read_identifier(fields, "election"), ground=fields.text("ground"))


def _read_closed(fields: Fields) -> ClosedBody:
    return ClosedBody(
        election=read_identifier(fields, "election"),
        election_hash=fields.digest("election_hash"),
        ballots=fields.encoded("ballots"),
        tested=fields.ascending_digests("tested"),
        void=_read_void(fields),
    )


def _read_void(fields: Fields) -> tuple[VoidCredential, ...]:
    void = tuple(VoidCredential.from_fields(member) for member in fields.members("void", VOID_KEYS))
    if any(left.credential >= right.credential for left, right in pairwise(void)):
        raise fields.refuse("void", "not strictly ascending")
    return void


def _read_aggregate(fields: Fields) -> AggregateBody:
    return AggregateBody(
        election=read_identifier(fields, "election"),
        election_hash=fields.digest("election_hash"),
        ballots=fields.integer("ballots"),
        ciphertexts=_read_whole(fields, "ciphertexts", CIPHERTEXT_BYTES),
        aggregate_hash=fields.digest("aggregate_hash"),
    )


def _read_partial_decryption(fields: Fields) -> PartialDecryptionBody:
    _read_whole(fields, "decryptions", DECRYPTION_BYTES)
    return PartialDecryptionBody(
        election=read_identifier(fields, "election"),
        aggregate_hash=fields.digest("aggregate_hash"),
        trustee=fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
        record=fields.whole,
    )


def _read_tally(fields: Fields) -> TallyBody:
    trustees = fields.integers("trustees", minimum=1, maximum=MOST_TRUSTEES)
    if list(trustees) != sorted(set(trustees)):
        raise fields.refuse("trustees", "not strictly ascending")
    return TallyBody(
        election=read_identifier(fields, "election"),
        aggregate_hash=fields.digest("aggregate_hash"),
        trustees=trustees,
        counts=fields.integer_rows("counts"),
    )


def _read_outcome(fields: Fields) -> OutcomeBody:
    return OutcomeBody(
        election=read_identifier(fields, "election"),
        election_hash=fields.digest("election_hash"),
        result=fields.object("result"),
    )


def _read_minutes(fields: Fields) -> MinutesBody:
    return MinutesBody(sha256=fields.digest("sha256"), numbers=fields.object("numbers"))


def _read_destroyed(fields: Fields) -> DestroyedBody:
    return DestroyedBody(
        trustee=fields.integer("trustee", minimum=1, maximum=MOST_TRUSTEES),
        signature=fields.digest("signature", length=SIGNATURE_BYTES),
    )


def _read_final(fields: Fields) -> FinalBody:
    return FinalBody(
        entries=fields.integer("entries"),
        ballots=fields.integer("ballots"),
        proofs=fields.integer("proofs"),
        signatures=fields.integer("signatures"),
    )


def _read_whole(fields: Fields, key: str, size: int) -> bytes:
    """Return bytes that hold whole members of a size."""
    data = fields.encoded(key)
    if len(data) % size:
        raise fields.refuse(key, f"not a multiple of {size} bytes")
    return data


_READERS: dict[EntryKind, tuple[str, Callable[[Fields], Body]]] = {
    EntryKind.MEETING: ("protocol code superior unit place date server_key rehearsal", _read_meeting),
    EntryKind.CEREMONY: (
        "ceremony count threshold openings ceremony_hash key public_shares confirmations",
        _read_ceremony,
    ),
    EntryKind.LIST: ("series slot credentials", _read_list),
    EntryKind.ANNULLED: ("election ground", _read_annulled),
    EntryKind.CLOSED: ("election election_hash ballots tested void", _read_closed),
    EntryKind.AGGREGATE: ("election election_hash ballots ciphertexts aggregate_hash", _read_aggregate),
    EntryKind.PARTIAL_DECRYPTION: ("election aggregate_hash trustee decryptions", _read_partial_decryption),
    EntryKind.TALLY: ("election aggregate_hash trustees counts", _read_tally),
    EntryKind.OUTCOME: ("election election_hash result", _read_outcome),
    EntryKind.MINUTES: ("sha256 numbers", _read_minutes),
    EntryKind.DESTROYED: ("trustee signature", _read_destroyed),
    EntryKind.FINAL: ("entries ballots proofs signatures", _read_final),
}
