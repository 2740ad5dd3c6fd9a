"""Read the scenario of a rehearsal, all or nothing: every problem is told by the path of its key.

What a rule-set says comes through two functions, so that this module knows no rules: which options it gives a contest,
and how many people on a roll are present and entitled to vote under it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ballot_server.domain.member import Roll
from ballot_server.domain.scenario import (
    DEFAULT_FLOOR,
    MOST_ELECTIONS,
    Scenario,
    ScenarioElection,
    ScenarioMeeting,
    ScenarioTrustees,
    VoteMode,
)
from ballot_server.services.import_roll import read_roll
from ballot_server.services.meeting_draft import LONGEST_WIFI_BYTES, is_network_name
from ballot_server.services.read_scenario_contest import People
from ballot_server.services.read_scenario_election import (
    CountPresentEntitled,
    FindOptions,
    MeetingFacts,
    check_follows,
    read_election,
)
from ballot_server.services.roll_problem import RollError
from ballot_server.services.scenario_problem import ScenarioCause, ScenarioError, ScenarioProblem
from ballot_server.services.scenario_table import ScenarioTable

LARGEST_FILE_BYTES = 2**20
_NO_TRUSTEES = ScenarioTrustees(count=0, threshold=0)
_PLACE_IN_MESSAGE = re.compile(r"at line (\d+)")


def read_scenario(path: Path, *, find_options: FindOptions, count_present_entitled: CountPresentEntitled) -> Scenario:
    """Return the scenario of a TOML file, its roll read from beside it.

    find_options: gives the options of a rule-set (an id, or the path of a rule file) on a date; None where there is no
    such rule-set. What it raises is told at the key.
    count_present_entitled: how many on the roll are present and may vote under a rule-set on a date.
    Raises: ScenarioError with every problem of the file.
    """
    problems: list[ScenarioProblem] = []
    top = ScenarioTable(_parse_file(path), "", problems)
    meeting_table = top.read_table("meeting")
    meeting = _read_meeting(meeting_table) if meeting_table else None
    roll = _read_roll(meeting_table, path.parent) if meeting_table else None
    # On paper alone there is no key, so nobody need say who would hold it.
    is_on_paper = meeting is not None and meeting.mode is VoteMode.PAPER
    trustees_table = None if is_on_paper and not top.has("trustees") else top.read_table("trustees")
    trustees = _read_trustees(trustees_table) if trustees_table else _NO_TRUSTEES if is_on_paper else None
    facts = MeetingFacts(
        folder=path.parent,
        on=meeting.date if meeting else None,
        people=None if roll is None else People(roll, meeting.tellers if meeting else ()),
        floor=0 if meeting is None or is_on_paper else meeting.floor,
        mode=meeting.mode if meeting else VoteMode.ELECTRONIC,
        find_options=find_options,
        count_present_entitled=count_present_entitled,
    )
    elections = _read_elections(top, facts)
    top.report_unknown_keys()
    if problems or meeting is None or roll is None or trustees is None:
        raise ScenarioError(problems)
    return Scenario(meeting, trustees, roll, elections)


def _parse_file(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise ScenarioError([ScenarioProblem(ScenarioCause.FILE_NOT_FOUND, value=path.name)]) from error
    if len(data) > LARGEST_FILE_BYTES:
        raise ScenarioError([ScenarioProblem(ScenarioCause.FILE_TOO_LARGE, value=path.name)])
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ScenarioError([ScenarioProblem(ScenarioCause.NOT_UTF8, value=str(line))]) from error
    except (ValueError, RecursionError) as error:
        # An error at the end of the document says no line; a number too long to read or too deep a nesting neither.
        place = _PLACE_IN_MESSAGE.search(str(error))
        line = int(place[1]) if place else data.count(b"\n") + 1
        raise ScenarioError([ScenarioProblem(ScenarioCause.NOT_TOML, value=str(line))]) from error


def _read_meeting(table: ScenarioTable) -> ScenarioMeeting | None:
    superior, unit, place = (table.read_text(key) for key in ("superior", "unit", "place"))
    chair, clerk = (table.read_text(key, needed=False) for key in ("chair", "clerk"))
    tellers = table.read_texts("tellers")
    floor = table.read_number("floor", least=1, needed=False)
    on = table.read_date("date")
    mode = table.read_text("mode", needed=False) or VoteMode.ELECTRONIC.value
    wifi = table.read_text("wifi", needed=False)
    table.has("roll")
    table.report_unknown_keys()
    if not is_network_name(wifi):
        table.report(ScenarioCause.WIFI_TOO_LONG, "wifi", expected=LONGEST_WIFI_BYTES)
    if mode not in {known.value for known in VoteMode}:
        table.report(ScenarioCause.UNKNOWN_MODE, "mode", value=mode)
        return None
    if on is None:
        return None
    return ScenarioMeeting(
        superior=superior,
        unit=unit,
        place=place,
        date=on,
        chair=chair,
        clerk=clerk,
        tellers=tellers,
        mode=VoteMode(mode),
        floor=DEFAULT_FLOOR if floor is None else floor,
        wifi=wifi,
    )


def _read_roll(table: ScenarioTable, folder: Path) -> Roll | None:
    path = table.read_file_name("roll", folder, ScenarioCause.ROLL_NOT_FOUND)
    if path is None:
        return None
    try:
        return read_roll(path, attendance_needed=True)
    except RollError as error:
        for reason in error.problems:
            table.report(ScenarioCause.ROLL_REFUSED, "roll", value=path.name, reason=reason)
        return None


def _read_trustees(table: ScenarioTable) -> ScenarioTrustees | None:
    count = table.read_number("count", least=1)
    threshold = table.read_number("threshold", least=1)
    table.report_unknown_keys()
    if count is None or threshold is None:
        return None
    is_majority = threshold < count and 2 * threshold > count
    if not is_majority and not threshold == count == 1:
        table.report(ScenarioCause.BAD_THRESHOLD, "threshold", value=threshold, expected=count)
    return ScenarioTrustees(count, threshold)


def _read_elections(top: ScenarioTable, facts: MeetingFacts) -> tuple[ScenarioElection, ...]:
    tables = top.read_tables("election")
    if len(tables) > MOST_ELECTIONS:
        top.report(ScenarioCause.TOO_MANY_ELECTIONS, "election", value=len(tables), expected=MOST_ELECTIONS)
    elections = tuple(read_election(table, facts) for table in tables)
    check_follows(tables, elections)
    return elections
