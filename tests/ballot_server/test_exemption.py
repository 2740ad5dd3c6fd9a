"""Exemptions by date: decided, begun, not over, not returned; a proposal and "giảm" never count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballot_server.domain.exemption import (
    EntryId,
    ExemptionReason,
    Grant,
    MemberId,
    RegisterEntry,
    ReliefKind,
    Standing,
    choose_exemption,
)
from ballot_server.domain.member import Exemption, ExemptionBook

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
ONE_DAY = timedelta(days=1)
AGE = Exemption(ExemptionBook.AGE_HEALTH, "12-NQ/CB", FIRST, LAST)
GRANT = Grant(
    ExemptionBook.OTHER,
    starts=FIRST,
    ends=LAST,
    reason=ExemptionReason.MATERNITY,
    resolution_number="13-NQ/CB",
    resolution_on=date(2025, 12, 20),
    decision_number="41-QĐ/ĐU",
    decision_on=date(2025, 12, 28),
)


def write(grant: Grant = GRANT, number: int = 1) -> RegisterEntry:
    return RegisterEntry(EntryId(number), MemberId(1), grant)


@pytest.mark.parametrize(
    ("on", "expected"),
    [(FIRST - ONE_DAY, False), (FIRST, True), (LAST, True), (LAST + ONE_DAY, False)],
)
def test_exemption_counts_from_its_first_day_to_its_last(on: date, expected: bool) -> None:
    assert AGE.is_in_force(on) is expected


def test_exemption_counts_from_the_decision_on_if_that_came_late() -> None:
    late = replace(AGE, decided_on=date(2026, 2, 1))
    assert (late.is_in_force(date(2026, 1, 31)), late.is_in_force(date(2026, 2, 1))) == (False, True)


def test_exemption_counts_until_the_day_before_the_return() -> None:
    back = replace(AGE, returned_on=date(2026, 3, 1))
    assert (back.is_in_force(date(2026, 2, 28)), back.is_in_force(date(2026, 3, 1))) == (True, False)


def test_lapsed_exemption_stands_until_the_return_is_written() -> None:
    assert AGE.has_lapsed(LAST + ONE_DAY)
    assert not replace(AGE, returned_on=LAST + ONE_DAY).has_lapsed(LAST + ONE_DAY)


@pytest.mark.parametrize(
    ("entry", "on", "expected"),
    [
        (write(), FIRST - ONE_DAY, Standing.NOT_BEGUN),
        (write(), FIRST, Standing.IN_FORCE),
        (write(), LAST, Standing.IN_FORCE),
        (write(), LAST + ONE_DAY, Standing.LAPSED),
        (write(), date(2025, 12, 27), Standing.PROPOSED),
        (write(replace(GRANT, decision_number="", decision_on=None)), FIRST, Standing.PROPOSED),
        (replace(write(), returned_on=date(2026, 2, 1)), date(2026, 2, 1), Standing.RETURNED),
        (replace(write(), returned_on=date(2026, 2, 1)), date(2026, 1, 31), Standing.IN_FORCE),
        (replace(write(), struck="ghi nhầm"), FIRST, Standing.STRUCK),
        (write(Grant(ExemptionBook.AGE_HEALTH, FIRST, kind=ReliefKind.REDUCTION)), FIRST, Standing.REDUCED),
    ],
)
def test_entry_stands_as_its_papers_and_dates_say(entry: RegisterEntry, on: date, expected: Standing) -> None:
    assert entry.stand_on(on) is expected


def test_proposal_of_book_two_is_no_exemption_though_the_unit_resolved() -> None:
    assert write(replace(GRANT, decision_number="", decision_on=None)).to_exemption() is None


def test_reduction_is_no_exemption_though_the_unit_resolved() -> None:
    reduced = Grant(
        ExemptionBook.AGE_HEALTH, FIRST, kind=ReliefKind.REDUCTION, resolution_number="1", resolution_on=FIRST
    )
    assert write(reduced).to_exemption() is None


def test_exemption_carries_the_number_that_decided() -> None:
    first = Grant(ExemptionBook.AGE_HEALTH, FIRST, resolution_number="12-NQ/CB", resolution_on=FIRST)
    numbers = [entry.resolution for entry in (write().to_exemption(), write(first).to_exemption()) if entry]
    assert numbers == ["41-QĐ/ĐU", "12-NQ/CB"]


@pytest.mark.parametrize(("on", "days", "expected"), [(LAST, 0, True), (LAST - 31 * ONE_DAY, 30, False)])
def test_lapses_within_counts_days_to_the_last_one(on: date, days: int, expected: bool) -> None:
    assert write().lapses_within(on, days) is expected


@pytest.mark.parametrize(("reason", "book"), [(each, each.book) for each in ExemptionReason])
def test_only_age_and_health_belong_to_book_one(reason: ExemptionReason, book: ExemptionBook) -> None:
    assert (book is ExemptionBook.AGE_HEALTH) is (reason.value in ("age", "health"))


def test_roll_shows_what_is_in_force_before_what_lapsed() -> None:
    old = write(replace(GRANT, starts=date(2025, 1, 1), ends=date(2025, 6, 30), decision_on=None), 2)
    assert choose_exemption([old, write()], FIRST) == write().to_exemption()
    assert choose_exemption([old, write()], date(2025, 12, 29)) == write().to_exemption()
    assert choose_exemption([old], FIRST) == old.to_exemption()


def test_roll_shows_nothing_of_proposals_returns_and_struck_lines() -> None:
    entries = [
        write(replace(GRANT, decision_number="", decision_on=None)),
        replace(write(), returned_on=FIRST),
        replace(write(), struck="x"),
    ]
    assert choose_exemption(entries, FIRST) is None


DAYS = st.dates(date(2025, 1, 1), date(2027, 1, 1))
MAYBE = st.none() | DAYS


@given(DAYS, MAYBE, MAYBE, MAYBE, DAYS)
def test_exemption_is_in_force_exactly_as_the_rule_says(
    starts: date, ends: date | None, decided: date | None, returned: date | None, on: date
) -> None:
    exemption = Exemption(ExemptionBook.OTHER, "1", starts, ends, decided, returned)
    expected = starts <= on <= (ends or date.max) and (decided or date.min) <= on and not (returned or date.max) <= on
    assert exemption.is_in_force(on) is expected


@given(st.lists(st.tuples(DAYS, DAYS, MAYBE, st.booleans()), max_size=6), DAYS)
def test_roll_shows_an_exemption_in_force_whenever_the_books_hold_one(
    lines: list[tuple[date, date, date | None, bool]], on: date
) -> None:
    entries = [
        replace(
            write(replace(GRANT, starts=min(a, b), ends=max(a, b), decision_on=date(2024, 1, 1)), number),
            returned_on=returned,
            struck="x" if struck else "",
        )
        for number, (a, b, returned, struck) in enumerate(lines, start=1)
    ]
    shown = choose_exemption(entries, on)
    assert (shown is not None and shown.is_in_force(on)) is any(
        entry.stand_on(on) is Standing.IN_FORCE for entry in entries
    )
