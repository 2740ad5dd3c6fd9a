"""The manifest: one canonical form, strict reading, and a hash that covers all of it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.ballot import ContestShape
from crypto.encoding import encode_canonical
from crypto.errors import InvalidManifestError
from crypto.manifest import Counts, Manifest
from tests.support.archives import ArchiveBuilder, ElectionPlan

MANIFEST = ArchiveBuilder().prepare_manifest(ElectionPlan(shape=(ContestShape(2, 1), ContestShape(3, 2))))


def change_object(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed: Any = Manifest.from_object(MANIFEST.to_object()).to_object()
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    result: dict[str, Any] = changed
    return result


def test_from_object_returns_the_same_manifest() -> None:
    assert Manifest.from_object(MANIFEST.to_object()) == MANIFEST


def test_election_hash_is_the_digest_of_the_canonical_manifest() -> None:
    assert MANIFEST.election_hash == hashlib.sha256(encode_canonical(MANIFEST.to_object())).digest()


def test_context_carries_hash_key_and_shape() -> None:
    context = MANIFEST.context
    shape = (ContestShape(2, 1), ContestShape(3, 2))
    assert (context.election_hash, context.key, context.shape) == (MANIFEST.election_hash, MANIFEST.key, shape)


def test_issued_is_handed_out_less_brought_back() -> None:
    assert Counts(printed=9, handed_out=7, brought_back=2, lost=1, left_over=2, present=5).issued == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: replace(manifest, floor=4),
        lambda manifest: replace(manifest, slot=1),
        lambda manifest: replace(manifest, rules={"rule_set": "another"}),
        lambda manifest: replace(manifest, counts=replace(manifest.counts, present=9)),
        lambda manifest: replace(manifest, contests=manifest.contests[:1]),
    ],
)
def test_election_hash_differs_when_anything_differs(change: Callable[[Manifest], Manifest]) -> None:
    assert change(MANIFEST).election_hash != MANIFEST.election_hash


@pytest.mark.parametrize("key", sorted(MANIFEST.to_object()))
def test_from_object_refuses_a_missing_key(key: str) -> None:
    value = MANIFEST.to_object()
    del value[key]
    with pytest.raises(InvalidManifestError):
        Manifest.from_object(value)


@pytest.mark.parametrize("key", sorted(MANIFEST.to_object()))
@pytest.mark.parametrize("wrong", [None, 1.5, [[]], {"a": 1}, "", -1, True])
def test_from_object_refuses_a_member_of_another_type(key: str, wrong: object) -> None:
    if (key, wrong) in (("rehearsal", True), ("rules", {"a": 1})):
        return
    with pytest.raises(InvalidManifestError):
        Manifest.from_object(change_object((key,), wrong))


def test_from_object_refuses_a_record_that_names_another_group() -> None:
    with pytest.raises(InvalidManifestError):
        Manifest.from_object({**MANIFEST.to_object(), "group": "secp256k1"})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("protocol",), "phieukin/2"),
        (("meeting",), "SHORT"),
        (("meeting",), "7QKX3M0O"),
        (("election",), "Có Dấu"),
        (("election",), "a" * 41),
        (("series",), []),
        (("series",), ["B", "A"]),
        (("series",), ["A", "A"]),
        (("series",), ["a"]),
        (("slot",), 24),
        (("contests",), []),
        (("contests", 0, "options"), []),
        (("contests", 0, "marks"), 0),
        (("contests", 0, "marks"), 3),
        (("contests", 1, "id"), "c0"),
        (("contests", 0, "options", 1, "id"), "o0"),
        (("contests", 0, "text", "vi"), ""),
        (("key",), "00" * 32),
        (("key",), "ff" * 32),
        (("key",), MANIFEST.key.hex().upper()),
        (("trustees", "threshold"), 4),
        (("trustees", "count"), 2),
        (("trustees", "count"), True),
        (("counts", "present"), -1),
        (("counts", "printed"), 2**31),
        (("count_signatures", 0, "trustee"), 2),
        (("count_signatures", 0, "signature"), "00" * 63),
        (("floor",), 2),
    ],
)
def test_from_object_refuses_a_value_out_of_range(path: tuple[str | int, ...], value: object) -> None:
    with pytest.raises(InvalidManifestError):
        Manifest.from_object(change_object(path, value))


def test_from_object_accepts_a_lower_floor_in_a_rehearsal() -> None:
    value = {**MANIFEST.to_object(), "rehearsal": True, "floor": 1}
    assert Manifest.from_object(value).floor == 1
