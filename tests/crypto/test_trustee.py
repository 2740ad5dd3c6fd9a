"""A trustee's device after the ceremony: one answer per election, and everything it refuses."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.aggregate import Aggregate, aggregate_ballots
from crypto.ballot import ElectionContext, decode_ballot, encrypt_ballot
from crypto.ceremony import Ceremony
from crypto.closed import ClosedElection, hash_whole
from crypto.decryption import verify_partial_decryption
from crypto.encoding import decode_canonical_object, encode_canonical
from crypto.errors import CeremonyError, CryptoError, DecryptionRefusedError, EncodingError
from crypto.group import encode_scalar
from crypto.signing import SigningSeed, derive_verification_key
from crypto.trustee import Trustee
from crypto.trustee_storage import FileTrusteeStorage, MemoryTrusteeStorage
from crypto.whole import commit_whole, encode_whole_words
from tests.support.crypto_samples import ELECTION_HASH, SMALL_SHAPE, SeededRandom, load_vectors, sample_credential
from tests.support.trustees import (
    SERVER_KEY,
    HeldCeremony,
    decrypt_closed,
    exchange_whole,
    hold_ceremony,
    sample_closed,
    sample_terms,
)

COUNTS = {"printed": 40, "handed_out": 30, "brought_back": 1, "lost": 1, "left_over": 10, "present": 29}


class FullDisk(MemoryTrusteeStorage):
    """A storage that can keep a share but no answer."""

    def record_answer(self, election: str, answer: bytes) -> None:
        raise OSError(28, "No space left on device")


class ForgetfulDisk(MemoryTrusteeStorage):
    """A storage that says it kept an answer and did not."""

    def record_answer(self, election: str, answer: bytes) -> None:
        return


class NosyStorage(MemoryTrusteeStorage):
    """A storage that notes when an answer is recorded."""

    def __init__(self, events: list[str]) -> None:
        super().__init__()
        self._events = events

    def record_answer(self, election: str, answer: bytes) -> None:
        self._events.append("recorded")
        super().record_answer(election, answer)


@pytest.fixture
def held() -> HeldCeremony:
    return hold_ceremony()


def refuse(call: Callable[[], object], match: str) -> None:
    with pytest.raises(DecryptionRefusedError, match=match):
        call()


def prepare(held: HeldCeremony, closed: ClosedElection) -> None:
    for trustee in held.trustees:
        trustee.prepare_decryption(closed)


# The order of a decryption


def test_devices_show_the_same_words_of_the_whole(held: HeldCeremony) -> None:
    decrypt_closed(held.trustees, sample_closed(held))
    assert len({trustee.whole_words for trustee in held.trustees}) == 1
    assert len(held.trustees[0].whole_words) == 4


def test_review_board_verifies_the_archive_on_the_device(held: HeldCeremony) -> None:
    closed = sample_closed(held)
    seen: list[tuple[bytes, str]] = []

    def verify_board(archive: bytes, election: str) -> ClosedElection:
        seen.append((archive, election))
        return closed

    assert held.trustees[0].review_board(b"archive", closed.election, verify_board) is closed
    assert seen == [(b"archive", closed.election)]


def test_review_board_lets_nothing_begin_when_the_board_does_not_hold(held: HeldCeremony) -> None:
    def verify_board(archive: bytes, election: str) -> ClosedElection:
        raise EncodingError("board", "broken")

    with pytest.raises(EncodingError):
        held.trustees[0].review_board(b"archive", "bi-thu", verify_board)
    refuse(held.trustees[0].make_whole_commitment, "no closed election")


def test_review_board_refuses_another_election_than_asked(held: HeldCeremony) -> None:
    refuse(lambda: held.trustees[0].review_board(b"", "other", lambda _a, _e: sample_closed(held)), "another election")


def test_share_does_not_leave_before_the_words_are_confirmed(held: HeldCeremony) -> None:
    prepare(held, sample_closed(held))
    commitments = [trustee.make_whole_commitment() for trustee in held.trustees]
    for trustee in held.trustees:
        trustee.receive_whole_commitments(commitments)
    reveals = [trustee.make_whole_reveal() for trustee in held.trustees]
    held.trustees[0].receive_whole_reveals(reveals)
    refuse(held.trustees[0].make_partial_decryption, "not confirmed")


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.receive_whole_commitments([]),
        lambda t: t.make_whole_reveal(),
        lambda t: t.receive_whole_reveals([]),
        lambda t: t.whole_words,
        lambda t: t.confirm_whole(),
        lambda t: t.make_partial_decryption(),
    ],
)
def test_prepared_device_refuses_a_step_out_of_order(held: HeldCeremony, call: Callable[[Trustee], object]) -> None:
    prepare(held, sample_closed(held))
    with pytest.raises(DecryptionRefusedError):
        call(held.trustees[0])


def test_answer_is_recorded_before_the_share_leaves() -> None:
    events: list[str] = []
    held = hold_ceremony(storages=[NosyStorage(events), MemoryTrusteeStorage(), MemoryTrusteeStorage()])
    prepare(held, sample_closed(held))
    exchange_whole(held.trustees)
    assert events == []
    held.trustees[0].make_partial_decryption()
    assert events == ["recorded"]


@pytest.mark.parametrize("storage", [FullDisk, ForgetfulDisk])
def test_storage_that_fails_gives_no_share(storage: Callable[[], MemoryTrusteeStorage]) -> None:
    held = hold_ceremony(storages=[storage(), MemoryTrusteeStorage(), MemoryTrusteeStorage()])
    prepare(held, sample_closed(held))
    exchange_whole(held.trustees)
    refuse(held.trustees[0].make_partial_decryption, "could not be stored")


def test_same_answer_is_given_again(held: HeldCeremony) -> None:
    closed = sample_closed(held)
    decrypt_closed(held.trustees, closed)
    again = held.trustees[0].make_partial_decryption()
    verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, again)


def test_same_answer_is_given_again_without_another_exchange(held: HeldCeremony) -> None:
    closed = sample_closed(held)
    decrypt_closed(held.trustees, closed)
    held.trustees[0].prepare_decryption(closed)
    again = held.trustees[0].make_partial_decryption()
    verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, again)


def test_two_elections_are_answered_one_after_the_other(held: HeldCeremony) -> None:
    for election in ("first", "second"):
        closed = sample_closed(held, election=election)
        for partial in decrypt_closed(held.trustees, closed):
            verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, partial)


# A second answer


def make_closed_ballots(held: HeldCeremony, voters: range) -> ClosedElection:
    """Return a closed election over real ballots of these voters."""
    context = ElectionContext(ELECTION_HASH, held.ceremony.key, SMALL_SHAPE)
    sealed = [encrypt_ballot(context, sample_credential(voter), ((0,),), SeededRandom(voter)) for voter in voters]
    aggregate = aggregate_ballots([decode_ballot(ballot.data, context) for ballot in sealed], SMALL_SHAPE)
    return replace(sample_closed(held), ballots=len(sealed), aggregate=aggregate)


def test_aggregate_missing_one_ballot_is_refused_as_a_second_answer(held: HeldCeremony) -> None:
    decrypt_closed(held.trustees, make_closed_ballots(held, range(5)))
    refuse(lambda: held.trustees[0].prepare_decryption(make_closed_ballots(held, range(4))), "something else")


def test_whole_aggregate_is_refused_after_one_missing_a_ballot(held: HeldCeremony) -> None:
    decrypt_closed(held.trustees, make_closed_ballots(held, range(4)))
    refuse(lambda: held.trustees[0].prepare_decryption(make_closed_ballots(held, range(5))), "something else")


def test_same_aggregate_under_another_closed_entry_is_refused(held: HeldCeremony) -> None:
    closed = sample_closed(held)
    decrypt_closed(held.trustees, closed)
    refuse(lambda: held.trustees[0].prepare_decryption(replace(closed, closed_entry_hash=bytes(32))), "something else")


def test_second_answer_is_refused_when_it_was_prepared_before_the_first(held: HeldCeremony) -> None:
    """Two devices of one trustee's storage: the record on disk decides, not what the second one read earlier."""
    storage = MemoryTrusteeStorage()
    held = hold_ceremony(storages=[storage, MemoryTrusteeStorage(), MemoryTrusteeStorage()])
    prepare(held, sample_closed(held))
    exchange_whole(held.trustees)
    storage.record_answer(sample_closed(held).election, bytes(32))
    refuse(held.trustees[0].make_partial_decryption, "something else")


def test_two_devices_with_different_aggregates_find_out_and_name_the_trustee(held: HeldCeremony) -> None:
    """A server that shows two trustees aggregates one ballot apart gets no share from either."""
    first, second, third = held.trustees
    first.prepare_decryption(make_closed_ballots(held, range(5)))
    second.prepare_decryption(make_closed_ballots(held, range(4)))
    third.prepare_decryption(make_closed_ballots(held, range(5)))
    commitments = [trustee.make_whole_commitment() for trustee in held.trustees]
    for trustee in held.trustees:
        trustee.receive_whole_commitments(commitments)
    reveals = [trustee.make_whole_reveal() for trustee in held.trustees]
    refuse(lambda: first.receive_whole_reveals(reveals), "trustee 2")
    refuse(lambda: second.receive_whole_reveals(reveals), "trustee 1")
    refuse(first.make_partial_decryption, "not confirmed")


def test_words_differ_when_a_corrupt_trustee_answers_each_device_differently(held: HeldCeremony) -> None:
    """With the third trustee's keys the server closes two worlds around two honest devices: the words tell."""
    whole, part = make_closed_ballots(held, range(5)), make_closed_ballots(held, range(4))
    first, second, third = held.trustees
    words = []
    for honest, absent, closed in ((first, 2, whole), (second, 1, part)):
        missing = frozenset({absent})
        for trustee in (honest, third):
            trustee.prepare_decryption(closed)
        pair = (honest, third)
        commitments = [trustee.make_whole_commitment() for trustee in pair]
        for trustee in pair:
            trustee.receive_whole_commitments(commitments, missing=missing)
        reveals = [trustee.make_whole_reveal() for trustee in pair]
        honest.receive_whole_reveals(reveals)
        words.append(honest.whole_words)
    assert words[0] != words[1]


# What may be decrypted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: replace(c, annulled=True), "annulled"),
        (lambda c: replace(c, floor=6), "fewer than the floor"),
        (lambda c: replace(c, floor=2), "rehearsals only"),
        (lambda c: replace(c, floor=0), "rehearsals only"),
        (lambda c: replace(c, rehearsal=True, floor=1), "differ in being a rehearsal"),
        (lambda c: replace(c, ballots=4), "not of the closed ballots"),
        (lambda c: replace(c, ballots=0, aggregate=Aggregate(0, c.aggregate.ciphertexts)), "no ballots"),
        (lambda c: replace(c, ballots=2, aggregate=Aggregate(2, c.aggregate.ciphertexts)), "fewer than the floor"),
        (lambda c: replace(c, ballots=-3, aggregate=Aggregate(-3, c.aggregate.ciphertexts)), "no ballots"),
        (lambda c: replace(c, ceremony_hash=bytes(32)), "another ceremony"),
        (lambda c: replace(c, server_key=derive_verification_key(SigningSeed(bytes(32)))), "another ceremony"),
    ],
)
def test_decryption_is_refused(
    held: HeldCeremony, change: Callable[[ClosedElection], ClosedElection], reason: str
) -> None:
    refuse(lambda: held.trustees[0].prepare_decryption(change(sample_closed(held))), reason)


def test_decryption_is_refused_for_one_ballot(held: HeldCeremony) -> None:
    closed = replace(make_closed_ballots(held, range(1)), floor=1)
    refuse(lambda: held.trustees[0].prepare_decryption(closed), "rehearsals only")


def test_refused_election_ends_an_exchange_under_way(held: HeldCeremony) -> None:
    prepare(held, sample_closed(held))
    exchange_whole(held.trustees)
    refuse(lambda: held.trustees[0].prepare_decryption(sample_closed(held, annulled=True)), "annulled")
    refuse(held.trustees[0].make_partial_decryption, "no closed election")


def test_rehearsal_decrypts_one_ballot_when_its_floor_is_one() -> None:
    held = hold_ceremony(1, 1, rehearsal=True)
    closed = sample_closed(held, ((1, 0),), floor=1, rehearsal=True)
    assert len(decrypt_closed(held.trustees, closed)) == 1


def test_rehearsal_refuses_no_ballots() -> None:
    held = hold_ceremony(1, 1, rehearsal=True)
    refuse(
        lambda: held.trustees[0].prepare_decryption(sample_closed(held, ((0, 0),), floor=0, rehearsal=True)),
        "no ballots",
    )


# The exchange of the whole


def start_exchange(held: HeldCeremony, election: str = "bi-thu") -> list[bytes]:
    prepare(held, sample_closed(held, election=election))
    return [trustee.make_whole_commitment() for trustee in held.trustees]


def test_absent_trustee_must_be_confirmed_missing(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    refuse(lambda: held.trustees[0].receive_whole_commitments(commitments[:2]), "trustee 3")


def test_present_trustee_cannot_be_called_missing(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    missing = frozenset({3})
    refuse(lambda: held.trustees[0].receive_whole_commitments(commitments, missing=missing), "trustee 3")


@pytest.mark.parametrize("missing", [{1}, {4}, {0}])
def test_missing_trustees_must_be_others_of_the_ceremony(held: HeldCeremony, missing: set[int]) -> None:
    commitments = start_exchange(held)
    refuse(
        lambda: held.trustees[0].receive_whole_commitments(commitments, missing=frozenset(missing)),
        "not others of this ceremony",
    )


def test_exchange_is_refused_with_fewer_than_the_threshold_present(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    missing = frozenset({2, 3})
    refuse(lambda: held.trustees[0].receive_whole_commitments(commitments[:1], missing=missing), "2 are needed")


def test_commitment_without_the_trustees_signature_is_refused(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    forged = encode_canonical({**decode_canonical_object(commitments[1]), "commitment": "00" * 64})
    refuse(lambda: held.trustees[0].receive_whole_commitments([commitments[0], forged, commitments[2]]), "signature")


def test_commitment_for_another_election_is_refused(held: HeldCeremony) -> None:
    other = start_exchange(held, "other")
    commitments = start_exchange(held)
    refuse(lambda: held.trustees[0].receive_whole_commitments([commitments[0], other[1], commitments[2]]), "elsewhere")


def test_own_commitment_come_back_changed_is_refused(held: HeldCeremony) -> None:
    old = start_exchange(held)
    commitments = start_exchange(held)
    refuse(lambda: held.trustees[0].receive_whole_commitments([old[0], commitments[1], commitments[2]]), "own")


def test_reveal_of_an_earlier_exchange_is_refused(held: HeldCeremony) -> None:
    old = start_exchange(held)
    held.trustees[1].receive_whole_commitments(old)
    stale = held.trustees[1].make_whole_reveal()
    commitments = start_exchange(held)
    for trustee in held.trustees:
        trustee.receive_whole_commitments(commitments)
    reveals = [trustee.make_whole_reveal() for trustee in held.trustees]
    refuse(lambda: held.trustees[0].receive_whole_reveals([reveals[0], stale, reveals[2]]), "trustee 2")


def test_trustee_who_commits_but_does_not_reveal_is_named(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    for trustee in held.trustees:
        trustee.receive_whole_commitments(commitments)
    reveals = [trustee.make_whole_reveal() for trustee in held.trustees]
    refuse(lambda: held.trustees[0].receive_whole_reveals(reveals[:2]), "trustee 3")


def test_failed_exchange_begins_again_with_a_fresh_nonce(held: HeldCeremony) -> None:
    commitments = start_exchange(held)
    refuse(lambda: held.trustees[0].receive_whole_commitments(commitments[:2]), "trustee 3")
    again = held.trustees[0].make_whole_commitment()
    assert again != commitments[0]


# Signatures


def test_counts_signature_is_verified(held: HeldCeremony) -> None:
    signed = held.trustees[1].sign_counts("bi-thu", 3, dict(COUNTS))
    assert held.ceremony.verify_counts_signature("bi-thu", 3, dict(COUNTS), signed) == 2


@pytest.mark.parametrize(
    ("election", "slot", "lost"),
    [("other", 3, 1), ("bi-thu", 4, 1), ("bi-thu", 3, 2)],
    ids=["election", "slot", "lost"],
)
def test_counts_signature_is_refused_for_anything_else(held: HeldCeremony, election: str, slot: int, lost: int) -> None:
    signed = held.trustees[1].sign_counts("bi-thu", 3, dict(COUNTS))
    with pytest.raises(CeremonyError) as caught:
        held.ceremony.verify_counts_signature(election, slot, {**COUNTS, "lost": lost}, signed)
    assert caught.value.trustee == 2


def test_counts_signature_is_refused_for_another_ceremony(held: HeldCeremony) -> None:
    other = hold_ceremony(ceremony=bytes(16))
    signed = other.trustees[1].sign_counts("bi-thu", 3, dict(COUNTS))
    with pytest.raises(CeremonyError):
        held.ceremony.verify_counts_signature("bi-thu", 3, dict(COUNTS), signed)


@pytest.mark.parametrize("counts", [{}, {**COUNTS, "more": 1}, {**COUNTS, "lost": -1}, {**COUNTS, "lost": True}])
def test_counts_of_another_form_are_not_signed(held: HeldCeremony, counts: dict[str, int]) -> None:
    with pytest.raises(EncodingError):
        held.trustees[0].sign_counts("bi-thu", 3, dict(counts))


# Storage, restart, destruction


def hold_on_disk(folder: Path) -> HeldCeremony:
    """Return a ceremony whose trustees keep their shares in folders of their own."""
    return hold_ceremony(storages=[FileTrusteeStorage(folder / str(index)) for index in (1, 2, 3)])


def restart(folder: Path, index: int = 1) -> Trustee:
    """Return the device as a new program finds it."""
    return Trustee(index, sample_terms(), SeededRandom(900 + index), FileTrusteeStorage(folder / str(index)))


def test_restarted_device_still_refuses_a_second_answer(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    decrypt_closed(held.trustees, make_closed_ballots(held, range(5)))
    refuse(lambda: restart(tmp_path).prepare_decryption(make_closed_ballots(held, range(4))), "something else")


def test_restarted_device_gives_the_same_answer_again(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    closed = sample_closed(held)
    decrypt_closed(held.trustees, closed)
    device = restart(tmp_path)
    device.prepare_decryption(closed)
    partial = device.make_partial_decryption()
    verify_partial_decryption(held.ceremony, ELECTION_HASH, closed.aggregate, partial)


def test_restarted_device_holds_no_second_trial(tmp_path: Path) -> None:
    hold_on_disk(tmp_path)
    with pytest.raises(CeremonyError, match="out of order"):
        restart(tmp_path).make_trial_decryptions()


def test_device_restarted_before_the_end_of_the_ceremony_has_no_share(tmp_path: Path) -> None:
    assert FileTrusteeStorage(tmp_path / "1").load_holding() is None


def test_half_written_answer_is_refused(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    closed = sample_closed(held)
    FileTrusteeStorage(tmp_path / "1").record_answer(
        closed.election, hash_whole(closed.closed_entry_hash, closed.aggregate_hash)[:7]
    )
    refuse(lambda: restart(tmp_path).prepare_decryption(closed), "something else")


def test_file_storage_keeps_the_first_answer_only(tmp_path: Path) -> None:
    storage = FileTrusteeStorage(tmp_path)
    storage.record_answer("e", b"first")
    with pytest.raises(FileExistsError):
        storage.record_answer("e", b"second")
    assert storage.find_answer("e") == b"first"


def test_file_storage_keeps_no_election_id_in_a_path(tmp_path: Path) -> None:
    FileTrusteeStorage(tmp_path / "own").record_answer("../../escaped", b"answer")
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_file_storage_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    hold_on_disk(tmp_path)
    path = tmp_path / "1" / "holding.json"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_storage_of_another_trustee_is_refused(tmp_path: Path) -> None:
    hold_on_disk(tmp_path)
    with pytest.raises(CeremonyError, match="another ceremony or trustee"):
        Trustee(2, sample_terms(), SeededRandom(1), FileTrusteeStorage(tmp_path / "1"))


def test_damaged_storage_is_refused(tmp_path: Path) -> None:
    hold_on_disk(tmp_path)
    path = tmp_path / "1" / "holding.json"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CryptoError):
        restart(tmp_path)


def test_destroyed_statement_is_verified(held: HeldCeremony) -> None:
    assert held.ceremony.verify_destroyed(held.trustees[2].destroy()) == 3


def test_destroyed_statement_of_another_trustee_is_refused(held: HeldCeremony) -> None:
    statement = {**held.trustees[2].destroy(), "trustee": 1}
    with pytest.raises(CeremonyError):
        held.ceremony.verify_destroyed(statement)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, c: t.prepare_decryption(c),
        lambda t, c: t.review_board(b"", c.election, lambda _a, _e: c),
        lambda t, _: t.make_whole_commitment(),
        lambda t, _: t.make_partial_decryption(),
        lambda t, _: t.sign_counts("bi-thu", 3, dict(COUNTS)),
        lambda t, _: t.make_confirmation(),
        lambda t, _: t.make_commitment(),
        lambda t, _: t.make_trial_decryptions(),
    ],
)
def test_destroyed_device_refuses_everything(
    held: HeldCeremony, call: Callable[[Trustee, ClosedElection], object]
) -> None:
    closed = sample_closed(held)
    decrypt_closed(held.trustees, closed)
    held.trustees[0].destroy()
    with pytest.raises(CeremonyError, match="destroyed"):
        call(held.trustees[0], closed)


def test_destroyed_share_is_nowhere_on_disk(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    share = encode_scalar(held.trustees[0]._held.share).hex().encode()
    assert share in (tmp_path / "1" / "holding.json").read_bytes()
    held.trustees[0].destroy()
    assert all(share not in path.read_bytes() for path in (tmp_path / "1").iterdir())


def test_destroyed_share_is_overwritten_before_its_file_goes(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    other_name = tmp_path / "linked"
    other_name.hardlink_to(tmp_path / "1" / "holding.json")
    held.trustees[0].destroy()
    assert not any(other_name.read_bytes())


def test_destroyed_device_stays_so_after_a_restart_and_repeats_its_statement(tmp_path: Path) -> None:
    statement = hold_on_disk(tmp_path).trustees[0].destroy()
    device = restart(tmp_path)
    assert device.destroy() == statement


def test_share_that_outlived_its_destruction_is_erased_at_the_next_start(tmp_path: Path) -> None:
    """The power went after the statement was written and before the share was erased."""
    hold_on_disk(tmp_path)
    (tmp_path / "1" / "destroyed.json").write_bytes(b"{}")
    restart(tmp_path)
    assert not (tmp_path / "1" / "holding.json").exists()


def test_storage_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1" / "holding.json").mkdir(parents=True)
    with pytest.raises(CeremonyError, match="cannot be read"):
        restart(tmp_path)


def test_share_is_kept_when_its_destruction_cannot_be_written(tmp_path: Path) -> None:
    held = hold_on_disk(tmp_path)
    (tmp_path / "1" / "destroyed.json").mkdir()
    with pytest.raises(CeremonyError, match="could not be destroyed"):
        held.trustees[0].destroy()
    held.trustees[0].prepare_decryption(sample_closed(held))


# Vectors


def test_whole_vectors_hold() -> None:
    vectors = load_vectors("whole")
    whole = hash_whole(bytes.fromhex(vectors["closed_entry_hash"]), bytes.fromhex(vectors["aggregate_hash"]))
    assert whole.hex() == vectors["whole"]
    nonces = {}
    for case in vectors["commitments"]:
        nonces[case["trustee"]] = bytes.fromhex(case["nonce"])
        assert commit_whole(whole, case["trustee"], nonces[case["trustee"]]).hex() == case["commitment"]
    for case in vectors["words"]:
        assert list(encode_whole_words(whole, {index: nonces[index] for index in case["present"]})) == case["words"]


def test_signature_vectors_hold() -> None:
    vectors = load_vectors("whole")
    ceremony = Ceremony.from_body(load_vectors("ceremony")["held"][0]["body"], SERVER_KEY, rehearsal=False)
    signed = vectors["counts"]
    for index, signature in enumerate(signed["signatures"], start=1):
        found = ceremony.verify_counts_signature(signed["election"], signed["slot"], signed["counts"], signature)
        assert found == index
    assert [ceremony.verify_destroyed(statement) for statement in vectors["destroyed"]] == [1, 2, 3]
