"""Paper beside phones through the services: what is posted, what is refused before it is, and what is added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from ballot_server.domain.election import ElectionState
from ballot_server.domain.paper import ChannelBelowFloorError, CountSheet, ExtraBallotError
from ballot_server.services.cast_ballot import TurnoutExceededError
from ballot_server.services.count_paper import PaperNotToCountError, enter_sheet, seat_counters
from ballot_server.services.paper_ballots import PaperCountsMissingError, PaperNumbers, count_paper_ballots
from ballot_server.services.post_paper_counts import (
    PaperNotAgreedError,
    TooFewPaperSignaturesError,
    draft_paper_counts,
    post_paper_counts,
)
from ballot_server.services.void_slip import VoidClaim, Voiding, Witnesses, read_void_terms, void_slip
from crypto.bodies import EntryKind
from crypto.credential import derive_credential
from crypto.slip import parse_slip_fragment
from crypto.void import sign_void
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening, make_roll, prepare_evening

# Seven are present: four draw slips, three take paper.
SHEET = CountSheet(ballots=3, reasons=(), counts=((2, 1, 0),))


def hand_out(evening: Evening, ballots: int) -> None:
    numbers = PaperNumbers(printed=ballots, handed_out=ballots)
    count_paper_ballots(evening.database, meeting=MEETING, election="s1", numbers=numbers)


def count(evening: Evening, *sheets: CountSheet) -> None:
    """Let two tellers count, each a sheet."""
    names, random_bytes = ("Hà", "Long"), evening.random_source.randbytes
    codes = seat_counters(evening.database, meeting=MEETING, election="s1", names=names, random_bytes=random_bytes)
    for code, sheet in zip(codes, sheets, strict=False):
        enter_sheet(evening.database, code.code, sheet)


def post(evening: Evening, *, signers: int = 3) -> None:
    """Let tellers' devices sign what was agreed on, and post it."""
    with evening.database.read() as session:
        paper = draft_paper_counts(session, MEETING, "s1")
    signatures = evening.tellers.sign_paper(paper)[:signers]
    post_paper_counts(evening.database, evening.board, meeting=MEETING, election="s1", signatures=signatures)


def hold(evening: Evening, votes: int = 4, paper: int = 3) -> None:
    """Hold the vote until it is closed."""
    hand_out(evening, paper)
    evening.open("s1")
    evening.cast("s1", *[AGREE] * votes)
    evening.close("s1")


def exchange(evening: Evening, voter: int) -> Voiding:
    """Bring a slip to the kiosk."""
    terms = read_void_terms(evening.database, MEETING)
    code = parse_slip_fragment(evening.sheets["A"].slips[voter].url.partition("#")[2]).code
    credentials = [(slot, derive_credential(code, MEETING, slot)) for slot in terms.slots]
    claims = [
        VoidClaim(slot, each.public, sign_void(each, MEETING, slot, evening.random_source.randbytes))
        for slot, each in credentials
    ]
    both = Witnesses(clerk=True, teller=True)
    return void_slip(evening.database, meeting=MEETING, terms=terms, claims=claims, witnesses=both)


def test_counts_of_both_channels_are_added_up_and_verify(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 4}, floor=3) as evening:
        hold(evening)
        count(evening, SHEET, SHEET)
        post(evening)
        result = evening.tally("s1").result
        evening.publish("s1")
        report, rules = evening.finish()
    assert result.contests[0].counts == {"agree": 6, "disagree": 1, "blank": 0}
    assert (result.numbers.issued, result.numbers.returned, result.numbers.paper_issued) == (7, 7, 3)
    assert report.elections[0].totals == ((6, 1, 0),)
    assert [check.name for check in rules.checks] == ["V10", "V11"]


def test_slip_exchanged_while_open_is_counted_as_exchanged_and_void(tmp_path: Path) -> None:
    # Five slips, one of them exchanged: four may still vote, and three paper ballots are out.
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 5}, floor=3) as evening:
        hand_out(evening, 2)
        evening.open("s1")
        assert exchange(evening, voter=4) is Voiding.EXCHANGED
        hand_out(evening, 3)
        evening.cast("s1", AGREE, AGREE, AGREE, DISAGREE)
        evening.close("s1")
        count(evening, SHEET, SHEET)
        post(evening)
        numbers = evening.tally("s1").result.numbers
        evening.publish("s1")
        evening.finish()
    assert (numbers.void, numbers.paper_issued, numbers.issued, numbers.returned) == (1, 3, 7, 7)


def test_channel_below_the_floor_is_refused_before_it_is_posted(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 5}, floor=3) as evening:
        hold(evening, votes=5, paper=2)
        sheet = CountSheet(2, (), ((1, 1, 0),))
        count(evening, sheet, sheet)
        with pytest.raises(ChannelBelowFloorError):
            post(evening)
        assert evening.list_entries(EntryKind.PAPER_COUNTS) == []


def test_slip_that_was_never_handed_out_cannot_vote_after_another_was_exchanged(tmp_path: Path) -> None:
    # Five are out and one of them is exchanged, so the slip left over at the desk would be a fifth voter of four.
    with prepare_evening(tmp_path, roll=make_roll(8), drawn={"A": 5}, floor=1) as evening:
        hand_out(evening, 1)
        evening.open("s1")
        evening.cast("s1", AGREE, AGREE, AGREE, AGREE)
        exchange(evening, voter=4)
        with pytest.raises(TurnoutExceededError):
            evening.send("s1", evening.seal("s1", 5, AGREE).data)


def test_ballot_that_was_never_handed_out_is_named(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(8), drawn={"A": 4}, floor=3) as evening:
        hold(evening)
        sheet = CountSheet(4, (), ((4, 0, 0),))
        count(evening, sheet, sheet)
        with pytest.raises(ExtraBallotError):
            post(evening)


def test_counts_are_not_posted_until_two_tellers_agree(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 4}, floor=3) as evening:
        hold(evening)
        for sheets in ((SHEET,), (SHEET, CountSheet(3, (), ((1, 2, 0),)))):
            count(evening, *sheets)
            with pytest.raises(PaperNotAgreedError):
                post(evening)


def test_one_signature_is_too_few_beside_phones(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 4}, floor=3) as evening:
        hold(evening)
        count(evening, SHEET, SHEET)
        with pytest.raises(TooFewPaperSignaturesError):
            post(evening, signers=1)


def test_phones_are_not_counted_while_paper_is_not(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 4}, floor=3) as evening:
        hold(evening)
        with pytest.raises(PaperCountsMissingError):
            evening.tally("s1")
        assert evening.state("s1") is ElectionState.CLOSED
        assert evening.list_entries(EntryKind.AGGREGATE) == []


def test_nothing_is_entered_while_the_vote_is_open(tmp_path: Path) -> None:
    with prepare_evening(tmp_path, roll=make_roll(7), drawn={"A": 4}, floor=3) as evening:
        hand_out(evening, 3)
        evening.open("s1")
        with pytest.raises(PaperNotToCountError):
            count(evening, SHEET, SHEET)
