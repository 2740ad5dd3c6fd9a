"""Tested ballots: published while the election is open, never counted, and gone from the disk when it closes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from flask.testing import FlaskClient

from ballot_server.domain.election import ElectionState
from ballot_server.errors import BallotServerError
from ballot_server.services.cast_ballot import (
    BallotMalformedError,
    BallotTestedError,
    CiphertextRepeatedError,
    CredentialSpentError,
    CredentialUnknownError,
    CredentialVoidError,
    ElectionAnnulledError,
    ElectionClosedError,
    ElectionNotOpenError,
    ElectionUnknownError,
    cast_ballot,
)
from ballot_server.services.slip_status import list_closed_ballots, list_credentials
from ballot_server.services.tested_ballots import (
    AllTestsUsedError,
    TrackerUnknownError,
    publish_test,
    read_test,
    read_test_size,
)
from ballot_server.storage.errors import DatabaseBusyError
from ballot_server.storage.repositories import BallotRepository, CredentialRepository
from ballot_server.web.context import WebContext
from ballot_server.web.voters_app import create_voters_app
from crypto.ballot import SealedBallot
from crypto.bodies import ClosedBody, EntryKind
from crypto.body_form import read_body
from crypto.credential import derive_credential
from crypto.encoding import decode_base64
from crypto.errors import InvalidBallotError, InvalidSignatureError, OpeningError
from crypto.opening import encode_opening, open_tested_ballot
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import generate_slip_code
from crypto.tracker import format_tracker
from crypto.void import sign_void
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import AGREE, DISAGREE, Evening, make_plan, prepare_evening
from tests.support.rooms import MEETING, Room, furnish_room
from tests.support.staff import run_apart

OCTETS = "application/octet-stream"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    furnished = furnish_room(tmp_path)
    yield furnished
    furnished.installation.close()


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as prepared:
        prepared.open("s1")
        yield prepared


@pytest.fixture
def client(room: Room) -> FlaskClient:
    return create_voters_app(WebContext(installation=room.installation, run_blocking=run_apart)).test_client()


def open_ballot(sealed: SealedBallot) -> bytes:
    """Return what a phone sends to test a ballot."""
    return sealed.test() + encode_opening(sealed.scalars)


def publish(room: Room, body: bytes) -> int:
    answer = publish_test(room.installation.database, room.manifest.election_hash, body)
    return int(json.loads(answer)["tests_left"])


def cast(room: Room, data: bytes) -> bytes:
    return cast_ballot(room.installation.database, room.installation.seed, room.manifest.election_hash, data)


def write_tracker(sealed: SealedBallot) -> bytes:
    return format_tracker(sealed.ballot_hash).replace("-", "").encode()


def look_up(room: Room, sealed: SealedBallot) -> tuple[bytes, bytes]:
    answer = json.loads(read_test(room.installation.database, room.manifest.election_hash, write_tracker(sealed)))
    return decode_base64(answer["ballot"]), decode_base64(answer["opening"])


def list_tested(room: Room) -> tuple[bytes, ...]:
    with room.installation.database.read() as session:
        return BallotRepository(session).list_tested(room.manifest.election_hash)


def declare_void(room: Room, slip: int) -> None:
    credential = room.credentials[slip]
    signature = sign_void(credential, MEETING, 0, SeededRandom(1))
    with room.installation.database.write() as session:
        CredentialRepository(session).add_void(MEETING, "A", 0, credential.public, signature)


def resign_as_cast(room: Room, sealed: SealedBallot, slip: int) -> bytes:
    """Return the same ballot signed to be cast, as a phone would that keeps no promise."""
    election_hash, credential = room.manifest.election_hash, room.credentials[slip]
    return sealed.unsigned + sign_as_credential("cast", election_hash, credential, sealed.unsigned, SeededRandom(2))


def test_tested_ballot_opens_to_what_was_marked_for_whoever_knows_its_tracker(room: Room) -> None:
    sealed = room.seal_ballot(0, option=2)
    publish(room, open_ballot(sealed))
    ballot, opening = look_up(room, sealed)
    assert open_tested_ballot(room.manifest.context, ballot, opening) == ((2,),)


def test_test_leaves_the_slip_free_to_vote(room: Room) -> None:
    publish(room, open_ballot(room.seal_ballot(0)))
    cast(room, room.seal_ballot(0, option=1).data)
    with room.installation.database.read() as session:
        assert BallotRepository(session).count(room.manifest.election_hash) == 1


def test_tested_ballot_cannot_be_cast_afterwards(room: Room) -> None:
    sealed = room.seal_ballot(0)
    publish(room, open_ballot(sealed))
    with pytest.raises(BallotTestedError):
        cast(room, resign_as_cast(room, sealed, 0))


def test_ballot_with_the_ciphertexts_of_a_tested_one_cannot_be_cast(room: Room) -> None:
    tested, copied = (replace(room, random_source=_Forked(byte)).seal_ballot(0) for byte in (1, 2))
    assert (copied.scalars, copied.ballot_hash == tested.ballot_hash) == (tested.scalars, False)
    publish(room, open_ballot(tested))
    with pytest.raises(CiphertextRepeatedError):
        cast(room, copied.data)


def test_cast_ballot_cannot_be_tested_afterwards(room: Room) -> None:
    sealed = room.seal_ballot(0)
    cast(room, resign_as_cast(room, sealed, 0))
    with pytest.raises(CredentialSpentError):
        publish(room, open_ballot(sealed))
    assert list_tested(room) == ()


def test_slip_that_has_voted_tests_nothing_more(room: Room) -> None:
    cast(room, room.seal_ballot(0).data)
    with pytest.raises(CredentialSpentError):
        publish(room, open_ballot(room.seal_ballot(0)))


def test_void_slip_tests_nothing(room: Room) -> None:
    declare_void(room, 0)
    with pytest.raises(CredentialVoidError):
        publish(room, open_ballot(room.seal_ballot(0)))


def test_slip_of_no_list_tests_nothing(room: Room) -> None:
    stranger = derive_credential(generate_slip_code(SeededRandom(9)), MEETING, 0)
    with pytest.raises(CredentialUnknownError):
        publish(room, open_ballot(replace(room, credentials=(stranger,)).seal_ballot(0)))


@pytest.mark.parametrize(
    ("states", "error"),
    [
        ((ElectionState.CLOSED,), ElectionClosedError),
        ((ElectionState.CLOSED, ElectionState.TALLIED), ElectionClosedError),
        ((ElectionState.ANNULLED,), ElectionAnnulledError),
    ],
)
def test_test_is_refused_in_every_state_but_open(
    room: Room, states: tuple[ElectionState, ...], error: type[BallotServerError]
) -> None:
    body = open_ballot(room.seal_ballot(0))
    room.move_to(*states)
    with pytest.raises(error):
        publish(room, body)


def test_test_is_refused_before_the_opening(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, state=ElectionState.READY)
    with pytest.raises(ElectionNotOpenError):
        publish(room, open_ballot(room.seal_ballot(0)))
    room.installation.close()


def test_test_is_refused_in_an_election_that_nobody_sealed(room: Room) -> None:
    with pytest.raises(ElectionUnknownError):
        publish_test(room.installation.database, bytes(32), open_ballot(room.seal_ballot(0)))


def test_sixth_test_of_a_slip_is_refused_and_not_kept(room: Room) -> None:
    assert [publish(room, open_ballot(room.seal_ballot(0))) for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(AllTestsUsedError) as caught:
        publish(room, open_ballot(room.seal_ballot(0)))
    assert caught.value.fields == {"limit": 5}
    assert len(list_tested(room)) == 5


def test_five_tests_of_one_slip_leave_another_its_own(room: Room) -> None:
    for _ in range(5):
        publish(room, open_ballot(room.seal_ballot(0)))
    assert publish(room, open_ballot(room.seal_ballot(1))) == 4


def test_same_test_sent_again_counts_once(room: Room) -> None:
    body = open_ballot(room.seal_ballot(0))
    assert [publish(room, body) for _ in range(7)] == [4] * 7


def test_ten_tests_of_one_slip_at_once_keep_five(room: Room) -> None:
    bodies = [open_ballot(room.seal_ballot(0)) for _ in range(10)]
    barrier = Barrier(10)

    def send(body: bytes) -> bool:
        barrier.wait()
        for _ in range(20):
            try:
                publish(room, body)
            except DatabaseBusyError:
                continue
            except AllTestsUsedError:
                return False
            return True
        raise AssertionError("the database stays busy")

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(send, bodies)) == 5
    assert len(list_tested(room)) == 5


def test_casting_and_testing_one_ballot_at_once_has_exactly_one_winner(tmp_path: Path) -> None:
    room = furnish_room(tmp_path, slips=20)
    for slip in range(20):
        sealed = room.seal_ballot(slip)
        signed, body = resign_as_cast(room, sealed, slip), open_ballot(sealed)
        with ThreadPoolExecutor(2) as pool:
            tasks = [pool.submit(_insist, cast, room, signed), pool.submit(_insist, publish, room, body)]
            won = [task.result() for task in tasks]
        assert sorted(won) == [False, True]
    room.installation.close()


def test_opening_that_lies_about_one_option_is_refused(room: Room) -> None:
    sealed = room.seal_ballot(0)
    other = encode_opening(room.seal_ballot(0, option=1).scalars)
    with pytest.raises(BallotMalformedError) as caught:
        publish(room, sealed.test() + encode_opening(sealed.scalars)[:32] + other[32:])
    assert isinstance(caught.value.fields["cause"], OpeningError)
    assert list_tested(room) == ()


def test_ballot_that_was_signed_to_be_cast_is_no_test(room: Room) -> None:
    sealed = room.seal_ballot(0)
    with pytest.raises(BallotMalformedError) as caught:
        publish(room, sealed.data + encode_opening(sealed.scalars))
    assert isinstance(caught.value.fields["cause"], InvalidSignatureError)


def test_ballot_that_was_signed_to_be_tested_cannot_be_cast(room: Room) -> None:
    with pytest.raises(BallotMalformedError) as caught:
        cast(room, room.seal_ballot(0).test())
    assert isinstance(caught.value.fields["cause"], InvalidSignatureError)


def test_nobody_tests_in_the_name_of_another_slip(room: Room) -> None:
    sealed = room.seal_ballot(0)
    thief = sign_as_credential(
        "test", room.manifest.election_hash, room.credentials[1], sealed.unsigned, SeededRandom(3)
    )
    with pytest.raises(BallotMalformedError):
        publish(room, sealed.unsigned + thief + encode_opening(sealed.scalars))


def test_body_of_another_length_is_refused(room: Room) -> None:
    with pytest.raises(BallotMalformedError) as caught:
        publish(room, open_ballot(room.seal_ballot(0))[:-1])
    assert isinstance(caught.value.fields["cause"], InvalidBallotError)


def test_size_of_a_test_is_that_of_its_body(room: Room) -> None:
    size = read_test_size(room.installation.database, room.manifest.election_hash)
    assert size == len(open_ballot(room.seal_ballot(0)))


def test_cast_ballot_is_shown_to_nobody_who_knows_its_tracker(room: Room) -> None:
    sealed = room.seal_ballot(0)
    cast(room, sealed.data)
    with pytest.raises(TrackerUnknownError):
        look_up(room, sealed)


def test_close_posts_the_hash_of_a_tested_ballot_and_nothing_else_of_it(evening: Evening) -> None:
    tested = evening.seal("s1", 0, AGREE)
    _publish_evening(evening, tested)
    evening.cast("s1", DISAGREE, DISAGREE, DISAGREE)
    evening.close("s1")
    [entry] = evening.list_entries(EntryKind.CLOSED)
    body = read_body(EntryKind.CLOSED, entry.body)
    assert isinstance(body, ClosedBody)
    assert body.tested == (tested.ballot_hash,)
    assert tested.unsigned[64:] not in body.ballots


def test_openings_are_erased_from_the_disk_at_close(evening: Evening) -> None:
    tested = [evening.seal("s1", 0, AGREE) for _ in range(3)]
    for sealed in tested:
        _publish_evening(evening, sealed)
    evening.cast("s1", DISAGREE)
    assert all(_find_on_disk(evening.folder, sealed) for sealed in tested)
    evening.close("s1")
    assert not [sealed.ballot_hash.hex() for sealed in tested if _find_on_disk(evening.folder, sealed)]


def test_openings_are_erased_from_the_disk_when_the_election_is_annulled(evening: Evening) -> None:
    tested = evening.seal("s1", 0, AGREE)
    _publish_evening(evening, tested)
    evening.annul("s1")
    assert not _find_on_disk(evening.folder, tested)


def test_openings_of_an_election_that_is_still_open_outlive_the_close_of_another(evening: Evening) -> None:
    evening.open("s2")
    tested = evening.seal("s2", 0, AGREE)
    election_hash = evening.manifests["s2"].election_hash
    publish_test(evening.database, election_hash, open_ballot(tested))
    evening.close("s1")
    assert read_test(evening.database, election_hash, write_tracker(tested))


def test_tested_ballot_shows_its_content_to_nobody_after_the_close(evening: Evening) -> None:
    tested = evening.seal("s1", 0, AGREE)
    _publish_evening(evening, tested)
    evening.close("s1")
    with pytest.raises(TrackerUnknownError):
        read_test(evening.database, evening.manifests["s1"].election_hash, write_tracker(tested))


def test_closed_list_names_the_tested_ballots(evening: Evening) -> None:
    tested = evening.seal("s1", 0, AGREE)
    _publish_evening(evening, tested)
    evening.close("s1")
    listed = json.loads(list_closed_ballots(evening.database, evening.manifests["s1"].election_hash))
    assert decode_base64(listed["tested"]) == tested.ballot_hash


def test_meeting_with_tested_ballots_verifies(tmp_path: Path) -> None:
    with prepare_evening(tmp_path) as evening:
        evening.open("s1")
        _publish_evening(evening, evening.seal("s1", 0, DISAGREE))
        evening.cast("s1", AGREE, AGREE, AGREE)
        evening.close("s1")
        evening.tally("s1")
        evening.publish("s1")
        report, _ = evening.finish()
        assert [check.name for check in report.checks][:1] == ["V1"]


def test_list_of_those_who_may_vote_is_what_the_manifest_is_bound_to(room: Room) -> None:
    answer = json.loads(list_credentials(room.installation.database, room.manifest.election_hash))
    credentials = decode_base64(answer["credentials"])
    assert credentials == b"".join(sorted(credential.public for credential in room.credentials))


def test_page_of_a_phone_publishes_a_test_and_another_reads_it(client: FlaskClient, room: Room) -> None:
    sealed = room.seal_ballot(0)
    address = f"/api/elections/{room.election}"
    published = client.post(f"{address}/tests", data=open_ballot(sealed), content_type=OCTETS)
    assert (published.status_code, published.get_json()) == (200, {"tests_left": 4})
    found = client.post(f"{address}/tested", data=write_tracker(sealed), content_type=OCTETS)
    assert decode_base64(found.get_json()["ballot"]) == sealed.test()


def test_page_of_a_phone_is_told_that_a_slip_has_tested_enough(client: FlaskClient, room: Room) -> None:
    for _ in range(5):
        publish(room, open_ballot(room.seal_ballot(0)))
    body = open_ballot(room.seal_ballot(0))
    response = client.post(f"/api/elections/{room.election}/tests", data=body, content_type=OCTETS)
    assert (response.status_code, response.get_json()["error"]) == (409, "all_tests_used")
    assert "đã thử đủ 5 phiếu" in response.get_json()["message"]


@pytest.mark.parametrize("tracker", [b"0" * 20, b"\xff" * 20, b"'" * 20])
def test_tracker_of_no_tested_ballot_is_told_so(client: FlaskClient, room: Room, tracker: bytes) -> None:
    response = client.post(f"/api/elections/{room.election}/tested", data=tracker, content_type=OCTETS)
    assert (response.status_code, response.get_json()["error"]) == (404, "tracker_unknown")


class _Forked(random.Random):
    """A random source that gives every ballot the same scalars and other proofs."""

    def __init__(self, byte: int) -> None:
        super().__init__(0)
        self.byte = byte
        self.draws = 0

    def randbytes(self, n: int) -> bytes:
        self.draws += 1
        return bytes([self.byte if self.draws > 4 else 0]) * n


def _insist(act: Callable[[Room, bytes], object], room: Room, data: bytes) -> bool:
    for _ in range(20):
        try:
            act(room, data)
        except DatabaseBusyError:
            continue
        except (CredentialSpentError, BallotTestedError):
            return False
        return True
    raise AssertionError("the database stays busy")


def _publish_evening(evening: Evening, sealed: SealedBallot) -> None:
    publish_test(evening.database, evening.manifests["s1"].election_hash, open_ballot(sealed))


def _find_on_disk(folder: Path, sealed: SealedBallot) -> bool:
    """Tell whether any file of a data folder holds a scalar of a ballot, or any of its ciphertexts."""
    scalars = encode_opening(sealed.scalars)
    pieces = [scalars[start : start + 32] for start in range(0, len(scalars), 32)] + [sealed.unsigned[64:192]]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return any(piece in content for piece in pieces for content in files)
