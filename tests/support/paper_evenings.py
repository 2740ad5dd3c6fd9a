"""Evenings with paper ballots, led from the chair's pages, with two tellers who count on devices of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from werkzeug.test import TestResponse

from tests.support.chair_evenings import TELLERS, ChairEvening
from tests.support.staff import StaffClient, browse

SHEET = {"ballots": "4", "c0_o0": "3", "c0_o1": "0", "c0_blank": "0", "reason_signed": "1"}
"""What a teller enters who found three ballots that agree and one that is signed."""


def name_tellers(evening: ChairEvening, election: str = "s1") -> list[str]:
    """Let the chair name the two tellers who count; return their codes as the page shows them once."""
    answer = evening.act(f"chair/elections/{election}/paper/counters", counter_1=TELLERS[0], counter_2=TELLERS[1])
    codes = re.findall(r'<p class="code">([0-9A-Z-]{19})</p>', answer.get_data(as_text=True))
    assert len(codes) == 2
    return codes


def visit_count(evening: ChairEvening) -> StaffClient:
    """Return a teller's browser, which nobody has signed in with, on the page that asks for a code."""
    client = browse(evening.chair.application)
    assert client.get("/count").status_code == 200
    return client


def enter(client: StaffClient, code: str, sheet: Mapping[str, str]) -> TestResponse:
    """Send a teller's numbers."""
    return client.post("/count/sheet", data={"code": code, **sheet})


def count_paper(evening: ChairEvening, sheet: Mapping[str, str], election: str = "s1") -> None:
    """Let two tellers enter the same numbers, each on a device of their own."""
    for code in name_tellers(evening, election):
        answer = enter(visit_count(evening), code, sheet)
        assert answer.status_code == 200, answer.get_data(as_text=True)
