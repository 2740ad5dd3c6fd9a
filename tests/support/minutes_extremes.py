"""Records of minutes at the ends of what a meeting can be: one voter, sixty candidates, names without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ballot_server.minutes.record import (
    AttendanceRecord,
    BaseRecord,
    ContestRecord,
    CumulationRecord,
    ExemptMember,
    MinutesRecord,
    OptionRecord,
    SlipCounts,
    TestRecord,
)
from tests.support.minutes_samples import BASES, make_contest, make_election, make_large_minutes, make_minutes

LETTERS = 200
LONG_NAME = " ".join(("Nguyễn Hoàng Phương Thảo Nguyên Bảo Khánh Trường Giang",) * 4)[:LETTERS].strip()
ENDLESS_NAME = " ".join(("Nguyễn Thị Dài Vô Tận",) * 250)[:5000].strip()

RETURNED = BaseRecord("số phiếu thu về", 15, "thu về")
LEVELS = ("Tín nhiệm cao", "Tín nhiệm", "Tín nhiệm thấp")


def make_confidence(subject: str = "Đồng chí Vũ Thị An", low: int = 9, *, detail: str = "") -> ContestRecord:
    """Return a vote of confidence of 15 ballots, one blank: low asks for consequences from 8, and for more from 10."""
    high = 5 if low <= 9 else 14 - low
    counts = (high, 14 - low - high, low)
    return ContestRecord(
        subject=subject,
        detail=detail,
        options=tuple(OptionRecord(label, count) for label, count in zip(LEVELS, counts, strict=True)),
        blank=OptionRecord("Phiếu trắng", 1),
        bases=(RETURNED, BASES[1]),
        tests=(
            TestRecord(LEVELS[2], 8, 15, low, passed=low >= 8),
            TestRecord(LEVELS[2], 10, 15, low, passed=low >= 10),
        ),
        outcome="Số phiếu tín nhiệm thấp quá một nửa",
        clause="Điều 12",
    )


def make_discipline() -> ContestRecord:
    """Return a vote on forms of discipline of 15 ballots, one blank: of 18, 12 or 10 are needed."""
    votes = (("Khai trừ", 6, 12), ("Cách chức", 0, 10), ("Cảnh cáo", 4, 10), ("Khiển trách", 3, 10))
    run, rows = 0, []
    for form, count, needed in votes:
        run += count
        rows.append(CumulationRecord(form, count, run, needed, reached=run >= needed))
    apart = ("Không kỷ luật", 1, 10)
    return ContestRecord(
        subject="Đồng chí Trần Văn Bảo",
        options=tuple(OptionRecord(form, count) for form, count, _ in (*votes, apart)),
        blank=OptionRecord("Phiếu trắng", 1),
        bases=BASES,
        tests=tuple(
            TestRecord(form, needed, 18, count, passed=count >= needed) for form, count, needed in (*votes, apart)
        ),
        outcome="Cảnh cáo",
        clause="Điều 15",
        cumulation=tuple(rows),
    )


def make_candidates(count: int, name: str = "Nguyễn Văn Ứng Cử {place}") -> ContestRecord:
    """Return an election of candidates by 15 ballots of 18, with a table row, a bar and an outcome for each."""
    votes = [(place * 7) % 15 for place in range(count)]
    names = [name.format(place=place) for place in range(1, count + 1)]
    return ContestRecord(
        subject="Bầu ban chấp hành",
        options=tuple(
            OptionRecord(label, got, outcome="Trúng cử" if got >= 10 else "Không trúng cử")
            for label, got in zip(names, votes, strict=True)
        ),
        blank=OptionRecord("Phiếu trắng", 1),
        bases=BASES,
        tests=tuple(TestRecord(label, 10, 18, got, passed=got >= 10) for label, got in zip(names, votes, strict=True)),
        outcome="Số người trúng cử ít hơn số lượng cần bầu",
        clause="Điều 32",
        marks=count,
        seats=min(15, count),
    )


def make_one_voter() -> MinutesRecord:
    """Return minutes of a meeting with one voter and one teller."""
    contest = replace(
        make_contest(),
        options=(OptionRecord("Đồng ý", 1), OptionRecord("Không đồng ý", 0)),
        blank=OptionRecord("Phiếu trắng", 0),
        bases=(BaseRecord("đảng viên chính thức", 1, "cơ sở"),),
        tests=(TestRecord("Đồng ý", 1, 1, 1, passed=True),),
    )
    slips = SlipCounts(1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0)
    election = replace(make_election(contest), summoned=1, present=1, slips=slips)
    attendance = AttendanceRecord(1, 1, (), (), ())
    return replace(make_minutes(election), attendance=attendance, tellers=("Một",), annulled=(), incidents=())


def make_exempt(count: int) -> MinutesRecord:
    """Return minutes with so many exempt members."""
    members = tuple(
        ExemptMember(f"Trần Thị Miễn {place}", "Tuổi cao, sức khỏe yếu", f"Nghị quyết {place}-NQ/CB ngày 03/3/2025")
        for place in range(1, count + 1)
    )
    record = make_minutes()
    return replace(record, attendance=replace(record.attendance, exempt=members))


def make_absentees(count: int) -> MinutesRecord:
    """Return minutes with so many absent with reason, and half as many without."""
    record = make_minutes()
    attendance = replace(
        record.attendance,
        summoned=15 + count + count // 2,
        absent_excused=tuple(f"Nguyễn Thị Vắng Mặt {place}" for place in range(1, count + 1)),
        absent_unexcused=tuple(f"Lê Văn Không Phép {place}" for place in range(1, count // 2 + 1)),
    )
    return replace(record, attendance=attendance)


def make_named(name: str) -> MinutesRecord:
    """Return minutes in which everybody and everything has this name."""
    contest = make_contest(name, detail=name)
    labelled = replace(
        contest,
        options=(OptionRecord(name, 12), OptionRecord(f"{name} B", 2)),
        tests=(TestRecord(name, 12, 18, 12, passed=True),),
        outcome=name,
    )
    record = make_minutes(make_election(contest, labelled, title=name))
    attendance = replace(
        record.attendance,
        absent_excused=(name, name),
        absent_unexcused=(name,),
        exempt=(ExemptMember(name, name, name),),
    )
    return replace(
        record,
        superior=name,
        unit=name,
        place=name,
        chair=name,
        clerk=name,
        tellers=(name,) * 5,
        title=name,
        form=name,
        network=name,
        printing=name,
        incidents=(name,),
        attendance=attendance,
        annulled=(replace(record.annulled[0], title=name, ground=name),),
    )


def make_levels(contests: int) -> MinutesRecord:
    """Return minutes of a confidence vote on so many people."""
    people = (make_confidence(f"Đồng chí Nguyễn Văn Số {place}", place % 13) for place in range(1, contests + 1))
    return make_minutes(make_election(*people, title="Lấy phiếu tín nhiệm"))


EXTREMES: Mapping[str, Callable[[], MinutesRecord]] = {
    "one voter": make_one_voter,
    "60 candidates": lambda: make_minutes(make_election(make_candidates(60))),
    "60 candidates of 200 letters": lambda: make_minutes(make_election(make_candidates(60, "{place} " + LONG_NAME))),
    "500 absentees": lambda: make_absentees(500),
    "500 exempt": lambda: make_exempt(500),
    "names of 200 letters": lambda: make_named(LONG_NAME),
    "names of 5,000 characters": lambda: make_named(ENDLESS_NAME),
    "14 contests of 3 options": lambda: make_levels(14),
    "30 contests": lambda: make_large_minutes(30),
    "discipline": lambda: make_minutes(make_election(make_discipline())),
}
