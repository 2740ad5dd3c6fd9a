"""What attacks on the board share: boards to attack, and a server that rewrites its own with its own key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crypto.ballot import SealedBallot, ballot_size
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, decode_base64, encode_base64
from crypto.errors import VerificationError
from crypto.manifest import Manifest
from crypto.signing import SigningSeed
from crypto.verify import review_closed_board, verify_archive
from tests.support.archives import (
    ArchiveBuilder,
    ElectionPlan,
    begin_board,
    build_archive,
    build_smallest_archive,
    change_kind,
    resign,
)

PLAN = ElectionPlan()
SAMPLE = build_archive()
SMALLEST = build_smallest_archive()
LINES = SAMPLE.data.splitlines(keepends=True)
OTHER_SEED = SigningSeed(bytes(32))

Change = Callable[[JsonObject], "JsonObject | None"]


def find_failure(data: bytes, **options: Any) -> VerificationError:
    """Return the failure of an archive that must not verify."""
    with pytest.raises(VerificationError) as caught:
        verify_archive(data, **options)
    return caught.value


def rewrite(kind: EntryKind, change: Change) -> bytes:
    """Return the sample archive with the bodies of one kind changed and everything signed again."""
    return resign(SAMPLE.entries, change_kind(kind, change))


def setting(**members: Any) -> Change:
    """Return a change that sets members of a body."""
    return lambda body: {**body, **members}


def split_ballots(body: JsonObject) -> list[bytes]:
    """Return the ballots of a closed body of the sample."""
    data = decode_base64(str(body["ballots"]))
    size = ballot_size(SAMPLE.manifests[0].shape)
    return [data[start : start + size] for start in range(0, len(data), size)]


def join_ballots(body: JsonObject, ballots: list[bytes]) -> JsonObject:
    """Return a closed body with these ballots instead."""
    return {**body, "ballots": encode_base64(b"".join(ballots))}


def open_board(plan: ElectionPlan = PLAN, **changes: Any) -> tuple[ArchiveBuilder, Manifest]:
    """Return a board with one open election; `changes` replace members of its manifest."""
    builder = begin_board([plan])
    return builder, builder.open_election(plan, **changes)


def count_archive(builder: ArchiveBuilder, manifest: Manifest, ballots: list[SealedBallot]) -> bytes:
    """Return the archive after these ballots were counted, whatever was closed."""
    builder.count(manifest, ballots)
    return builder.finish().data


def find_review_failure(data: bytes) -> VerificationError:
    """Return the failure of a board that a trustee's device must not accept."""
    with pytest.raises(VerificationError) as caught:
        review_closed_board(data, "s1")
    return caught.value


def forge_ballot(data: bytes) -> SealedBallot:
    """Return any signed bytes as if a voter's device had sealed them."""
    return SealedBallot(data[:-64], (), lambda label: data[-64:])
