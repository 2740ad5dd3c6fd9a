"""Cumulation: whoever wants the severer form wants at least the milder one.

    0  "no measure" with what it needs is the result
    1  a form that reaches its own need alone is the result
    2  else run = 0; for each form from the severest: run += its votes; the first form with run ≥ its need is the result
    3  else nothing is concluded

"No measure", blank and invalid ballots are never added to the run. N = 20, expulsion 8, warning 5, reprimand 7: 8 < 14,
then 13 ≥ 11, so the result is a warning.

Source: 22-QĐ/TW (28/7/2021), article 15; step 0 is an inference.
"""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.domain.threshold import TestResult, passes
from ballot_server.rules.model import Cumulation


@dataclass(frozen=True)
class CumulationRow:
    """One form on the ballot: its own votes, those of it and all severer forms, its need, and whether it has it."""

    form: str
    votes: int
    run: int
    needed: int
    reached: bool


def cumulate(cumulation: Cumulation, tests: tuple[TestResult, ...]) -> tuple[str, tuple[CumulationRow, ...]]:
    """Return the outcome's id and the table of the forms on the ballot, severest first.

    tests: one of each option on the ballot; a form that is not among them is not on the ballot.
    """
    by_option = {test.option: test for test in tests}
    forms = [by_option[form] for form in cumulation.order if form in by_option]
    rows = _list_rows(forms)
    if by_option[cumulation.apart].passed:
        return cumulation.apart, rows
    for test in forms:
        if test.passed:
            return test.option, rows
    for row in rows:
        if row.reached:
            return row.form, rows
    return cumulation.otherwise, rows


def _list_rows(forms: list[TestResult]) -> tuple[CumulationRow, ...]:
    rows: list[CumulationRow] = []
    run = 0
    for test in forms:
        run += test.got
        reached = passes(test.threshold, test.base, run)
        rows.append(CumulationRow(form=test.option, votes=test.got, run=run, needed=test.needed, reached=reached))
    return tuple(rows)
