"""Slips made on another machine: the order, the files it makes, the lists that come back, and nothing kept."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ballot_server.cli.main import main
from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.services.make_slips import SlipCountError
from ballot_server.services.order_slips import (
    NothingOrderedError,
    SlipListsCountError,
    SlipListsOtherMeetingError,
    SlipListsRepeatedError,
    SlipsNotOrderedError,
    order_slips,
    take_slip_lists,
    withdraw_order,
)
from ballot_server.services.print_slips import SlipsOrderedError, SlipsPrintedAlreadyError
from ballot_server.services.slip_order import (
    SeriesLists,
    SlipListsMalformedError,
    SlipOrder,
    SlipOrderMalformedError,
    decode_lists,
    encode_lists,
)
from ballot_server.storage.errors import MeetingUnknownError, SeriesUnknownError
from ballot_server.storage.repositories import CredentialRepository, SeriesRepository
from crypto.ballot import encrypt_ballot
from crypto.bodies import EntryKind
from crypto.credential import SLOTS, Credential, derive_credential
from crypto.encoding import decode_canonical_object, encode_base64, encode_canonical
from crypto.slip import MeetingCode, generate_slip_code, parse_slip_fragment
from tests.support.chair_evenings import ChairEvening, begin_chair_evening
from tests.support.evenings import AGREE, MEETING, Evening, begin_evening, make_plan
from tests.support.printed_files import read_slips, read_text

ADDRESS = "http://192.168.10.1:8080"
TWO_SERIES = (make_plan("s1"), make_plan("s2", member_concerned_votes=False))


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    with begin_evening(tmp_path / "data") as begun:
        yield begun


def give_order(evening: Evening, **counts: int) -> bytes:
    return order_slips(evening.database, meeting=MEETING, counts=counts or {"A": 6}, address=ADDRESS)


def take(evening: Evening, data: bytes) -> tuple[str, ...]:
    return take_slip_lists(evening.database, evening.board, meeting=MEETING, data=data)


def run(folder: Path, order: bytes, *options: str, out: str = "out") -> int:
    path = folder / "order.json"
    path.write_bytes(order)
    return main(["slips", str(path), "--out", str(folder / out), *options])


def fill(folder: Path, order: bytes) -> bytes:
    """Run the command and return the lists."""
    assert run(folder, order) == 0
    return next((folder / "out").glob("danh-sach-the-*.json")).read_bytes()


def make_lists(evening: Evening, count: int = 6, *, series: str = "A", meeting: MeetingCode = MEETING) -> bytes:
    codes = [generate_slip_code(evening.random_source.randbytes) for _ in range(count)]
    lists = tuple(
        tuple(sorted(derive_credential(code, MEETING, slot).public for code in codes)) for slot in range(SLOTS)
    )
    return encode_lists(meeting, [SeriesLists(series, lists)])


def change(lists: bytes, **changes: Any) -> bytes:
    """Return lists with members of their one series changed."""
    value: dict[str, Any] = decode_canonical_object(lists)  # type: ignore[assignment]  # a test takes liberties
    value["series"][0] |= changes
    return encode_canonical(value)


def change_slot(lists: bytes, slot: int, content: bytes) -> bytes:
    value: dict[str, Any] = decode_canonical_object(lists)  # type: ignore[assignment]  # a test takes liberties
    value["series"][0]["slots"][slot] = encode_base64(content)
    return encode_canonical(value)


def assert_nothing_taken(evening: Evening) -> None:
    with evening.database.read() as session:
        assert SeriesRepository(session).get(MEETING, "A").printed == 0
        assert CredentialRepository(session).list_all(MEETING) == frozenset()
    assert evening.list_entries(EntryKind.LIST) == []


def test_order_says_what_stands_on_the_slips_and_holds_no_secret(evening: Evening) -> None:
    order = SlipOrder.decode(give_order(evening))
    assert (order.meeting, order.address) == (MEETING, ADDRESS)
    assert [(each.series, each.colour, each.count) for each in order.series] == [("A", "white", 6)]
    assert order.key is not None


def test_order_names_the_wifi_that_the_slips_print(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as led:
        led.prepare(wifi="Chi-bo-5")
        order = order_slips(led.installation.database, meeting=led.code, counts={"A": 6}, address=ADDRESS)
    assert SlipOrder.decode(order).wifi == "Chi-bo-5"
    fill(tmp_path, order)
    (sheet,) = (tmp_path / "out").glob("*.pdf")
    assert "Chi-bo-5" in read_text(sheet)


def test_order_before_the_key_names_no_key(tmp_path: Path) -> None:
    with begin_chair_evening(tmp_path) as led:
        led.prepare()
        order = order_slips(led.installation.database, meeting=led.code, counts={"A": 6}, address=ADDRESS)
    assert SlipOrder.decode(order).key is None


def test_command_writes_the_sheet_and_the_lists_and_nothing_else(evening: Evening, tmp_path: Path) -> None:
    before = set(Path(tempfile.gettempdir()).iterdir())
    assert run(tmp_path, give_order(evening)) == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [f"danh-sach-the-{MEETING}.json", f"the-bo-phieu-{MEETING}-A.pdf"]
    assert {path.name for path in set(Path(tempfile.gettempdir()).iterdir()) - before} <= {tmp_path.name}


def test_files_are_for_their_owner_alone(evening: Evening, tmp_path: Path) -> None:
    run(tmp_path, give_order(evening))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}


def test_printed_slips_are_those_of_the_lists_sorted_by_bytes(evening: Evening, tmp_path: Path) -> None:
    lists = fill(tmp_path, give_order(evening))
    slips = read_slips(tmp_path / "out" / f"the-bo-phieu-{MEETING}-A.pdf")
    codes = [parse_slip_fragment(slip.url.partition("#")[2]).code for slip in slips]
    _, (series,) = decode_lists(lists)
    for slot in range(SLOTS):
        assert list(series.lists[slot]) == sorted(derive_credential(code, MEETING, slot).public for code in codes)


def test_lists_hold_no_secret(evening: Evening, tmp_path: Path) -> None:
    lists = fill(tmp_path, give_order(evening))
    for slip in read_slips(tmp_path / "out" / f"the-bo-phieu-{MEETING}-A.pdf"):
        assert slip.code.encode() not in lists
        assert slip.code.replace("-", "").encode() not in lists
        secret = derive_credential(parse_slip_fragment(slip.url.partition("#")[2]).code, MEETING, 0).secret
        assert secret.to_bytes(32, "little").hex().encode() not in lists
        assert encode_base64(secret.to_bytes(32, "little")).encode() not in lists


def test_command_tells_the_words_of_the_key_and_what_to_do_with_the_files(
    evening: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = give_order(evening)
    run(tmp_path, order)
    told = capsys.readouterr().out
    parsed = SlipOrder.decode(order)
    assert " · ".join(parsed.design(parsed.series[0], Language.VIETNAMESE).key_words) in told
    assert ADDRESS in told
    assert "xóa hẳn tệp PDF" in told


def test_command_speaks_json_and_english(evening: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, give_order(evening), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["meeting"], told["series"][0]["count"]) == (True, MEETING, 6)
    assert run(tmp_path, give_order(evening), "--lang", "en", out="second") == 0
    assert "delete the PDF" in capsys.readouterr().out


def test_command_writes_over_no_slips(evening: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = give_order(evening)
    first = fill(tmp_path, order)
    assert run(tmp_path, order) == 2
    assert "không ghi đè" in capsys.readouterr().err
    assert next((tmp_path / "out").glob("*.json")).read_bytes() == first


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"kind": "slip-order"}'])
def test_file_that_is_no_order_is_refused(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, content) == 1
    assert "không phải đơn đặt in" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_missing_order_is_bad_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slips", str(tmp_path / "none.json"), "--out", str(tmp_path)]) == 2
    assert "Không đọc được" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("count", 0),
        ("count", 5001),
        ("colour", "#000"),
        ("series", "AA"),
        ("series", "ß"),
        ("title_vi", "a\nb"),
        ("secret", "x"),
    ],
)
def test_order_with_a_wrong_member_is_refused(evening: Evening, key: str, value: object) -> None:
    with pytest.raises(SlipOrderMalformedError):
        SlipOrder.decode(change(give_order(evening), **{key: value}))


def test_command_on_the_server_writes_the_same_order_as_the_page(evening: Evening, tmp_path: Path) -> None:
    expected = give_order(evening)
    path = tmp_path / "order.json"
    arguments = ["order", MEETING, "--count", "A=6", "--address", ADDRESS, "--out", str(path)]
    assert main([*arguments, "--data", str(evening.folder)]) == 0
    assert path.read_bytes() == expected


def test_command_on_the_server_refuses_an_unknown_series(
    evening: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "order.json"
    arguments = ["order", MEETING, "--count", "Q=6", "--address", ADDRESS, "--out", str(path)]
    assert main([*arguments, "--data", str(evening.folder)]) == 1
    assert "Q" in capsys.readouterr().err
    assert not path.exists()


def test_count_without_its_letter_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["order", MEETING, "--count", "20", "--address", ADDRESS, "--out", str(tmp_path / "order.json")])
    assert caught.value.code == 2


def test_taken_lists_stand_on_the_board_and_count_as_printed(evening: Evening, tmp_path: Path) -> None:
    lists = fill(tmp_path, give_order(evening))
    assert take(evening, lists) == ("A",)
    with evening.database.read() as session:
        stored = SeriesRepository(session).get(MEETING, "A")
    assert (stored.printed, stored.handed_out, stored.left_over) == (6, 0, 6)
    assert len(evening.list_entries(EntryKind.LIST)) == SLOTS


def test_slips_of_another_machine_vote_and_the_archive_is_verified(evening: Evening, tmp_path: Path) -> None:
    take(evening, fill(tmp_path, give_order(evening)))
    evening.hand_out("A", 5)
    evening.ready("s1")
    evening.open("s1")
    manifest = evening.manifests["s1"]
    slips = read_slips(tmp_path / "out" / f"the-bo-phieu-{MEETING}-A.pdf")
    for slip in slips[:3]:
        credential = _derive(slip.url, manifest.slot)
        evening.confirmations.append(evening.send("s1", _seal(evening, credential)))
    evening.close("s1")
    evening.tally("s1")
    evening.publish("s1")
    report, _ = evening.finish()
    assert report.head_compared


def _derive(url: str, slot: int) -> Credential:
    return derive_credential(parse_slip_fragment(url.partition("#")[2]).code, MEETING, slot)


def _seal(evening: Evening, credential: Credential) -> bytes:
    context, random_bytes = evening.manifests["s1"].context, evening.random_source.randbytes
    return encrypt_ballot(context, credential, (AGREE,), random_bytes).data


def test_lists_without_an_order_are_refused(evening: Evening) -> None:
    with pytest.raises(SlipsNotOrderedError):
        take(evening, make_lists(evening))
    assert_nothing_taken(evening)


def test_lists_of_another_meeting_are_refused(evening: Evening) -> None:
    give_order(evening)
    with pytest.raises(SlipListsOtherMeetingError):
        take(evening, make_lists(evening, meeting=MeetingCode("M0000002")))
    assert_nothing_taken(evening)


@pytest.mark.parametrize("count", [5, 7])
def test_more_or_fewer_slips_than_ordered_are_refused(evening: Evening, count: int) -> None:
    give_order(evening)
    with pytest.raises(SlipListsCountError) as caught:
        take(evening, make_lists(evening, count))
    assert caught.value.fields == {"series": "A", "ordered": 6, "found": count}
    assert_nothing_taken(evening)


def test_list_that_is_not_sorted_is_refused(evening: Evening) -> None:
    give_order(evening)
    lists = make_lists(evening)
    _, (series,) = decode_lists(lists)
    with pytest.raises(SlipListsMalformedError):
        take(evening, change_slot(lists, 3, b"".join(reversed(series.lists[3]))))
    assert_nothing_taken(evening)


def test_credential_that_stands_twice_is_refused(evening: Evening) -> None:
    give_order(evening)
    lists = make_lists(evening)
    _, (series,) = decode_lists(lists)
    with pytest.raises(SlipListsMalformedError):
        take(evening, change_slot(lists, 3, b"".join((series.lists[3][0], *series.lists[3][:-1]))))
    with pytest.raises(SlipListsMalformedError):
        take(evening, change_slot(lists, 3, b"".join(series.lists[4])))
    assert_nothing_taken(evening)


@pytest.mark.parametrize("element", [bytes(32), b"\xff" * 32, b"\x01" + bytes(31)], ids=["identity", "large", "odd"])
def test_credential_that_is_no_element_is_refused(evening: Evening, element: bytes) -> None:
    give_order(evening)
    lists = make_lists(evening)
    _, (series,) = decode_lists(lists)
    members = sorted([element, *series.lists[0][1:]])
    with pytest.raises(SlipListsMalformedError):
        take(evening, change_slot(lists, 0, b"".join(members)))
    assert_nothing_taken(evening)


@pytest.mark.parametrize("slots", [[], ["AAAA"], [""] * SLOTS, [1] * SLOTS, "x"])
def test_lists_of_another_form_are_refused(evening: Evening, slots: object) -> None:
    give_order(evening)
    with pytest.raises(SlipListsMalformedError):
        take(evening, change(make_lists(evening), slots=slots))
    assert_nothing_taken(evening)


def test_lists_with_a_surplus_member_are_refused(evening: Evening) -> None:
    give_order(evening)
    with pytest.raises(SlipListsMalformedError):
        take(evening, change(make_lists(evening), codes=["ABCD"]))


def test_lists_are_taken_once(evening: Evening, tmp_path: Path) -> None:
    lists = fill(tmp_path, give_order(evening))
    take(evening, lists)
    with pytest.raises(SlipsPrintedAlreadyError):
        take(evening, lists)
    with pytest.raises(SlipsPrintedAlreadyError):
        give_order(evening)


def test_credentials_of_another_series_are_refused(tmp_path: Path) -> None:
    with begin_evening(tmp_path / "second", TWO_SERIES) as evening:
        order = order_slips(evening.database, meeting=MEETING, counts={"A": 3, "B": 3}, address=ADDRESS)
        assert len(SlipOrder.decode(order).series) == 2
        lists = make_lists(evening, 3)
        take(evening, lists)
        with pytest.raises(SlipListsRepeatedError):
            take(evening, change(lists, series="B"))


def test_ordered_series_is_not_printed_here(evening: Evening) -> None:
    give_order(evening)
    with pytest.raises(SlipsOrderedError):
        evening.print_series("A", 6)
    assert_nothing_taken(evening)


def test_withdrawn_order_lets_the_series_be_printed_here_and_its_lists_worth_nothing(
    evening: Evening, tmp_path: Path
) -> None:
    lists = fill(tmp_path, give_order(evening))
    withdraw_order(evening.database, meeting=MEETING, series="A")
    with pytest.raises(SlipsNotOrderedError):
        take(evening, lists)
    evening.print_series("A", 6)
    with pytest.raises(SlipsPrintedAlreadyError):
        take(evening, lists)


def test_series_printed_here_cannot_be_ordered(evening: Evening) -> None:
    evening.print_series("A", 6)
    with pytest.raises(SlipsPrintedAlreadyError):
        give_order(evening)


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ({}, NothingOrderedError),
        ({"A": 0}, SlipCountError),
        ({"A": 5001}, SlipCountError),
        ({"Q": 3}, SeriesUnknownError),
    ],
)
def test_order_of_nothing_too_many_or_an_unknown_series_is_refused(
    evening: Evening, counts: dict[str, int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        order_slips(evening.database, meeting=MEETING, counts=counts, address=ADDRESS)


def test_order_for_an_unknown_meeting_is_refused(evening: Evening) -> None:
    with pytest.raises(MeetingUnknownError):
        order_slips(evening.database, meeting="M0000009", counts={"A": 3}, address=ADDRESS)


@pytest.mark.parametrize(
    ("elsewhere", "sentence"),
    [
        ((), "do chính máy chủ phòng họp in."),
        (("A", "B"), "Thẻ bỏ phiếu do một máy khác in"),
        (("B",), "Thẻ loạt B do một máy khác in"),
    ],
)
def test_minutes_say_who_printed(tmp_path: Path, elsewhere: tuple[str, ...], sentence: str) -> None:
    plans = (
        make_plan("s1", rules="majority-of-votes-cast", members=(None,)),
        make_plan("s2", member_concerned_votes=False),
    )
    with begin_evening(tmp_path, plans) as evening:
        for series in evening.series:
            count = len(series.members)
            if series.letter in elsewhere:
                order_slips(evening.database, meeting=MEETING, counts={series.letter: count}, address=ADDRESS)
                take(evening, make_lists(evening, count, series=series.letter))
            else:
                evening.print_series(series.letter, count)
            evening.hand_out(series.letter, count)
        evening.ready("s1")
        evening.open("s1")
        evening.close("s1")
        evening.tally("s1")
        evening.publish("s1")
        printed: list[MinutesRecord] = []

        def look(record: MinutesRecord, language: Language) -> bytes:
            printed.append(record)
            return b"minutes"

        evening.write_minutes(look)
    assert sentence in printed[0].printing


@pytest.fixture
def led(tmp_path: Path) -> Iterator[ChairEvening]:
    with begin_chair_evening(tmp_path) as begun:
        begun.prepare()
        yield begun


def upload(led: ChairEvening, data: bytes) -> Any:
    # Written by hand: the test client's own encoder keeps large files open.
    head = b'--part\r\nContent-Disposition: form-data; name="lists"; filename="danh-sach.json"\r\n\r\n'
    body = head + data + b"\r\n--part--\r\n"
    path = f"/chair/{led.code}/slips/lists"
    return led.chair.post(path, data=body, content_type="multipart/form-data; boundary=part")


def test_chairs_page_gives_the_order_and_takes_the_lists(led: ChairEvening, tmp_path: Path) -> None:
    answer = led.act("chair/slips/order", count_A="6")
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"don-dat-in-{led.code}.json" in answer.headers["Content-Disposition"]
    assert "đã đặt in 6 thẻ ở máy khác" in led.get(f"/chair/{led.code}")
    lists = fill(tmp_path, answer.data)
    assert upload(led, lists).status_code == 303
    page = led.get(f"/chair/{led.code}")
    assert "Do máy khác in." in page
    assert "Nộp danh sách" not in page


def test_chairs_page_says_why_lists_are_refused(led: ChairEvening) -> None:
    led.act("chair/slips/order", count_A="6")
    answer = upload(led, b"{}")
    assert answer.status_code == 409
    assert "Tệp danh sách thẻ không dùng được" in answer.get_data(as_text=True)


def test_chairs_page_asks_for_a_file(led: ChairEvening) -> None:
    led.act("chair/slips/order", count_A="6")
    answer = led.send("chair/slips/lists")
    assert answer.status_code == 400
    assert "Chưa chọn tệp" in answer.get_data(as_text=True)


def test_chairs_page_takes_back_an_order(led: ChairEvening) -> None:
    led.act("chair/slips/order", count_A="6")
    led.act("chair/slips/withdrawal", series="A")
    assert "đã đặt in" not in led.get(f"/chair/{led.code}")
    led.print_slips(count=6)


def test_page_takes_the_lists_of_the_largest_meeting(led: ChairEvening) -> None:
    """A file of 5 MB is read, and refused for what it holds; other forms stay small."""
    answer = upload(led, b"x" * 5_000_000)
    assert answer.status_code == 409
    assert upload(led, b"x" * 9_000_000).status_code == 413
    huge = led.chair.post(f"/chair/{led.code}/slips/withdrawal", data={"series": "A" * 2_000_000})
    assert huge.status_code == 413


def test_no_slip_page_of_the_server_is_cacheable_or_shows_a_code(led: ChairEvening) -> None:
    answer = led.act("chair/slips/order", count_A="6")
    assert not re.search(b"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", answer.data)
