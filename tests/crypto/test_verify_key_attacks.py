"""Attacks on manifests, ceremony, lists and paper counts, each failing the check that is there for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crypto.ballot import ContestShape, ballot_size
from crypto.board import Entry
from crypto.bodies import EntryKind
from crypto.credential import encode_credential_list, hash_credentials
from crypto.encoding import JsonObject, encode_base64
from crypto.group import GENERATOR, IDENTITY, Element
from crypto.manifest import Counts, Manifest
from crypto.verify import verify_archive
from tests.support.archives import (
    ArchiveBuilder,
    begin_board,
    change_kind,
    hold_key,
    resign,
    sample_credentials,
)
from tests.support.board_attacks import (
    PLAN,
    SAMPLE,
    SMALLEST,
    Change,
    count_archive,
    find_failure,
    open_board,
    rewrite,
    setting,
)

# V2: manifests.


@pytest.mark.parametrize(
    "change",
    [
        setting(key=GENERATOR.hex()),
        setting(server_key="11" * 32),
        setting(meeting="00000000"),
        setting(rehearsal=True),
        setting(ceremony_hash="00" * 32),
        setting(trustees={"count": 3, "threshold": 1, "public_shares": [GENERATOR.hex()] * 3}),
        setting(credentials_hash="00" * 32),
        setting(credentials=5),
        setting(title={"vi": "Khác", "en": "Another"}),
        setting(rules={"rule_set": "another"}),
        setting(floor=2),
        setting(group="secp256k1"),
        setting(protocol="phieukin/0"),
    ],
)
def test_manifest_that_disagrees_with_the_board_is_found(change: Change) -> None:
    assert find_failure(rewrite(EntryKind.MANIFEST, change)).check == "V2"


@pytest.mark.parametrize(
    "changes",
    [
        {"key": GENERATOR},
        {"server_key": bytes([17]) * 32},
        {"ceremony_hash": bytes(32)},
        {"credentials_hash": bytes(32)},
        {"credentials": 5},
    ],
    ids=["another key", "another server", "another ceremony", "another list", "another length"],
)
def test_election_opened_under_a_false_manifest_is_found(changes: dict[str, Any]) -> None:
    builder, manifest = open_board(**changes)
    builder.close(manifest, [])
    assert find_failure(count_archive(builder, manifest, [])).check == "V2"


@pytest.mark.parametrize("kind", [EntryKind.CLOSED, EntryKind.AGGREGATE, EntryKind.OUTCOME])
def test_entry_that_names_another_manifest_is_found(kind: EntryKind) -> None:
    assert find_failure(rewrite(kind, setting(election_hash="00" * 32))).check == "V2"


# V3: the ceremony.


def change_opening(**members: Any) -> Change:
    def change(body: JsonObject) -> JsonObject:
        openings: Any = body["openings"]
        return {**body, "openings": [{**openings[0], **members}, *openings[1:]]}

    return change


@pytest.mark.parametrize(
    "change",
    [
        setting(key=GENERATOR.hex()),
        setting(key=IDENTITY.hex()),
        setting(ceremony_hash="00" * 32),
        setting(ceremony="ff" * 16),
        setting(threshold=1),
        setting(count=2),
        setting(public_shares=[GENERATOR.hex()] * 3),
        setting(confirmations=[]),
        setting(confirmations=[{"trustee": index, "signature": "00" * 64} for index in (1, 2, 3)]),
        change_opening(nonce="00" * 32),
        change_opening(trustee=2),
        change_opening(possession="00" * 64),
        change_opening(commitments=[GENERATOR.hex()] * 2),
        change_opening(commitments=[GENERATOR.hex()] * 3),
        change_opening(signing_key="11" * 32),
        change_opening(extra=1),
    ],
)
def test_ceremony_that_does_not_hold_is_found(change: Change) -> None:
    assert find_failure(rewrite(EntryKind.CEREMONY, change)).check == "V3"


def test_rehearsal_ceremony_in_a_real_meeting_is_found() -> None:
    def change(entry: Entry) -> JsonObject:
        return {**entry.body, "rehearsal": False} if entry.kind is EntryKind.MEETING else entry.body

    assert find_failure(resign(SMALLEST.entries, change)).check == "V3"


def test_share_said_destroyed_by_somebody_else_is_found() -> None:
    def change(body: JsonObject) -> JsonObject:
        return {**body, "signature": "00" * 64}

    assert find_failure(rewrite(EntryKind.DESTROYED, change)).check == "V3"


# V4: lists.


def publish_false_list(credentials: bytes) -> bytes:
    builder = ArchiveBuilder()
    builder.begin()
    builder.publish_list(credentials=credentials)
    builder.hold_election(PLAN)
    return builder.finish().data


def list_publics(count: int = 4) -> list[Element]:
    return sorted(member.public for member in sample_credentials(count))


@pytest.mark.parametrize(
    "credentials",
    [
        b"".join([*list_publics()[:3], list_publics()[2]]),
        b"".join(reversed(list_publics())),
        b"".join([IDENTITY, *list_publics()[1:]]),
        b"".join([*list_publics()[:3], b"\xff" * 32]),
        b"".join(list_publics()[:3]),
        b"".join(list_publics(5)),
    ],
    ids=["duplicate", "not sorted", "identity", "no element", "shorter than printed", "longer than printed"],
)
def test_false_list_is_found(credentials: bytes) -> None:
    assert find_failure(publish_false_list(credentials)).check == "V4"


def test_list_cut_within_a_credential_is_found() -> None:
    assert find_failure(rewrite(EntryKind.LIST, setting(credentials=encode_base64(bytes(33))))).check == "V4"


def test_manifest_that_hides_slips_printed_beyond_the_list_is_found() -> None:
    counts = Counts(printed=5, handed_out=3, brought_back=0, lost=0, left_over=2, present=3)
    builder, manifest = open_board(replace(PLAN, counts=counts))
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots)
    assert find_failure(count_archive(builder, manifest, ballots)).check == "V4"


def test_lists_of_different_lengths_for_two_slots_are_found() -> None:
    builder = begin_board([PLAN])
    builder.publish_list(slot=1, credentials=encode_credential_list([GENERATOR]))
    assert find_failure(builder.finish().data).check == "V4"


def test_credential_in_two_series_is_found() -> None:
    builder = begin_board([PLAN])
    shared = encode_credential_list(member.public for member in sample_credentials(4))
    builder.publish_list("B", credentials=shared)
    assert find_failure(builder.finish().data).check == "V4"


# V6: paper counts.


def seal_counts(counts: Counts, signers: tuple[int, ...] = (1, 2)) -> bytes:
    plan = replace(PLAN, counts=counts, signers=signers)
    builder, manifest = open_board(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    return count_archive(builder, manifest, ballots)


FAIR = Counts(printed=4, handed_out=3, brought_back=0, lost=0, left_over=1, present=3)


def test_fair_counts_verify() -> None:
    assert verify_archive(seal_counts(FAIR)).ballots == 3


@pytest.mark.parametrize(
    "counts",
    [
        replace(FAIR, handed_out=2, left_over=2),
        replace(FAIR, brought_back=1),
        replace(FAIR, present=2),
        replace(FAIR, present=2, lost=1),
        replace(FAIR, handed_out=4, left_over=0),
        replace(FAIR, left_over=0),
        replace(FAIR, left_over=2),
        replace(FAIR, brought_back=4),
        replace(FAIR, lost=4),
    ],
    ids=[
        "more ballots than issued",
        "more ballots than issued after one was brought back",
        "issued without lost above present",
        "more ballots than present",
        "more slips in hands than people",
        "printed above handed out and left over",
        "printed below handed out and left over",
        "more brought back than handed out",
        "more lost than issued",
    ],
)
def test_counts_that_do_not_balance_are_found(counts: Counts) -> None:
    assert find_failure(seal_counts(counts)).check == "V6"


@pytest.mark.parametrize("signers", [(), (1,)])
def test_counts_signed_by_fewer_trustees_than_needed_are_found(signers: tuple[int, ...]) -> None:
    assert find_failure(seal_counts(FAIR, signers)).check == "V6"


@pytest.mark.parametrize(
    "swap",
    [
        lambda manifest: {"counts": replace(manifest.counts, lost=1)},
        lambda manifest: {
            "count_signatures": tuple(replace(item, trustee=item.trustee + 1) for item in manifest.count_signatures)
        },
        lambda manifest: {
            "count_signatures": (*manifest.count_signatures, replace(manifest.count_signatures[0], trustee=9))
        },
    ],
    ids=["counts changed after signing", "signature of another trustee", "signature of nobody"],
)
def test_count_signature_that_does_not_hold_is_found(swap: Callable[[Manifest], dict[str, object]]) -> None:
    builder = begin_board([PLAN])
    manifest = builder.open_election(PLAN, **swap(builder.prepare_manifest(PLAN)))
    builder.close(manifest, [])
    assert find_failure(count_archive(builder, manifest, [])).check == "V6"


def test_count_signatures_of_another_election_are_found() -> None:
    builder = begin_board([PLAN])
    other = builder.prepare_manifest(replace(PLAN, election="s9"))
    manifest = builder.open_election(PLAN, count_signatures=other.count_signatures)
    builder.close(manifest, [])
    assert find_failure(count_archive(builder, manifest, [])).check == "V6"


def test_ceremony_of_other_trustees_put_in_place_of_the_true_one_is_found() -> None:
    builder = begin_board([PLAN])
    builder.hold_election(PLAN)
    other = hold_key(3, 2, seed=2).ceremony.to_body()
    data = resign(builder.finish(destroy=False).entries, change_kind(EntryKind.CEREMONY, lambda body: other))
    assert find_failure(data).check == "V2"


def test_list_of_another_meeting_is_found() -> None:
    strangers = [sorted(member.public for member in sample_credentials(4, series="Q"))]
    plan = replace(PLAN, votes=())
    builder = begin_board([plan])
    manifest = builder.open_election(plan, credentials_hash=hash_credentials(strangers))
    builder.close(manifest, [])
    assert find_failure(count_archive(builder, manifest, [])).check == "V2"


def test_contest_of_another_shape_is_found() -> None:
    def change(body: JsonObject) -> JsonObject:
        contests: Any = body["contests"]
        return {**body, "contests": [{**contests[0], "marks": 2}]}

    shape = (ContestShape(options=2, marks=2),)
    assert ballot_size(shape) != ballot_size(SAMPLE.manifests[0].shape)
    assert find_failure(rewrite(EntryKind.MANIFEST, change)).check == "V5"
