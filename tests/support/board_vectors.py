"""The vectors of manifests, boards and whole archives; see `vectors`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from crypto.ballot import ContestShape
from crypto.board import format_head
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, JsonValue, decode_base64, encode_base64, encode_canonical
from crypto.errors import VerificationError
from crypto.verify import verify_archive
from tests.support.archives import (
    ElectionPlan,
    SampleArchive,
    begin_board,
    build_archive,
    build_smallest_archive,
    change_kind,
    resign,
)
from tests.support.crypto_samples import sample_credential
from tests.support.paper_boards import MIXED, PAPER_ALONE, PAPER_ELECTION, build_paper_only

VOTER = sample_credential()


def build_manifest() -> dict[str, Any]:
    """Return manifests with their hashes, and what is none."""
    plans = [
        ElectionPlan(),
        ElectionPlan(shape=(ContestShape(2, 1), ContestShape(3, 2)), rules={"nested": [1, {"text": "phiếu"}]}),
    ]
    manifests = [begin_board([plan]).prepare_manifest(plan) for plan in plans]
    written = manifests[0].to_object()
    contest: Any = written["contests"][0]  # type: ignore[index,call-overload]  # A manifest's own form.
    changed: dict[str, JsonObject] = {
        "another protocol": {**written, "protocol": "phieukin/2"},
        "one key more": {**written, "more": 1},
        "one key fewer": {key: value for key, value in written.items() if key != "floor"},
        "floor below three outside a rehearsal": {**written, "floor": 2},
        "true as a number": {**written, "slot": True},
        "slot 24": {**written, "slot": 24},
        "identity as key": {**written, "key": "00" * 32},
        "key in capitals": {**written, "key": str(written["key"]).upper()},
        "no contest": {**written, "contests": []},
        "two contests of one id": {**written, "contests": [contest, contest]},
        "more marks than options": {**written, "contests": [{**contest, "marks": len(contest["options"]) + 1}]},
        "no marks": {**written, "contests": [{**contest, "marks": 0}]},
        "series out of order": {**written, "series": ["B", "A"]},
        "text of two lines": {**written, "title": {"vi": "a\nb", "en": "a"}},
        "group named in the file": {**written, "group": "ristretto255"},
    }
    return {
        "accepted": [
            {"manifest": encode_canonical(each.to_object()).decode(), "election_hash": each.election_hash.hex()}
            for each in manifests
        ],
        "refused": [{"why": why, "manifest": encode_canonical(each).decode()} for why, each in changed.items()],
    }


def build_paper() -> dict[str, Any]:
    """Return paper counts and paper elections, and what is none."""
    counts, election = PAPER_ALONE.to_object(), PAPER_ELECTION.to_object()
    mixed = next(entry for entry in MIXED.entries if entry.kind is EntryKind.PAPER_COUNTS)
    ceremony = MIXED.holders.ceremony
    reason: JsonValue = {"reason": "x", "count": 1}
    refused_counts: dict[str, JsonObject] = {
        "negative": {**counts, "issued": -1},
        "one reason twice": {**counts, "reasons": [reason, reason]},
        "reason for nothing": {**counts, "reasons": [{"reason": "x", "count": 0}]},
        "row that is none": {**counts, "counts": [1]},
        "one key more": {**counts, "more": 1},
        "signatures out of order": {
            **counts,
            "signatures": [{"trustee": trustee, "signature": "00" * 64} for trustee in (2, 1)],
        },
    }
    refused_elections: dict[str, JsonObject] = {
        "another protocol": {**election, "protocol": "phieukin/2"},
        "no contest": {**election, "contests": []},
        "a key": {**election, "key": ceremony.key.hex()},
        "counts of another form": {**election, "counts": {}},
    }
    return {
        "counts": [encode_canonical(body).decode() for body in (counts, mixed.body)],
        "counts_refused": [
            {"why": why, "body": encode_canonical(each).decode()} for why, each in refused_counts.items()
        ],
        "elections": [
            {"body": encode_canonical(election).decode(), "election_hash": PAPER_ELECTION.election_hash.hex()}
        ],
        "elections_refused": [
            {"why": why, "body": encode_canonical(each).decode()} for why, each in refused_elections.items()
        ],
        "signed": [
            {
                "ceremony_hash": ceremony.ceremony_hash.hex(),
                "keys": [key.hex() for key in ceremony.signing_keys],
                "body": encode_canonical(mixed.body).decode(),
            }
        ],
    }


def build_board() -> dict[str, Any]:
    """Return the chain of a small board, and heads as they are printed and typed."""
    sample = build_smallest_archive()
    head = hashlib.sha256(b"a head").digest()
    printed = format_head(head)
    typed = [
        printed,
        printed.lower(),
        printed.replace("-", " "),
        printed.replace("0", "o").replace("1", "l"),
        head.hex(),
    ]
    return {
        "entries": [
            {"line": entry.encode().decode(), "entry_hash": entry.entry_hash.hex()} for entry in sample.entries
        ],
        "head": None if sample.head is None else sample.head.hex(),
        "formatted": [{"hash": head.hex(), "printed": printed}],
        "typed": [{"typed": text, "plain": _normalise(text)} for text in typed],
        "typed_refused": [
            "",
            printed[:-1],
            printed + "0",
            "U" + printed[1:],
            "é" + printed[1:],
            head.hex() + "0",
            "ı" * 32,
        ],
    }


def build_archives() -> dict[str, Any]:
    """Return small archives, whole and damaged, with what a verifier finds."""
    smallest, repeated = build_smallest_archive(), _repeat_damaged()
    whole = {
        "smallest": smallest.data,
        "paper beside phones": MIXED.data,
        "paper alone": build_paper_only(),
        "damage in an annulled election": repeated,
        "no ballots": build_archive([ElectionPlan(votes=())]).data,
    }
    damaged = {
        "cut short": b"".join(smallest.data.splitlines(keepends=True)[:-1]),
        "one byte of a ballot": _change(smallest, EntryKind.CLOSED, _flip_ballot),
        "tested ballot counted": _change(
            smallest, EntryKind.CLOSED, lambda body: {**body, "tested": [_hash(smallest)]}
        ),
        "void without its slip": _change(
            smallest,
            EntryKind.CLOSED,
            lambda body: {**body, "void": [{"credential": VOTER.public.hex(), "signature": "00" * 64}]},
        ),
        "other counts": _change(smallest, EntryKind.TALLY, lambda body: {**body, "counts": [[0, 1]]}),
        "other aggregate": _change(smallest, EntryKind.AGGREGATE, lambda body: {**body, "ballots": 2}),
        "paper counts changed": resign(
            MIXED.entries, change_kind(EntryKind.PAPER_COUNTS, lambda body: {**body, "counts": [[1, 1, 1]]})
        ),
        "another rehearsal mark": _change(smallest, EntryKind.MEETING, lambda body: {**body, "rehearsal": False}),
        "entry left out": b"".join(
            line for number, line in enumerate(smallest.data.splitlines(keepends=True)) if number != 2
        ),
    }
    return {
        "verified": [{"name": name, "archive": encode_base64(data), **_report(data)} for name, data in whole.items()],
        "refused": [{"name": name, "archive": encode_base64(data), **_fail(data)} for name, data in damaged.items()],
    }


def _normalise(typed: str) -> str:
    plain = typed.replace("-", "").replace(" ", "").upper()
    return plain.lower() if len(plain) == 64 else plain.replace("O", "0").replace("L", "1")


def _change(sample: SampleArchive, kind: EntryKind, change: Callable[[JsonObject], JsonObject]) -> bytes:
    return resign(sample.entries, change_kind(kind, change))


def _flip_ballot(body: JsonObject) -> JsonObject:
    data = bytearray(decode_base64(str(body["ballots"])))
    data[-100] ^= 1
    return {**body, "ballots": encode_base64(bytes(data))}


def _hash(sample: SampleArchive) -> str:
    return sample.confirmations[0].ballot_hash.hex()


def _repeat_damaged() -> bytes:
    """Return a board whose annulled election has a damaged ballot, and whose repetition is whole."""
    plans = [ElectionPlan(), ElectionPlan(election="s1b", slot=1)]
    builder = begin_board(plans)
    builder.hold_election(plans[0])
    builder.annul("s1")
    builder.hold_election(plans[1])
    entries = builder.finish().entries
    first = next(entry for entry in entries if entry.kind is EntryKind.CLOSED)
    return resign(entries, lambda entry: _flip_ballot(dict(entry.body)) if entry is first else entry.body)


def _report(data: bytes) -> dict[str, Any]:
    report = verify_archive(data)
    return {
        "head": None if report.head is None else report.head.hex(),
        "totals": [report.entries, report.ballots, report.proofs, report.signatures],
        "checks": {check.name: check.counted for check in report.checks},
        "counts": {each.manifest.body.election: each.totals for each in report.elections},
        "findings": {name: [error.check, error.entry] for name, error in report.findings.items()},
    }


def _fail(data: bytes) -> dict[str, Any]:
    try:
        verify_archive(data)
    except VerificationError as error:
        return {"check": error.check, "entry": error.entry}
    raise AssertionError("a damaged archive verifies")
