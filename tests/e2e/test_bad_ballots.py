"""Ballots sent to a real server over HTTP by those who have no right to, twice, too late, or with something changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ballot_server.rehearsal.phone import Phone, PhoneDistrustsServerError, PhoneRefusedError
from ballot_server.web.processes import RunningServer, start_private_server
from crypto.ballot import SealedBallot, encrypt_ballot
from crypto.bodies import EntryKind
from crypto.confirmation import Confirmation, sign_confirmation
from crypto.credential import Credential, compute_key_fingerprint, derive_credential, format_key_fingerprint
from crypto.encoding import decode_base64, encode_canonical
from crypto.errors import InvalidSignatureError
from crypto.manifest import Manifest, TrusteeSet
from crypto.signing import SigningSeed
from crypto.slip import MeetingCode, SlipCode, format_slip_url, generate_slip_code, parse_slip_fragment
from tests.support.crypto_samples import SeededRandom
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening, make_plan, make_roll, prepare_evening
from tests.support.interceptors import Tamper, intercept
from tests.support.rooms import Answer, ask
from tests.support.trustees import HeldCeremony, hold_ceremony

OPEN, CLOSED, READY = "s1", "s2", "s3"
PRESENT = 16
SHARDS = 4
OTHER_SEED = SigningSeed(bytes(32))
OTHER_MEETING = MeetingCode("M0000002")
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """One election open, one closed with the ballots of voters 0 to 2 in it, one not opened."""
    plans = [make_plan(name) for name in (OPEN, CLOSED, READY)]
    with prepare_evening(tmp_path_factory.mktemp("evening"), plans, make_roll(PRESENT)) as prepared:
        prepared.open(CLOSED)
        prepared.cast(CLOSED, AGREE, AGREE, DISAGREE)
        prepared.close(CLOSED)
        prepared.open(OPEN)
        yield prepared


@pytest.fixture(scope="module")
def server(evening: Evening) -> Iterator[RunningServer]:
    with start_private_server(evening.folder) as running:
        yield running


@pytest.fixture(scope="module")
def other(evening: Evening) -> HeldCeremony:
    """A ceremony of other trustees for the same server, or of an attacker who has its key."""
    return hold_ceremony(rehearsal=True, server_key=evening.installation.server_key, seed=77)


class Room:
    """The open election as phones see it; each test uses voters of its own."""

    def __init__(self, evening: Evening, server: RunningServer) -> None:
        self.evening = evening
        self.address = server.address
        self._random = SeededRandom(123)

    def post(self, ballot: SealedBallot | bytes, election: str = OPEN, **headers: str) -> Answer:
        """Send bytes to an election."""
        data = ballot if isinstance(ballot, bytes) else ballot.data
        path = f"/api/elections/{self.evening.manifests[election].election_hash.hex()}/ballots"
        return ask(self.address, "POST", path, data, **headers)

    def read_code(self, voter: int) -> SlipCode:
        """Return the code on a voter's slip."""
        return parse_slip_fragment(self.evening.sheets["A"].slips[voter].url.partition("#")[2]).code

    def forge(self, code: SlipCode, meeting: MeetingCode = MEETING, slot: int | None = None) -> SealedBallot:
        """Return a ballot for the open election under the credential of any slip."""
        manifest = self.manifest
        credential = derive_credential(code, meeting, manifest.slot if slot is None else slot)
        return encrypt_ballot(manifest.context, credential, (AGREE,), self._random)

    def derive_credential(self, voter: int) -> Credential:
        """Return a voter's credential in the open election."""
        return derive_credential(self.read_code(voter), MEETING, self.manifest.slot)

    @property
    def manifest(self) -> Manifest:
        """The open election's manifest."""
        return self.evening.manifests[OPEN]

    @property
    def fingerprint(self) -> str:
        """The fingerprint that slips printed after the ceremony carry."""
        return format_key_fingerprint(compute_key_fingerprint(self.manifest.ceremony_hash, self.manifest.key))

    def give_phone(self, voter: int, *, fingerprint: str | None = None, address: str | None = None) -> Phone:
        """Return the phone of a voter who scanned a slip with a fingerprint, the right one unless given."""
        url = format_slip_url(address or self.address, MEETING, self.read_code(voter), fingerprint or self.fingerprint)
        return Phone(url, self._random)

    def count_ballots(self) -> int:
        """Return how many ballots the open election holds."""
        return self.evening.count_ballots(OPEN)


@pytest.fixture
def room(evening: Evening, server: RunningServer) -> Room:
    return Room(evening, server)


def check_refusal(answer: Answer, status: int, code: str) -> None:
    """Check that an answer refuses with a code and a Vietnamese sentence, as JSON."""
    assert (answer.status, answer.error) == (status, code)
    assert answer.headers["Content-Type"] == "application/json"
    assert set(json.loads(answer.body)) == {"error", "message"}
    assert VIETNAMESE.search(json.loads(answer.body)["message"])


def test_phone_with_a_right_slip_votes(room: Room) -> None:
    before = room.count_ballots()
    cast = room.give_phone(0).vote(room.manifest.election_hash, (AGREE,))
    assert cast.confirmation.ballot_hash == cast.ballot_hash
    assert room.count_ballots() == before + 1


def test_ballot_for_an_election_that_is_not_opened_is_refused(room: Room) -> None:
    state = room.give_phone(1).fetch_state()
    assert isinstance(state, dict)
    ready = next(election for election in state["elections"] if election["id"] == READY)
    assert (ready["state"], ready["election_hash"]) == ("ready", None)
    guessed = ask(room.address, "POST", f"/api/elections/{'ab' * 32}/ballots", room.evening.seal(OPEN, 1, AGREE).data)
    check_refusal(guessed, 404, "election_unknown")


def test_ballot_of_one_election_is_refused_in_another(room: Room) -> None:
    check_refusal(room.post(room.evening.seal(CLOSED, 5, AGREE)), 403, "credential_unknown")


def test_ballot_after_the_close_is_refused(room: Room) -> None:
    check_refusal(room.post(room.evening.seal(CLOSED, 6, AGREE), CLOSED), 409, "election_closed")


def test_phone_that_comes_after_the_close_is_told_so(room: Room) -> None:
    with pytest.raises(PhoneRefusedError) as caught:
        room.give_phone(6).vote(room.evening.manifests[CLOSED].election_hash, (AGREE,))
    assert caught.value.fields["status"] == 409
    assert "Đã kết thúc bỏ phiếu" in str(caught.value.fields["message"])


def test_same_ballot_sent_again_gets_the_same_confirmation(room: Room) -> None:
    ballot = room.evening.seal(OPEN, 1, AGREE)
    first, second = room.post(ballot), room.post(ballot)
    assert (first.status, second.status, second.body) == (200, 200, first.body)


def test_other_ballot_of_a_used_slip_is_refused(room: Room) -> None:
    room.post(room.evening.seal(OPEN, 2, AGREE))
    before = room.count_ballots()
    check_refusal(room.post(room.evening.seal(OPEN, 2, DISAGREE)), 409, "credential_spent")
    assert room.count_ballots() == before


def test_stored_ballot_sent_again_after_the_close_gets_its_confirmation(room: Room) -> None:
    [closed] = room.evening.list_entries(EntryKind.CLOSED)
    stored = decode_base64(str(closed.body["ballots"]))
    size = len(stored) // 3
    ballots = [stored[start : start + size] for start in range(0, len(stored), size)]
    answers = [room.post(ballot, CLOSED) for ballot in ballots]
    assert {answer.status for answer in answers} == {200}
    assert {answer.body for answer in answers} == set(room.evening.confirmations)


def test_made_up_slip_is_refused(room: Room) -> None:
    code = generate_slip_code(SeededRandom(999))
    check_refusal(room.post(room.forge(code)), 403, "credential_unknown")


def test_slip_of_another_meeting_is_refused(room: Room) -> None:
    check_refusal(room.post(room.forge(room.read_code(3), OTHER_MEETING)), 403, "credential_unknown")


def test_slip_of_another_slot_is_refused(room: Room) -> None:
    other_slot = room.manifest.slot + 1
    check_refusal(room.post(room.forge(room.read_code(3), slot=other_slot)), 403, "credential_unknown")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_one_changed_bit_in_any_byte_of_a_ballot_is_refused(room: Room, shard: int) -> None:
    voter = 4 + shard
    ballot = room.evening.seal(OPEN, voter, AGREE)
    before = room.count_ballots()
    for position in range(shard, len(ballot.data), SHARDS):
        changed = bytearray(ballot.data)
        changed[position] ^= 1 << (position // SHARDS % 8)
        answer = room.post(bytes(changed))
        in_credential = 32 <= position < 64
        check_refusal(answer, *((403, "credential_unknown") if in_credential else (400, "ballot_malformed")))
    assert room.count_ballots() == before
    assert room.post(ballot).status == 200


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0", lambda _data: b""])
def test_ballot_of_another_length_is_refused(room: Room, change: object) -> None:
    assert callable(change)
    answer = room.post(change(room.evening.seal(OPEN, 8, AGREE).data))
    assert 400 <= answer.status < 500
    assert VIETNAMESE.search(json.loads(answer.body)["message"])


def test_parts_of_two_ballots_put_together_are_refused(room: Room) -> None:
    first, second = (room.evening.seal(OPEN, voter, AGREE).data for voter in (8, 9))
    check_refusal(room.post(first[:64] + second[64:]), 400, "ballot_malformed")
    check_refusal(room.post(second[:64] + first[64:-64] + second[-64:]), 400, "ballot_malformed")


def test_ballot_for_another_key_is_refused(room: Room, other: HeldCeremony) -> None:
    context = replace(room.manifest.context, key=other.ceremony.key)
    ballot = encrypt_ballot(context, room.derive_credential(8), (AGREE,), SeededRandom(5))
    check_refusal(room.post(ballot), 400, "ballot_malformed")


def test_refusal_speaks_english_when_asked(room: Room) -> None:
    answer = room.post(room.forge(generate_slip_code(SeededRandom(998))), Accept_Language="en")
    message = json.loads(answer.body)["message"]
    assert (answer.status, VIETNAMESE.search(message)) == (403, None)


# The phone trusts nobody either.


def test_phone_refuses_a_key_that_is_not_on_its_slip(room: Room, other: HeldCeremony) -> None:
    before = room.count_ballots()
    wrong = format_key_fingerprint(compute_key_fingerprint(other.ceremony.ceremony_hash, other.ceremony.key))
    with pytest.raises(PhoneDistrustsServerError, match="fingerprint"):
        room.give_phone(10, fingerprint=wrong).vote(room.manifest.election_hash, (AGREE,))
    assert room.count_ballots() == before


def vote_through(room: Room, voter: int, tamper: Tamper, election_hash: bytes | None = None) -> None:
    """Let a voter's phone vote through a middleman."""
    with intercept(room.address, tamper) as address:
        room.give_phone(voter, address=address).vote(election_hash or room.manifest.election_hash, (AGREE,))


def test_phone_refuses_a_manifest_with_another_hash(room: Room) -> None:
    def swap_options(_method: str, path: str, answer: bytes) -> bytes:
        if not path.endswith("/manifest"):
            return answer
        return answer.replace("Không đồng ý".encode(), b"?").replace("Đồng ý".encode(), "Không đồng ý".encode())

    with pytest.raises(PhoneDistrustsServerError, match="another hash"):
        vote_through(room, 10, swap_options)


def test_phone_refuses_the_manifest_of_another_election(room: Room) -> None:
    other_manifest = encode_canonical(room.evening.manifests[CLOSED].to_object())
    with pytest.raises(PhoneDistrustsServerError, match="another hash"):
        vote_through(room, 10, lambda _method, path, answer: other_manifest if "manifest" in path else answer)


def test_phone_refuses_a_ceremony_that_is_not_the_manifests(room: Room, other: HeldCeremony) -> None:
    body = encode_canonical(other.ceremony.to_body())
    with pytest.raises(PhoneDistrustsServerError, match="another key than the ceremony"):
        vote_through(room, 10, lambda _method, path, answer: body if path.endswith("/ceremony") else answer)


def test_phone_refuses_a_whole_world_of_the_attackers_by_the_slips_fingerprint(room: Room, other: HeldCeremony) -> None:
    ours = other.ceremony
    forged = replace(
        room.manifest,
        key=ours.key,
        ceremony_hash=ours.ceremony_hash,
        trustees=TrusteeSet(3, 2, ours.public_shares),
    )
    world = {"manifest": encode_canonical(forged.to_object()), "ceremony": encode_canonical(ours.to_body())}

    def show(_method: str, path: str, answer: bytes) -> bytes:
        return world.get(path.rpartition("/")[2], answer)

    with pytest.raises(PhoneDistrustsServerError, match="fingerprint"):
        vote_through(room, 10, show, forged.election_hash)


def test_ballot_made_for_a_forged_manifest_counts_nowhere(room: Room) -> None:
    contest = room.manifest.contests[0]
    forged = replace(room.manifest, contests=(replace(contest, options=contest.options[::-1]),))
    shown = encode_canonical(forged.to_object())
    before = room.count_ballots()
    with pytest.raises(PhoneRefusedError):
        vote_through(
            room,
            10,
            lambda _method, path, answer: shown if path.endswith("/manifest") else answer,
            forged.election_hash,
        )
    check_refusal(
        room.post(encrypt_ballot(forged.context, room.derive_credential(10), (AGREE,), SeededRandom(6))),
        400,
        "ballot_malformed",
    )
    assert room.count_ballots() == before


def test_phone_whose_answer_is_lost_sends_again_and_is_counted_once(room: Room) -> None:
    before = room.count_ballots()
    lost: list[bytes] = []

    def lose_first(method: str, _path: str, answer: bytes) -> bytes | None:
        if method == "POST" and not lost:
            lost.append(answer)
            return None
        return answer

    vote_through(room, 11, lose_first)
    assert len(lost) == 1
    assert room.count_ballots() == before + 1


def test_phone_refuses_a_confirmation_of_another_ballot(room: Room) -> None:
    theirs = room.post(room.evening.seal(OPEN, 12, AGREE)).body
    with pytest.raises(PhoneDistrustsServerError):
        vote_through(room, 13, lambda method, _path, answer: theirs if method == "POST" else answer)


def test_phone_refuses_a_confirmation_that_the_server_did_not_sign(room: Room) -> None:
    def sign_again(method: str, _path: str, answer: bytes) -> bytes:
        if method != "POST":
            return answer
        confirmation = Confirmation.decode(answer)
        return sign_confirmation(confirmation.ballot_hash, confirmation.election_hash, OTHER_SEED).encode()

    with pytest.raises(InvalidSignatureError):
        vote_through(room, 14, sign_again)
