"""Voiding slips: only the slip itself does it, once, under the lock of cast, and the counts follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from ballot_server.domain.paper import CheckInMissingError
from ballot_server.errors import BallotServerError
from ballot_server.services.cast_ballot import CredentialUnknownError, CredentialVoidError, TurnoutExceededError
from ballot_server.services.hand_out_slips import SlipsReturnedError, count_handed_out
from ballot_server.services.paper_ballots import PaperNumbers, count_paper_ballots
from ballot_server.services.slip_status import read_slip_status
from ballot_server.services.void_slip import (
    SlipVoidAlreadyError,
    VoidClaim,
    Voiding,
    VoidOutdatedError,
    VoidRefusedError,
    VoidTerms,
    VoidUnattendedError,
    Witnesses,
    read_void_terms,
    void_slip,
)
from ballot_server.storage.errors import CredentialSpentError, MeetingUnknownError
from ballot_server.storage.records import SeriesRecord
from ballot_server.storage.repositories import CredentialRepository, PaperExchangeRepository, SeriesRepository
from crypto.credential import SLOTS, Credential, derive_credential
from crypto.encoding import decode_canonical_object
from crypto.proofs.schnorr import sign_as_credential
from crypto.slip import MeetingCode, SlipCode, generate_slip_code, parse_slip_fragment
from crypto.void import sign_void
from tests.support.evenings import AGREE, MEETING, Evening, make_plan, make_roll, prepare_evening

BOTH = Witnesses(clerk=True, teller=True)
ROUNDS = 12


@contextmanager
def begin(folder: Path, *, slots_before: int = 0) -> Iterator[Evening]:
    """Yield an evening of two elections; `slots_before` of them are over."""
    with prepare_evening(folder, (make_plan("s1"), make_plan("s2"))) as evening:
        if slots_before:
            evening.hold("s1", AGREE, AGREE, AGREE)
        yield evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with begin(tmp_path) as begun:
        yield begun


def read_code(evening: Evening, voter: int = 0, letter: str = "A") -> SlipCode:
    return parse_slip_fragment(evening.sheets[letter].slips[voter].url.partition("#")[2]).code


def derive(evening: Evening, slot: int, voter: int = 0, letter: str = "A") -> Credential:
    return derive_credential(read_code(evening, voter, letter), MEETING, slot)


def make_claims(
    evening: Evening, terms: VoidTerms, code: SlipCode, *, meeting: MeetingCode = MEETING
) -> tuple[VoidClaim, ...]:
    """Return what a kiosk makes of a slip."""
    credentials = [(slot, derive_credential(code, meeting, slot)) for slot in terms.slots]
    random_bytes = evening.random_source.randbytes
    return tuple(
        VoidClaim(slot, credential.public, sign_void(credential, meeting, slot, random_bytes))
        for slot, credential in credentials
    )


def void(evening: Evening, voter: int = 0, letter: str = "A", *, witnesses: Witnesses = BOTH) -> Voiding:
    terms = read_void_terms(evening.database, MEETING)
    claims = make_claims(evening, terms, read_code(evening, voter, letter))
    return void_slip(evening.database, meeting=MEETING, terms=terms, claims=claims, witnesses=witnesses)


def send(evening: Evening, claims: Sequence[VoidClaim], terms: VoidTerms | None = None) -> Voiding:
    current = terms or read_void_terms(evening.database, MEETING)
    return void_slip(evening.database, meeting=MEETING, terms=current, claims=claims, witnesses=BOTH)


def read_series(evening: Evening, letter: str = "A") -> SeriesRecord:
    with evening.database.read() as session:
        return SeriesRepository(session).get(MEETING, letter)


def count_exchanged(evening: Evening, election: str) -> int:
    with evening.database.read() as session:
        return PaperExchangeRepository(session).count(MEETING, election)


def list_void(evening: Evening, slot: int, letter: str = "A") -> tuple[bytes, ...]:
    with evening.database.read() as session:
        return tuple(public for public, _ in CredentialRepository(session).list_void(MEETING, (letter,), slot))


def hand_out_paper(evening: Evening, handed_out: int) -> None:
    numbers = PaperNumbers(printed=handed_out, handed_out=handed_out)
    count_paper_ballots(evening.database, meeting=MEETING, election="s1", numbers=numbers)


def assert_nothing_voided(evening: Evening) -> None:
    assert [list_void(evening, slot) for slot in range(SLOTS)] == [()] * SLOTS
    assert read_series(evening).brought_back == 0


def test_void_before_any_election_voids_every_slot_and_counts_one_slip(evening: Evening) -> None:
    assert void(evening) is Voiding.BROUGHT_BACK
    assert [list_void(evening, slot) for slot in range(SLOTS)] == [
        (bytes(derive(evening, slot).public),) for slot in range(SLOTS)
    ]
    assert read_series(evening).brought_back == 1


def test_void_between_elections_leaves_the_slot_that_is_over_alone(tmp_path: Path) -> None:
    with begin(tmp_path, slots_before=1) as evening:
        assert read_void_terms(evening.database, MEETING) == VoidTerms(tuple(range(1, SLOTS)), ())
        assert void(evening) is Voiding.BROUGHT_BACK
        assert list_void(evening, 0) == ()


def test_void_while_open_counts_an_exchange_in_that_election_alone(evening: Evening) -> None:
    evening.open("s1")
    assert read_void_terms(evening.database, MEETING).open_slots == (0,)
    assert void(evening) is Voiding.EXCHANGED
    assert (count_exchanged(evening, "s1"), count_exchanged(evening, "s2")) == (1, 0)


def test_exchanged_slip_is_brought_back_for_the_next_election(evening: Evening) -> None:
    evening.open("s1")
    void(evening)
    evening.cast("s1")
    evening.send("s1", evening.seal("s1", 1, AGREE).data)
    evening.close("s1")
    counts = evening.open("s2").counts
    assert (counts.handed_out, counts.brought_back, counts.issued) == (5, 1, 4)


def test_slip_drawn_for_one_brought_back_keeps_six_counts_in_balance(evening: Evening) -> None:
    void(evening)
    evening.hand_out("A", 6)
    counts = evening.open("s1").counts
    assert (counts.printed, counts.handed_out, counts.brought_back) == (6, 6, 1)
    assert (counts.lost, counts.left_over, counts.present) == (0, 0, 5)


def test_board_with_a_void_slip_passes_every_check_of_a_tellers_phone(evening: Evening) -> None:
    void(evening)
    evening.open("s1")
    for voter in (1, 2, 3):
        evening.send("s1", evening.seal("s1", voter, AGREE).data)
    evening.close("s1")
    # The tellers' devices review the closed board before they answer, and the whole archive is verified at the end.
    evening.tally("s1")
    evening.publish("s1")
    evening.open("s2")
    evening.send("s2", evening.seal("s2", 1, AGREE).data)
    evening.close("s2")
    evening.tally("s2")
    evening.publish("s2")
    report, _ = evening.finish()
    assert report.head_compared


def test_void_slip_cannot_vote(evening: Evening) -> None:
    evening.open("s1")
    void(evening)
    with pytest.raises(CredentialVoidError):
        evening.send("s1", evening.seal("s1", 0, AGREE).data)


def test_void_slip_reads_that_it_is_void(evening: Evening) -> None:
    election_hash = evening.open("s1").election_hash
    void(evening)
    credential = derive(evening, 0)
    signature = sign_as_credential("status", election_hash, credential, b"", evening.random_source.randbytes)
    answer = decode_canonical_object(read_slip_status(evening.database, election_hash, credential.public + signature))
    assert answer == {"is_listed": True, "is_void": True, "ballot_hash": None}


def test_slip_that_voted_in_the_open_election_is_refused_whole(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE)
    with pytest.raises(CredentialSpentError):
        void(evening)
    assert_nothing_voided(evening)
    assert count_exchanged(evening, "s1") == 0


def test_slip_that_voted_is_brought_back_after_the_close(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE)
    evening.close("s1")
    assert void(evening) is Voiding.BROUGHT_BACK
    assert evening.count_ballots("s1") == 1


def test_slip_is_voided_once(evening: Evening) -> None:
    void(evening)
    with pytest.raises(SlipVoidAlreadyError):
        void(evening)
    assert read_series(evening).brought_back == 1


def test_slip_that_nobody_was_handed_is_not_counted_as_brought_back(evening: Evening) -> None:
    evening.hand_out("A", 0)
    with pytest.raises(SlipsReturnedError):
        void(evening)
    assert_nothing_voided(evening)


@pytest.mark.parametrize("witnesses", [Witnesses(clerk=True, teller=False), Witnesses(clerk=False, teller=True)])
def test_void_takes_a_clerk_and_a_teller(evening: Evening, witnesses: Witnesses) -> None:
    with pytest.raises(VoidUnattendedError):
        void(evening, witnesses=witnesses)
    assert_nothing_voided(evening)


def test_whoever_knows_only_the_public_credentials_voids_nothing(evening: Evening) -> None:
    thief = generate_slip_code(evening.random_source.randbytes)
    terms = read_void_terms(evening.database, MEETING)
    own = make_claims(evening, terms, thief)
    stolen = tuple(replace(claim, credential=bytes(derive(evening, claim.slot).public)) for claim in own)
    with pytest.raises(VoidRefusedError):
        send(evening, stolen)
    assert_nothing_voided(evening)


def test_forged_signature_voids_nothing(evening: Evening) -> None:
    claims = make_claims(evening, read_void_terms(evening.database, MEETING), read_code(evening))
    last = claims[-1]
    forged = replace(last, signature=last.signature[:-1] + bytes([last.signature[-1] ^ 1]))
    with pytest.raises(VoidRefusedError):
        send(evening, (*claims[:-1], forged))
    assert_nothing_voided(evening)


def test_signed_question_of_a_slip_is_no_word_to_void_it(evening: Evening) -> None:
    claims = make_claims(evening, read_void_terms(evening.database, MEETING), read_code(evening))
    credential = derive(evening, 0)
    question = sign_as_credential("status", bytes(32), credential, b"", evening.random_source.randbytes)
    with pytest.raises(VoidRefusedError):
        send(evening, (replace(claims[0], signature=question), *claims[1:]))


def test_signature_for_another_slot_voids_nothing(evening: Evening) -> None:
    claims = make_claims(evening, read_void_terms(evening.database, MEETING), read_code(evening))
    with pytest.raises(VoidRefusedError):
        send(evening, (replace(claims[0], signature=claims[1].signature), *claims[1:]))


def test_slip_of_another_meeting_is_unknown_here(evening: Evening) -> None:
    terms = read_void_terms(evening.database, MEETING)
    elsewhere = make_claims(evening, terms, read_code(evening), meeting=MeetingCode("M0000002"))
    with pytest.raises(VoidRefusedError):
        send(evening, elsewhere)
    strange = make_claims(evening, terms, generate_slip_code(evening.random_source.randbytes))
    with pytest.raises(CredentialUnknownError):
        send(evening, strange)


def test_halves_of_two_slips_are_not_voided_as_one(evening: Evening) -> None:
    terms = read_void_terms(evening.database, MEETING)
    first, second = (make_claims(evening, terms, read_code(evening, voter)) for voter in (0, 1))
    mixed = (*first[:12], *second[12:])
    # Each half stands in the lists: nothing in public data tells two slips' rows apart, so both halves die.
    assert send(evening, mixed) is Voiding.BROUGHT_BACK
    with pytest.raises(SlipVoidAlreadyError):
        void(evening, 1)


def test_halves_of_slips_of_two_series_are_refused(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))
    with prepare_evening(tmp_path, plans) as evening:
        terms = read_void_terms(evening.database, MEETING)
        first = make_claims(evening, terms, read_code(evening, 0, "A"))
        second = make_claims(evening, terms, read_code(evening, 0, "B"))
        with pytest.raises(VoidRefusedError):
            send(evening, (*first[:12], *second[12:]))
        assert_nothing_voided(evening)


def test_slip_of_a_series_without_open_election_is_brought_back_meanwhile(tmp_path: Path) -> None:
    plans = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))
    with prepare_evening(tmp_path, plans) as evening:
        evening.open("s2")
        assert void(evening, letter="B") is Voiding.BROUGHT_BACK
        assert (read_series(evening, "B").brought_back, read_series(evening, "A").brought_back) == (1, 0)
        assert count_exchanged(evening, "s2") == 0


@pytest.mark.parametrize("leave_out", [slice(1, None), slice(0, -1), slice(0, 0)])
def test_claims_that_do_not_cover_every_slot_are_refused(evening: Evening, leave_out: slice) -> None:
    claims = make_claims(evening, read_void_terms(evening.database, MEETING), read_code(evening))
    with pytest.raises(VoidRefusedError):
        send(evening, claims[leave_out])


def test_terms_of_a_moment_ago_are_refused_when_an_election_opened(evening: Evening) -> None:
    terms = read_void_terms(evening.database, MEETING)
    claims = make_claims(evening, terms, read_code(evening))
    evening.open("s1")
    with pytest.raises(VoidOutdatedError):
        send(evening, claims, terms)
    assert_nothing_voided(evening)


def test_terms_made_up_by_a_kiosk_are_refused(tmp_path: Path) -> None:
    with begin(tmp_path, slots_before=1) as evening:
        terms = VoidTerms(tuple(range(SLOTS)), ())
        with pytest.raises(VoidOutdatedError):
            send(evening, make_claims(evening, terms, read_code(evening)), terms)


def test_unknown_meeting_has_no_terms(evening: Evening) -> None:
    with pytest.raises(MeetingUnknownError):
        read_void_terms(evening.database, "M0000009")


def test_desk_keeps_what_the_kiosk_counted(evening: Evening) -> None:
    void(evening)
    count_handed_out(evening.database, meeting=MEETING, series="A", handed_out=5, lost=1)
    stored = read_series(evening)
    assert (stored.handed_out, stored.brought_back, stored.lost) == (5, 1, 1)


def test_exchange_keeps_a_place_for_the_paper_ballot(evening: Evening) -> None:
    evening.open("s1")
    void(evening)
    for voter in (1, 2, 3, 4):
        evening.send("s1", evening.seal("s1", voter, AGREE).data)
    with pytest.raises(TurnoutExceededError) as caught:
        evening.send("s1", evening.seal("s1", 5, AGREE).data)
    assert caught.value.fields == {"ballots": 4, "limit": 4}


def test_stolen_spare_slip_lets_no_exchange_make_the_whole_count_impossible(evening: Evening) -> None:
    evening.open("s1")
    for voter in (1, 2, 3, 4, 5):
        evening.send("s1", evening.seal("s1", voter, AGREE).data)
    with pytest.raises(TurnoutExceededError):
        void(evening)
    assert_nothing_voided(evening)


def test_found_slip_takes_no_place_of_those_who_vote_on_paper(evening: Evening) -> None:
    count_handed_out(evening.database, meeting=MEETING, series="A", handed_out=5, lost=1)
    hand_out_paper(evening, 1)
    evening.open("s1")
    for voter in (0, 1, 2, 3):
        evening.send("s1", evening.seal("s1", voter, AGREE).data)
    with pytest.raises(TurnoutExceededError) as caught:
        evening.send("s1", evening.seal("s1", 4, AGREE).data)
    assert caught.value.fields == {"ballots": 4, "limit": 4}


def test_paper_beside_a_found_slip_that_voted_is_one_too_many(evening: Evening) -> None:
    count_handed_out(evening.database, meeting=MEETING, series="A", handed_out=5, lost=1)
    evening.open("s1")
    for voter in (0, 1, 2, 3, 4):
        evening.send("s1", evening.seal("s1", voter, AGREE).data)
    with pytest.raises(CheckInMissingError):
        hand_out_paper(evening, 1)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_slip_cast_and_voided_at_one_moment_does_one_of_the_two(evening: Evening, round_number: int) -> None:
    evening.open("s1")
    sealed = evening.seal("s1", 0, AGREE)
    terms = read_void_terms(evening.database, MEETING)
    claims = make_claims(evening, terms, read_code(evening))
    barrier = Barrier(2)

    def race(act: Callable[[], object]) -> type[BaseException] | None:
        barrier.wait()
        try:
            act()
        except BallotServerError as error:
            return type(error)
        return None

    acts: list[Callable[[], object]] = [
        lambda: evening.send("s1", sealed.data),
        lambda: send(evening, claims, terms),
    ]
    if round_number % 2:
        acts.reverse()
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(race, act) for act in acts]
        outcome = {end.result() for end in ends}
    voted = evening.count_ballots("s1")
    voided = len(list_void(evening, 0))
    assert voted + voided == 1
    assert outcome == ({None, CredentialSpentError} if voted else {None, CredentialVoidError})
    assert (read_series(evening).brought_back, count_exchanged(evening, "s1")) == (voided, voided)


def test_roll_of_five_has_one_series(evening: Evening) -> None:
    assert [len(series.members) for series in evening.series] == [len(make_roll().entries)]
