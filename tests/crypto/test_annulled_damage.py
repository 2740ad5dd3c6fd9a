"""An annulled election that is damaged: it is reported, and the evening's other elections still verify."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, decode_base64, encode_base64
from crypto.errors import VerificationError
from crypto.verify import Report, review_closed_board, verify_archive
from crypto.verify.printing import describe_report, list_report
from crypto.verify.sentences import Language
from tests.support.archives import ElectionPlan, SampleArchive, begin_board, resign
from tests.support.board_attacks import find_failure

FIRST = ElectionPlan()
AGAIN = ElectionPlan(election="s1b", slot=1)


def hold_evening(*, annulled: bool = True) -> SampleArchive:
    """Return an evening on which an election was counted, then annulled, and repeated."""
    builder = begin_board([FIRST, AGAIN])
    builder.hold_election(FIRST)
    if annulled:
        builder.annul("s1")
    builder.hold_election(AGAIN)
    return builder.finish()


EVENING = hold_evening()
STANDING = hold_evening(annulled=False)


def damage(
    evening: SampleArchive, kind: EntryKind, change: Callable[[JsonObject], JsonObject], election: str = "s1"
) -> bytes:
    """Return the board with the entries of one kind and election changed, and everything signed again."""
    return resign(
        evening.entries,
        lambda entry: (
            change(dict(entry.body)) if entry.kind is kind and entry.body.get("election") == election else entry.body
        ),
    )


def flip_ballot(body: JsonObject) -> JsonObject:
    data = bytearray(decode_base64(str(body["ballots"])))
    data[100] ^= 1
    return {**body, "ballots": encode_base64(bytes(data))}


def count_tested(body: JsonObject) -> JsonObject:
    manifest = EVENING.manifests[0]
    hashes = [each.ballot_hash.hex() for each in EVENING.confirmations if each.election_hash == manifest.election_hash]
    return {**body, "tested": [min(hashes)]}


DAMAGES: dict[str, tuple[EntryKind, Callable[[JsonObject], JsonObject], str]] = {
    "ballot": (EntryKind.CLOSED, flip_ballot, "V5"),
    "tested ballot": (EntryKind.CLOSED, count_tested, "V7"),
    "aggregate": (EntryKind.AGGREGATE, lambda body: {**body, "ballots": 2}, "V8"),
    "counts": (EntryKind.TALLY, lambda body: {**body, "counts": [[3, 0, 0]]}, "V9"),
}


def verify_damaged(name: str = "ballot") -> Report:
    kind, change, _ = DAMAGES[name]
    return verify_archive(damage(EVENING, kind, change))


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_in_an_annulled_election_is_a_finding(name: str) -> None:
    kind, _, check = DAMAGES[name]
    finding = verify_damaged(name).findings["s1"]
    number = next(entry.number for entry in EVENING.entries if entry.kind is kind)
    assert (finding.check, finding.entry) == (check, number)


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_in_an_election_that_stands_fails_the_archive(name: str) -> None:
    kind, change, check = DAMAGES[name]
    assert find_failure(damage(STANDING, kind, change)).check == check


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_beside_an_annulled_election_fails_the_archive(name: str) -> None:
    kind, change, check = DAMAGES[name]
    if name == "tested ballot":
        ballots = [each for each in EVENING.confirmations if each.election_hash == EVENING.manifests[1].election_hash]
        data = damage(EVENING, kind, lambda body: {**body, "tested": [ballots[0].ballot_hash.hex()]}, "s1b")
    else:
        data = damage(EVENING, kind, change, "s1b")
    assert find_failure(data).check == check


def test_repetition_is_verified_whole_beside_a_damaged_annulled_election() -> None:
    assert verify_damaged().elections[1].counts == ((1, 1, 1),)


def test_counts_that_no_teller_signed_are_a_finding_once_annulled() -> None:
    builder = begin_board([FIRST, AGAIN])
    builder.open_election(FIRST, count_signatures=())
    builder.annul("s1")
    builder.hold_election(AGAIN)
    assert verify_archive(builder.finish().data).findings["s1"].check == "V6"


def test_undamaged_evening_has_no_finding() -> None:
    assert verify_archive(EVENING.data).findings == {}


def test_ballots_of_an_annulled_election_copied_into_its_repetition_are_found() -> None:
    first = next(entry for entry in EVENING.entries if entry.kind is EntryKind.CLOSED)
    data = damage(EVENING, EntryKind.CLOSED, lambda body: {**body, "ballots": first.body["ballots"]}, "s1b")
    assert find_failure(data).check == "V5"


def test_ballots_of_the_repetition_put_into_the_annulled_election_count_only_once() -> None:
    later = [entry for entry in EVENING.entries if entry.kind is EntryKind.CLOSED][1]
    report = verify_archive(damage(EVENING, EntryKind.CLOSED, lambda body: {**body, "ballots": later.body["ballots"]}))
    assert (report.findings["s1"].check, report.elections[1].ballots) == ("V5", 3)


def test_annulment_hides_no_decryption_below_the_floor() -> None:
    def drop_a_ballot(body: JsonObject) -> JsonObject:
        ballots = decode_base64(str(body["ballots"]))
        return {**body, "ballots": encode_base64(ballots[: len(ballots) // 3])}

    assert find_failure(damage(EVENING, EntryKind.CLOSED, drop_a_ballot)).check == "V1"


@pytest.mark.parametrize("member", ["key", "credentials_hash", "ceremony_hash"])
def test_annulment_hides_no_manifest_that_disagrees_with_the_board(member: str) -> None:
    other = EVENING.manifests[0].trustees.public_shares[0].hex()
    data = damage(EVENING, EntryKind.MANIFEST, lambda body: {**body, member: other})
    assert find_failure(data).check == "V2"


def test_annulment_hides_no_ballots_that_are_no_whole_ballots() -> None:
    data = damage(EVENING, EntryKind.CLOSED, lambda body: {**body, "ballots": encode_base64(b"x")})
    assert find_failure(data).check == "V5"


def test_confirmed_ballot_of_a_damaged_annulled_election_is_still_found_among_the_closed() -> None:
    manifest = EVENING.manifests[0]
    data = damage(EVENING, EntryKind.AGGREGATE, lambda body: {**body, "ballots": 2})
    mine = [each.encode() for each in EVENING.confirmations if each.election_hash == manifest.election_hash]
    assert verify_archive(data, confirmations=mine).findings["s1"].check == "V8"


def test_device_takes_damage_in_an_annulled_election_for_a_failure() -> None:
    data = damage(EVENING, EntryKind.CLOSED, flip_ballot)
    with pytest.raises(VerificationError):
        review_closed_board(data, "s1")


@pytest.mark.parametrize("language", Language)
def test_finding_is_said_beside_the_annulled_election(language: Language) -> None:
    lines = describe_report(verify_damaged(), language)
    place = next(place for place, line in enumerate(lines) if "Sai mẫu số" in line)
    assert "V5" in lines[place + 1]


def test_finding_is_listed_for_programs() -> None:
    [finding] = list_report(verify_damaged("counts"))["findings"]  # type: ignore[misc]  # A report for programs.
    assert (finding["election"], finding["check"]) == ("s1", "V9")


def test_totals_count_what_an_annulled_election_holds_damaged_or_not() -> None:
    whole, damaged = verify_archive(EVENING.data), verify_damaged()
    assert replace(damaged, head=whole.head, findings={}, elections=(), minutes=None) == replace(
        whole, elections=(), minutes=None
    )
