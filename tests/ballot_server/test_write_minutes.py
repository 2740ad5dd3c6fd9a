"""Writing minutes and ending the board: what is posted, in which state, and nothing that could not verify."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.minutes.render_minutes import render_minutes
from ballot_server.services.write_minutes import MinutesOutdatedError, NothingDecidedError, end_board, write_minutes
from ballot_server.storage.errors import MeetingUnknownError
from ballot_server.storage.repositories import RollRepository
from crypto.base32 import encode_base32
from crypto.board import board_head
from crypto.bodies import EntryKind
from crypto.errors import BoardError, CeremonyError, EncodingError
from tests.support.evenings import AGREE, DISAGREE, MEETING, Evening, make_plan, prepare_evening


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with prepare_evening(tmp_path, (make_plan("s1"), make_plan("s2"))) as prepared:
        yield prepared


def read_record(evening: Evening) -> MinutesRecord:
    records: list[MinutesRecord] = []

    def keep(record: MinutesRecord, _language: Language) -> bytes:
        records.append(record)
        return b"minutes"

    evening.write_minutes(keep)
    return records[0]


def test_minutes_entry_carries_the_hash_of_the_file_and_the_results(evening: Evening) -> None:
    result = evening.hold("s1", AGREE, AGREE, DISAGREE).result
    minutes = evening.write_minutes(lambda record, language: b"a file")
    [entry] = evening.list_entries(EntryKind.MINUTES)
    assert entry.body == {"sha256": sha256(b"a file").hexdigest(), "numbers": {"elections": [result.to_json()]}}
    assert (minutes.pdf, minutes.results) == (b"a file", (result,))


def test_minutes_print_the_head_of_the_board(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    head = board_head(evening.list_entries())
    assert head is not None
    assert read_record(evening).head == encode_base32(head, 32)


def test_minutes_of_a_later_annulment_print_its_head(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.open("s2")
    evening.annul("s2")
    assert evening.write_minutes().head == evening.list_entries(EntryKind.ANNULLED)[0].entry_hash


def test_minutes_of_the_real_printer_verify(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.open("s2")
    evening.annul("s2", "Sai mẫu số")
    assert evening.write_minutes(render_minutes).pdf.startswith(b"%PDF")


def test_minutes_of_nothing_but_annulled_elections_end_the_board(evening: Evening) -> None:
    evening.open("s1")
    evening.annul("s1", "Sai mẫu số")
    minutes = evening.write_minutes(render_minutes)
    assert minutes.results == ()
    assert evening.end()


def test_minutes_list_what_was_annulled_beside_its_repetition(evening: Evening) -> None:
    evening.open("s1")
    evening.annul("s1", "Sai mẫu số")
    evening.hold("s2", AGREE, AGREE, DISAGREE)
    record = read_record(evening)
    assert [election.title for election in record.elections] == ["Lần bỏ phiếu s2"]
    assert [(annulled.title, annulled.ground) for annulled in record.annulled] == [("Lần bỏ phiếu s1", "Sai mẫu số")]


def test_minutes_say_how_many_ballots_of_an_annulled_election_were_out_and_back(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE, DISAGREE)
    evening.close("s1")
    evening.annul("s1", "Sai mẫu số")
    [annulled] = read_record(evening).annulled
    assert (annulled.issued, annulled.returned) == (5, 2)


def test_minutes_say_no_count_of_ballots_of_an_election_annulled_while_open(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE)
    evening.annul("s1", "Sai mẫu số")
    [annulled] = read_record(evening).annulled
    assert (annulled.issued, annulled.returned) == (5, None)


def test_minutes_leave_out_elections_that_were_never_opened(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    record = read_record(evening)
    assert (len(record.elections), record.annulled) == (1, ())


def test_minutes_refuse_a_meeting_without_any_result(evening: Evening) -> None:
    with pytest.raises(NothingDecidedError):
        evening.write_minutes()


def test_minutes_refuse_an_unknown_meeting(evening: Evening) -> None:
    with pytest.raises(MeetingUnknownError):
        write_minutes(
            evening.database,
            evening.board,
            meeting="M0000002",
            print_record=lambda record, language: b"",
            language=Language.VIETNAMESE,
        )


@pytest.mark.parametrize("acts", [("open",), ("open", "close")])
def test_minutes_refuse_a_meeting_with_an_election_under_way(evening: Evening, acts: tuple[str, ...]) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    for act in acts:
        getattr(evening, act)("s2")
    with pytest.raises(BoardError):
        evening.write_minutes()
    assert evening.list_entries(EntryKind.MINUTES) == []


def test_minutes_refuse_to_be_written_twice(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    with pytest.raises(BoardError):
        evening.write_minutes()


def test_minutes_during_whose_printing_another_election_was_decided_are_not_posted(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.open("s2")
    evening.close("s2")

    def print_slowly(_record: MinutesRecord, _language: Language) -> bytes:
        evening.tally("s2")
        return b"minutes"

    with pytest.raises(MinutesOutdatedError):
        evening.write_minutes(print_slowly)
    assert evening.list_entries(EntryKind.MINUTES) == []
    assert len(evening.write_minutes().results) == 2


def test_minutes_during_whose_printing_an_election_was_annulled_are_not_posted(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.open("s2")
    evening.cast("s2", AGREE, AGREE, AGREE)
    evening.close("s2")
    evening.tally("s2")

    def print_slowly(_record: MinutesRecord, _language: Language) -> bytes:
        evening.annul("s2")
        return b"minutes"

    with pytest.raises(MinutesOutdatedError):
        evening.write_minutes(print_slowly)
    assert len(evening.write_minutes().results) == 1


def test_annulment_after_the_minutes_is_refused(evening: Evening) -> None:
    evening.open("s1")
    evening.cast("s1", AGREE, AGREE, AGREE)
    evening.close("s1")
    evening.tally("s1")
    evening.write_minutes()
    with pytest.raises(BoardError):
        evening.annul("s1")
    assert evening.list_entries(EntryKind.ANNULLED) == []


def test_printer_that_fails_posts_no_minutes(evening: Evening) -> None:
    def fail(_record: MinutesRecord, _language: Language) -> bytes:
        raise RuntimeError("out of paper")

    evening.hold("s1", AGREE, AGREE, DISAGREE)
    with pytest.raises(RuntimeError):
        evening.write_minutes(fail)
    assert evening.list_entries(EntryKind.MINUTES) == []


def test_board_names_nobody_of_the_roll_at_the_end(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes(render_minutes)
    archive = evening.end()
    with evening.database.read() as session:
        members = [entry.member for entry in RollRepository(session).load(MEETING).entries]
    assert not [member for member in members if member.name.encode() in archive]


def test_end_posts_every_statement_and_final(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    archive = evening.end()
    kinds = [entry.kind.value for entry in evening.list_entries()]
    assert kinds[-4:] == ["destroyed", "destroyed", "destroyed", "final"]
    assert archive == b"".join(entry.encode() + b"\n" for entry in evening.list_entries())


def test_end_refuses_a_board_without_minutes_and_posts_nothing(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    before = evening.list_entries()
    with pytest.raises(BoardError):
        evening.end()
    assert evening.list_entries() == before


def test_end_refuses_a_second_end(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    evening.end()
    with pytest.raises(BoardError):
        end_board(evening.database, evening.board, meeting=MEETING, destroyed=())


def test_end_refuses_a_statement_that_its_trustee_did_not_sign(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    first, second, _ = evening.tellers.destroy_shares()
    forged = {"trustee": 2, "signature": first["signature"]}
    with pytest.raises(CeremonyError) as caught:
        end_board(evening.database, evening.board, meeting=MEETING, destroyed=[first, forged])
    assert caught.value.trustee == 2
    assert evening.list_entries(EntryKind.DESTROYED) == []
    assert end_board(evening.database, evening.board, meeting=MEETING, destroyed=[first, second])


def test_end_refuses_a_statement_of_another_form(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    with pytest.raises(EncodingError):
        end_board(evening.database, evening.board, meeting=MEETING, destroyed=[{"trustee": 1}])
    assert evening.list_entries(EntryKind.DESTROYED) == []


def test_end_refuses_one_trustee_twice(evening: Evening) -> None:
    evening.hold("s1", AGREE, AGREE, DISAGREE)
    evening.write_minutes()
    [first, *_] = evening.tellers.destroy_shares()
    with pytest.raises(BoardError):
        end_board(evening.database, evening.board, meeting=MEETING, destroyed=[first, first])
    assert evening.list_entries(EntryKind.DESTROYED) == []
