"""What two tellers counted on paper goes to the tellers' devices, which sign it before anything is decrypted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ballot_server.domain.paper import CountSheet
from ballot_server.services.count_paper import enter_sheet, seat_counters
from ballot_server.services.paper_ballots import PaperCountsMissingError, PaperNumbers, count_paper_ballots
from ballot_server.services.post_paper_counts import PaperNotAgreedError, TooFewPaperSignaturesError
from ballot_server.services.trustee_room import (
    PaperChangedError,
    PaperNotAskedError,
    ask_counts,
    ask_decryption,
    ask_paper,
    counts_state,
    decryption_state,
    describe_room,
    open_when_signed,
    paper_state,
    post_paper_when_signed,
    tally_when_decrypted,
)
from ballot_server.services.trustee_view import DecryptionStage, PaperView
from ballot_server.storage.repositories.trustees import TrusteeRepository
from ballot_server.trustee.paper_request import read_paper_request
from crypto.encoding import decode_canonical_object
from crypto.errors import EncodingError
from tests.support.evenings import AGREE, DISAGREE, MEETING
from tests.support.teller_tables import Table, lay_table

ABOUT = {"meeting": MEETING, "election": "s1"}
SHEET = CountSheet(ballots=2, reasons=(), counts=((1, 1, 0),))


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Table]:
    """Yield a closed election: three voted by phone, two hold paper ballots."""
    with lay_table(tmp_path) as table:
        table.make_key()
        table.prepare_election(present=3)
        evening = table.evening
        ask_counts(evening.database, **ABOUT)
        table.drive(lambda: len(counts_state(evening.database, **ABOUT).signed) == 3)
        evening.manifests["s1"] = open_when_signed(evening.database, evening.board, **ABOUT)
        count_paper_ballots(evening.database, **ABOUT, numbers=PaperNumbers(printed=2, handed_out=2))
        evening.cast("s1", AGREE, AGREE, DISAGREE)
        evening.close("s1")
        yield table


def count_on_paper(table: Table, sheet: CountSheet = SHEET) -> None:
    evening = table.evening
    codes = seat_counters(evening.database, **ABOUT, names=("An", "Bình"), random_bytes=evening.random_source.randbytes)
    for code in codes:
        enter_sheet(evening.database, code.code, sheet)


def see(table: Table) -> PaperView:
    return paper_state(table.evening.database, **ABOUT)


def post(table: Table) -> None:
    post_paper_when_signed(table.evening.database, table.evening.board, **ABOUT)


def test_devices_sign_what_was_counted_and_both_channels_are_added(mixed: Table) -> None:
    evening = mixed.evening
    count_on_paper(mixed)
    ask_paper(evening.database, **ABOUT)
    assert see(mixed).needed == 2
    mixed.drive(lambda: see(mixed).signed == (1, 2, 3))
    assert see(mixed).can_post
    post(mixed)
    ask_decryption(evening.database, **ABOUT)
    mixed.drive(lambda: decryption_state(evening.database, **ABOUT).stage is DecryptionStage.COMPLETE)
    tallied = tally_when_decrypted(evening.database, evening.board, **ABOUT)
    assert dict(tallied.result.contests[0].counts) == {"agree": 3, "disagree": 2, "blank": 0}


def test_nothing_is_decrypted_before_the_paper_is_on_the_board(mixed: Table) -> None:
    with pytest.raises(PaperCountsMissingError):
        ask_decryption(mixed.evening.database, **ABOUT)


def test_teller_sees_the_numbers_beside_their_words(mixed: Table) -> None:
    count_on_paper(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    mixed.drive(lambda: see(mixed).signed == (1, 2, 3))
    [asked] = mixed.places[0].voice.find("ask paper")
    assert (asked["issued"], asked["exchanged"], asked["ballots"], asked["invalid"]) == (2, 0, 2, 0)
    assert asked["lines"] == "Nội dung 1: Đồng ý 1, Không đồng ý 1, phiếu trắng 0"


def read_asked(table: Table) -> dict[str, Any]:
    """Return what devices are asked to sign."""
    count_on_paper(table)
    ask_paper(table.evening.database, **ABOUT)
    with table.evening.database.read() as session:
        asked = TrusteeRepository(session).find_request(MEETING, "paper:s1")
    assert asked is not None
    return decode_canonical_object(asked.subject)


def test_server_that_swaps_the_names_of_options_is_refused_by_the_device(mixed: Table) -> None:
    asked = read_asked(mixed)
    options = asked["manifest"]["contests"][0]["options"]
    options[0]["text"], options[1]["text"] = options[1]["text"], options[0]["text"]
    with pytest.raises(EncodingError):
        read_paper_request(asked)


@pytest.mark.parametrize("member", [{"election": "s2"}, {"election_hash": "00" * 32}])
def test_numbers_of_another_election_are_refused_by_the_device(mixed: Table, member: dict[str, str]) -> None:
    asked = read_asked(mixed)
    with pytest.raises(EncodingError):
        read_paper_request({**asked, "paper": {**asked["paper"], **member}})


def test_nobody_is_asked_before_two_tellers_agree(mixed: Table) -> None:
    with pytest.raises(PaperNotAgreedError):
        ask_paper(mixed.evening.database, **ABOUT)
    with pytest.raises(PaperNotAskedError):
        post(mixed)


def test_nothing_is_posted_with_one_signature(mixed: Table) -> None:
    count_on_paper(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    mixed.drive(lambda: see(mixed).signed == (1,), mixed.places[:1])
    with pytest.raises(TooFewPaperSignaturesError):
        post(mixed)


def test_numbers_counted_anew_are_signed_anew(mixed: Table) -> None:
    count_on_paper(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    mixed.drive(lambda: see(mixed).signed == (1, 2, 3))
    count_on_paper(mixed, CountSheet(ballots=2, reasons=(), counts=((2, 0, 0),)))
    assert not see(mixed).can_post
    with pytest.raises(PaperChangedError):
        post(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    assert see(mixed).signed == ()
    mixed.drive(lambda: see(mixed).can_post)


def test_asking_again_for_the_same_numbers_keeps_the_signatures(mixed: Table) -> None:
    count_on_paper(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    mixed.drive(lambda: see(mixed).signed == (1, 2, 3))
    assert ask_paper(mixed.evening.database, **ABOUT).signed == (1, 2, 3)


def test_teller_who_declines_signs_nothing_and_is_named(mixed: Table) -> None:
    count_on_paper(mixed)
    mixed.places[0].voice.refuses.add("paper")
    ask_paper(mixed.evening.database, **ABOUT)
    mixed.drive(lambda: see(mixed).signed == (2, 3))
    mixed.step(2)
    assert [(report.reporter, report.problem) for report in see(mixed).reports] == [(1, "declined")]


def test_room_lists_the_paper_under_signature(mixed: Table) -> None:
    assert describe_room(mixed.evening.database, meeting=MEETING).papers == ()
    count_on_paper(mixed)
    ask_paper(mixed.evening.database, **ABOUT)
    [paper] = describe_room(mixed.evening.database, meeting=MEETING).papers
    assert (paper.election, paper.awaited) == ("s1", (1, 2, 3))
