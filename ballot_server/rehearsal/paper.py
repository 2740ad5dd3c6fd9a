"""The paper side of a rehearsal: who takes paper, what is marked on it, and two tellers who count it."""

from __future__ import annotations

from collections.abc import Sequence

from ballot_server.domain.paper import CountSheet, InvalidCount
from ballot_server.domain.scenario import Scenario, ScenarioElection, VoteMode
from ballot_server.services.count_paper import CounterCode, enter_sheet, seat_counters
from ballot_server.services.election_plan import ElectionPlan
from ballot_server.storage.engine import Database
from crypto.ballot import Selection
from crypto.group import RandomBytes

SPARE_BALLOTS = 2
"""Paper ballots printed beyond those handed out."""

_NAMELESS = ("Người kiểm phiếu 1", "Người kiểm phiếu 2")


def count_people_on_paper(scenario: Scenario) -> int:
    """Return how many of those present take paper in every election of a mixed meeting.

    What the scenario says, else a third of the smallest vote and no fewer than the floor; nobody where one way of
    voting would be left with too few ballots.
    """
    if scenario.meeting.mode is not VoteMode.MIXED:
        return 0
    said = [election.paper + election.invalid for election in scenario.elections if election.paper is not None]
    if said:
        return max(said)
    fewest = min(election.ballots for election in scenario.elections)
    chosen = max(scenario.meeting.floor, fewest // 3)
    return chosen if fewest - chosen >= scenario.meeting.floor else 0


def split_ballots(
    election: ScenarioElection, marked: Sequence[tuple[Selection, ...]], people: int
) -> tuple[Sequence[tuple[Selection, ...]], Sequence[tuple[Selection, ...]]]:
    """Return what is marked on phones and on paper, of ballots that are in no telling order."""
    on_paper = people - election.invalid if election.paper is None else election.paper
    on_paper = max(0, min(on_paper, len(marked)))
    return marked[on_paper:], marked[:on_paper]


def fill_sheet(plan: ElectionPlan, marked: Sequence[tuple[Selection, ...]], *, invalid: int) -> CountSheet:
    """Return what a teller who counts rightly writes down, blank last."""
    counts = []
    for place, contest in enumerate(plan.contests):
        row = [0] * (len(contest.options) + 1)
        for selections in marked:
            for mark in selections[place] or (len(contest.options),):
                row[mark] += 1
        counts.append(tuple(row))
    reasons = (InvalidCount("không rõ chọn ô nào", invalid),) if invalid else ()
    return CountSheet(ballots=len(marked) + invalid, reasons=reasons, counts=tuple(counts))


def count_twice(
    database: Database,
    sheet: CountSheet,
    *,
    meeting: str,
    election: str,
    names: Sequence[str],
    random_bytes: RandomBytes,
) -> tuple[CounterCode, ...]:
    """Let two tellers enter what they counted, each with a code of their own."""
    tellers = names[:2] if len(names) > 1 else _NAMELESS
    codes = seat_counters(database, meeting=meeting, election=election, names=tellers, random_bytes=random_bytes)
    for code in codes:
        enter_sheet(database, code.code, sheet)
    return codes
