"""Reports as they come up: an honest one is read to its last number, and no change of any byte is ever accepted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from ballot_server.domain.received_report import LeftOutCause, Refusal, ReportSummary
from ballot_server.services import read_report as module
from ballot_server.services.read_report import LARGEST_REPORT_BYTES, ReportRefusedError, check_report, read_report
from ballot_server.services.report_file import Envelope, encode_report
from crypto.board import matches_head
from crypto.bodies import EntryKind
from crypto.encoding import encode_canonical
from tests.support.archives import resign
from tests.support.reports import (
    UnitMeeting,
    alter_report,
    begin_meeting,
    build_report,
    hold_meeting,
    list_unit,
    make_unit_seed,
    plan_election,
    sign_report,
)
from tests.support.ruled_archives import build_election_archive, build_mixed_archive, build_paper_archive

MEETING = UnitMeeting(7, votes=(0, 0, 0, 1, None), contests=2, absent=1)


@cache
def honest() -> bytes:
    return build_report(MEETING)


def find_cause(data: bytes) -> LeftOutCause:
    result = check_report(data)
    assert isinstance(result, Refusal)
    return result.cause


def summarise(archive: bytes) -> ReportSummary:
    """Return the summary of an archive of the sample unit, in an envelope that fits it."""
    opening = json.loads(archive.split(b"\n")[0])["body"]
    heads = [line for line in archive.split(b"\n") if b'"kind":"outcome"' in line]
    envelope = Envelope(
        unit=opening["unit"],
        superior=opening["superior"],
        meeting=opening["code"],
        date=opening["date"],
        head=sha256(heads[-1]).hexdigest(),
    )
    return read_report(encode_report(envelope, archive, make_unit_seed(1)))


def test_honest_report_is_read_to_its_last_number() -> None:
    summary = read_report(honest())
    [election] = summary.elections
    first, second = election.contests
    assert (summary.unit, summary.meeting, summary.held_on) == ("Chi bộ 7", MEETING.code, date(2026, 1, 15))
    assert summary.unit_key == list_unit(7).key
    assert summary.archive == sha256(json.loads(honest())["archive"].encode()).hexdigest()
    assert (summary.summoned, summary.present, summary.ballots) == (6, 5, 5)
    assert matches_head(summary.head_code, bytes.fromhex(summary.head))
    assert (election.issued, election.returned, election.not_returned, election.valid) == (5, 5, 0, 5)
    assert (election.invalid, election.blank, election.base_value, election.mark) == (0, 1, 6, "V")
    assert [(option.id, option.count, option.share) for option in first.options] == [
        ("agree", 3, "50.00"),
        ("disagree", 1, "16.67"),
    ]
    assert [(test.option, test.needed, test.base, test.got, test.passed) for test in second.tests] == [
        ("agree", 4, 6, 3, False)
    ]
    assert (first.outcome, first.outcome_text.vi[:9], first.proposed, first.seats) == (
        "not_listed", "Không đưa", False, None,
    )  # fmt: skip
    assert [outcome.id for outcome in election.rule_set.outcomes] == ["listed", "not_listed"]
    assert not election.rule_set.is_own


def test_election_of_candidates_says_what_became_of_each() -> None:
    [contest] = summarise(build_election_archive()).elections[0].contests
    assert [(option.id, option.count, option.standing) for option in contest.options] == [
        ("an", 3, "elected"), ("binh", 1, "not_elected"), ("chi", 1, "not_elected"),
    ]  # fmt: skip
    assert (contest.seats, contest.seats_left) == (2, 1)


def test_paper_beside_phones_and_alone_is_counted() -> None:
    [mixed] = summarise(build_mixed_archive()).elections
    [paper] = summarise(build_paper_archive()).elections
    assert (mixed.returned, mixed.invalid, mixed.valid, mixed.is_on_paper) == (7, 1, 6, False)
    assert (paper.returned, paper.is_on_paper) == (2, True)


def test_annulled_election_is_named_and_counts_nowhere() -> None:
    builder = begin_meeting(MEETING)
    builder.publish_list(slot=1)
    builder.hold_election(plan_election(MEETING))
    builder.annul("s1")
    builder.results.clear()
    entries = builder.finish().entries
    head = next(each.entry_hash.hex() for each in reversed(entries) if each.kind is EntryKind.ANNULLED)
    summary = read_report(sign_report(MEETING, entries, head=head))
    assert summary.elections == ()
    assert [(each.id, each.ground, each.is_damaged) for each in summary.annulled] == [("s1", "Sai mẫu số", False)]
    assert (summary.summoned, summary.present) == (6, 5)


def test_same_meeting_gives_the_same_bytes() -> None:
    assert build_report(MEETING) == honest()


# Every region of a small report, one flipped bit each: the archive's own bytes are covered by the signature, so the
# interesting half is what the signature is over and where it stands.
@pytest.mark.parametrize("region", ["start", "archive", "envelope", "end"])
def test_no_changed_byte_of_any_region_is_accepted(region: str) -> None:
    data = honest()
    tail = data.index(b'","date":"')
    places = {
        "start": range(60),
        "archive": random.Random(1).sample(range(60, tail), 60),
        "envelope": range(tail, len(data)),
        "end": range(len(data) - 80, len(data)),
    }[region]
    causes = set()
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        causes.add(find_cause(bytes(changed)))
    assert causes <= {LeftOutCause.NOT_A_REPORT, LeftOutCause.WRONG_SIGNATURE}


@pytest.mark.parametrize("cut", [0, 1, 100, 5_000, -2, -1])
def test_report_that_is_cut_short_is_left_out(cut: int) -> None:
    assert find_cause(honest()[:cut]) is LeftOutCause.NOT_A_REPORT


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b"null",
        b"\x00\xff\xfe",
        b"%PDF-1.7",
        b'{"archive":"' + b"[" * 1_000 + b'","date":""}',
        b'{"archive":"x","date":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"archive":"","date":1e999}',
        b'{"archive":"\\ud800","date":""}',
    ],
    ids=["object", "list", "null", "binary", "pdf", "text", "deep", "float", "surrogate"],
)
def test_what_is_no_report_is_left_out(data: bytes) -> None:
    assert find_cause(data) is LeftOutCause.NOT_A_REPORT


def test_bomb_of_nested_lists_is_refused_unread() -> None:
    bomb = b'{"archive":"","bomb":[' + b"[]," * 2**20 + b'[]],"date":""}'
    assert find_cause(bomb) is LeftOutCause.NOT_A_REPORT


def test_bomb_of_backslashes_is_refused_in_a_moment() -> None:
    assert find_cause(b'{"archive":"' + b"\\\\" * 2**20 + b"\\") is LeftOutCause.NOT_A_REPORT


def test_file_larger_than_a_report_may_be_is_left_out() -> None:
    assert find_cause(bytes(LARGEST_REPORT_BYTES + 1)) is LeftOutCause.UNREADABLE


def remove(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda report: report.pop(key)


def put(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda report: report.__setitem__(key, value)


KEYS = ("archive", "date", "format", "head", "meeting", "signature", "superior", "unit", "unit_key")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [None, 1, True, [], {}, ["x"], ""])
def test_wrong_type_of_any_member_is_left_out(key: str, value: object) -> None:
    cause = find_cause(alter_report(honest(), put(key, value)))
    signed_over = {"archive", "head"} if value == "" else set()
    assert cause is (LeftOutCause.WRONG_SIGNATURE if key in signed_over else LeftOutCause.NOT_A_REPORT)


@pytest.mark.parametrize("key", KEYS)
def test_missing_member_is_left_out(key: str) -> None:
    assert find_cause(alter_report(honest(), remove(key))) is LeftOutCause.NOT_A_REPORT


def test_member_too_many_is_left_out() -> None:
    assert find_cause(alter_report(honest(), put("note", "x"))) is LeftOutCause.NOT_A_REPORT


def test_doubled_member_is_left_out() -> None:
    assert find_cause(honest()[:-1] + b',"unit":"Chi b\xe1\xbb\x99 8"}') is LeftOutCause.NOT_A_REPORT


def test_report_in_another_form_of_json_is_left_out() -> None:
    spaced = json.dumps(json.loads(honest()), ensure_ascii=False, sort_keys=True).encode()
    assert find_cause(spaced) is LeftOutCause.NOT_A_REPORT


def test_another_format_is_left_out() -> None:
    assert find_cause(alter_report(honest(), put("format", "phieukin-report-2"))) is LeftOutCause.NOT_A_REPORT


def test_key_of_another_unit_under_the_same_signature_is_found() -> None:
    other = json.loads(build_report(UnitMeeting(8)))["unit_key"]
    assert find_cause(alter_report(honest(), put("unit_key", other))) is LeftOutCause.WRONG_SIGNATURE


@pytest.mark.parametrize("key", ["00" * 32, "01" + "00" * 31, "ff" * 32])
def test_key_that_is_no_key_is_found(key: str) -> None:
    assert find_cause(alter_report(honest(), put("unit_key", key))) is LeftOutCause.WRONG_SIGNATURE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit", "Chi bộ 8"),
        ("superior", "Đảng bộ phường khác"),
        ("meeting", "00000000"),
        ("date", "2027-01-15"),
        ("head", "00" * 32),
        ("head", ""),
    ],
)
def test_foreign_archive_in_a_units_own_envelope_is_found(field: str, value: str) -> None:
    result = check_report(sign_report(MEETING, hold_meeting(MEETING).entries, **{field: value}))
    assert result == Refusal(LeftOutCause.ENVELOPE_DIFFERS, detail=field)


def test_damaged_archive_that_its_unit_signed_is_left_out_by_check_and_entry() -> None:
    entries = hold_meeting(MEETING).entries
    lost = [entry for entry in entries if entry.kind is not EntryKind.TALLY]
    result = check_report(sign_report(MEETING, lost))
    assert isinstance(result, Refusal)
    assert (result.cause, result.check, result.entry) == (LeftOutCause.ARCHIVE_FAILS, "V1", 8)


def test_outcome_that_the_rules_do_not_draw_is_left_out_though_server_and_unit_signed_it() -> None:
    entries = hold_meeting(MEETING).entries

    def lie(entry: Any) -> Any:
        if entry.kind is not EntryKind.OUTCOME:
            return entry.body
        result = json.loads(encode_canonical(entry.body["result"]))
        result["contests"][0]["outcome"]["id"] = "listed"
        return {**entry.body, "result": result}

    board = resign(entries, lie)
    head = next(sha256(line).hexdigest() for line in board.split(b"\n") if b'"kind":"outcome"' in line)
    envelope = Envelope(MEETING.unit, "Đảng bộ phường Ngọc Lâm", MEETING.code, "2026-01-15", head)
    result = check_report(encode_report(envelope, board, make_unit_seed(7)))
    assert isinstance(result, Refusal)
    assert (result.cause, result.check) == (LeftOutCause.ARCHIVE_FAILS, "V10")


def test_rehearsal_is_left_out() -> None:
    assert find_cause(build_report(UnitMeeting(7, rehearsal=True))) is LeftOutCause.REHEARSAL


def test_board_that_has_not_ended_is_left_out() -> None:
    entries = hold_meeting(MEETING).entries[:-1]
    assert find_cause(sign_report(MEETING, entries)) is LeftOutCause.NOT_ENDED


def test_empty_archive_is_left_out() -> None:
    assert find_cause(sign_report(MEETING, [])) is LeftOutCause.ARCHIVE_FAILS


def test_strangers_archive_is_not_even_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "verify_archive", None)
    result = check_report(honest(), keys=frozenset({list_unit(8).key}))
    assert result == Refusal(LeftOutCause.FOREIGN, detail=list_unit(7).key)


def test_listed_units_archive_is_verified() -> None:
    assert isinstance(check_report(honest(), keys=frozenset({list_unit(7).key})), ReportSummary)


def test_fault_of_ours_is_told_as_such_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_archive: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "verify_archive", fail)
    assert check_report(honest()) == Refusal(LeftOutCause.NOT_CHECKED, detail="ZeroDivisionError")
    assert "the check of a report failed" in caplog.text


def test_read_raises_what_check_returns() -> None:
    with pytest.raises(ReportRefusedError) as caught:
        read_report(b"{}")
    assert caught.value.refusal == check_report(b"{}")
