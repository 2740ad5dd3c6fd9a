"""The JSON of a combined report: every value, whole numbers alone, the same bytes each time."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ballot_server.minutes.combined_json import FORMAT, render_combined_json
from tests.support.combined_reports import combine_sample


def refuse_float(text: str) -> float:
    raise AssertionError(f"a number that is not whole: {text}")


def test_json_holds_every_value_of_the_report() -> None:
    combined = combine_sample()
    tree = json.loads(render_combined_json(combined), parse_float=refuse_float)
    assert tree["format"] == FORMAT
    assert tree["counts"] == {"listed": 12, "reported": 9, "missing": 3, "files": 19, "left_out": 10}
    assert tree["total"]["ballots"] == combined.total.ballots
    first = tree["units"][0]["reports"][0]["report"]["elections"][0]["contests"][0]["options"][0]
    assert first["count"] == combined.units[0].reports[0].report.elections[0].contests[0].options[0].count
    assert [each["cause"] for each in tree["left_out"]] == [left.cause.value for left in combined.left_out]
    assert [each["name"] for each in tree["missing"]] == [unit.name for unit in combined.missing]


def test_json_is_the_same_bytes_with_keys_in_order() -> None:
    data = render_combined_json(combine_sample())
    assert data == render_combined_json(combine_sample())
    tree = json.loads(data)
    assert list(tree) == sorted(tree)


@pytest.mark.parametrize("name", ["\udcff.json", 'a"b\\', "\u2028", "\x00", "ệ"])
def test_json_keeps_any_name_of_a_file(name: str) -> None:
    combined = combine_sample()
    left_out = tuple(replace(each, file=name) for each in combined.left_out)
    tree = json.loads(render_combined_json(replace(combined, left_out=left_out)))
    assert {each["file"] for each in tree["left_out"]} == {name}
