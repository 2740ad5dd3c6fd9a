"""What servers that lie about rules, outcomes or minutes write, by the name of the lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crypto.encoding import JsonObject
from tests.support.ruled_archives import CANDIDATES, Change, build_election_archive


def change_at(*path: str | int, to: object) -> Change:
    """Return a change of one value at a path."""

    def change(body: JsonObject) -> JsonObject:
        def descend(value: Any, steps: tuple[str | int, ...]) -> Any:
            if not steps:
                return to
            step, *rest = steps
            changed = descend(value[step] if isinstance(step, int) else value.get(step), tuple(rest))
            if isinstance(value, dict):
                return {**value, step: changed}
            assert isinstance(step, int)
            return [*value[:step], changed, *value[step + 1 :]]

        changed: JsonObject = descend(body, path)
        return changed

    return change


def drop(key: str) -> Change:
    """Return a change that leaves one key out."""
    return lambda body: {name: value for name, value in body.items() if name != key}


OUTCOMES: dict[str, Change] = {
    "outcome": change_at("contests", 0, "outcome", "id", to="listed"),
    "counts": change_at("contests", 0, "counts", "agree", to=3),
    "needed": change_at("contests", 0, "tests", 0, "needed", to=2),
    "passed": change_at("contests", 0, "tests", 0, "passed", to=True),
    "base": change_at("base", "value", to=3),
    "present": change_at("present", to=4),
    "mark": change_at("mark", to="?"),
    "truth as a number": change_at("in_force", to=1),
    "id": change_at("id", to="s2"),
    "missing": drop("returned"),
    "added": change_at("remark", to="also"),
}
MINUTES: dict[str, Change] = {
    "nothing": lambda _: {},
    "no election": change_at("elections", to=[]),
    "returned": change_at("elections", 0, "returned", to=4),
    "counts": change_at("elections", 0, "contests", 0, "counts", "agree", to=3),
    "truth as a number": change_at("elections", 0, "in_force", to=1),
    "added": change_at("absent", to=0),
}
RULES: dict[str, Change] = {
    "present": change_at("present", to=2),
    "summoned": change_at("summoned", to=5),
    "base": change_at("base", "value", to=3),
    "parts": change_at("base", "parts", "exempt", to=2),
    "date": change_at("meeting_date", to="2026-01-16"),
    "mark": change_at("mark", to="?"),
    "contests": change_at("contests", 0, "id", to="c2"),
    "follows": change_at("contests", 0, "follows", to={"election": "s0", "contest": "c1"}),
    "barred": drop("barred"),
    "text": change_at("text", to="id = 1"),
}

ELECTIONS: dict[str, Callable[[], bytes]] = {
    "another standing": lambda: build_election_archive(
        change_result=change_at("contests", 0, "outcome", "candidates", "binh", to="elected")
    ),
    "no seat left": lambda: build_election_archive(
        change_result=change_at("contests", 0, "outcome", "seats_left", to=0)
    ),
    "no quorum": lambda: build_election_archive(change_result=drop("quorum")),
    "candidates in another order": lambda: build_election_archive(candidates=CANDIDATES[::-1]),
    "more marks than seats": lambda: build_election_archive(marks=3),
    "one seat sealed, two marks": lambda: build_election_archive(change_rules=change_at("contests", 0, "seats", to=1)),
    "another candidate sealed": lambda: build_election_archive(
        change_rules=change_at("contests", 0, "candidates", 2, to="dung")
    ),
    "quorum met as a number": lambda: build_election_archive(change_rules=change_at("quorum", "met", to=1)),
    "too few present for the quorum": lambda: build_election_archive(change_rules=change_at("present", to=2)),
}
