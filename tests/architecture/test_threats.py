"""What the threat model says is shown by tests, is."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "crypto" / "THREATS.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([a-z0-9_/]+\.py)::(test_[a-z0-9_]+)`", TEXT)
CLAIM = re.compile(r"^- \*\*[^*]*\bNo\b[^*]*\*\*")
LONGEST_LINE = 130


@cache
def list_tests(path: str) -> frozenset[str]:
    """Return the names of a file's tests."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def list_claims() -> list[str]:
    """Return the points that answer "No", each with the tests that follow it."""
    points = re.split(r"\n(?=- |#)", TEXT)
    return [point for point in points if CLAIM.match(point)]


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_test_that_the_threats_name_exists(path: str, name: str) -> None:
    assert name in list_tests(path)


@pytest.mark.parametrize("claim", list_claims(), ids=lambda claim: claim[:60])
def test_every_no_of_the_threats_names_a_test(claim: str) -> None:
    assert "::test_" in claim


def test_threats_answer_no_and_name_tests() -> None:
    assert len(list_claims()) >= 15
    assert len(NAMED) == TEXT.count("::")


def test_threats_keep_their_lines_short() -> None:
    assert not [line for line in TEXT.splitlines() if len(line) > LONGEST_LINE]
