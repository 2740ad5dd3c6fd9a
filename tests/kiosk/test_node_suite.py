"""The browser's own tests, run by Node."""

import re
from pathlib import Path

import pytest

from tests.support.kiosk import BrowserSide, run_node


def test_every_check_holds_in_node(browser_side: BrowserSide) -> None:
    output = run_node(["--test", "--test-reporter=tap", str(browser_side.folder / "crypto.test.mjs")])
    totals = {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", output, re.MULTILINE)}
    assert totals["tests"] > 500
    assert totals["pass"] == totals["tests"]


def test_node_fails_when_a_check_does_not_hold(tmp_path: Path) -> None:
    broken = tmp_path / "broken.test.mjs"
    broken.write_text('import test from "node:test"; test("no", () => { throw new Error("no"); });', encoding="utf-8")
    with pytest.raises(AssertionError, match="# fail 1"):
        run_node(["--test", "--test-reporter=tap", str(broken)])
