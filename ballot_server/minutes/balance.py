"""The last check before minutes are printed: every count agrees with its neighbours.

The same identities hold when an election is closed; they are held again here, on the values that go to paper, because
signed minutes that contradict themselves cannot be called back. Source: RULES, counts every minutes must carry.
"""

from __future__ import annotations

from ballot_server.errors import BallotServerError
from ballot_server.minutes.record import ContestRecord, ElectionRecord, MinutesRecord, SlipCounts


class MinutesMismatchError(BallotServerError):
    """Two counts of the minutes disagree.

    `identity` is the rule with its names, `left` and `right` are the two values that should be one (or in order).
    """

    def __init__(self, *, election: str, identity: str, left: int, right: int) -> None:
        super().__init__(election=election, identity=identity, left=left, right=right)


def check_minutes(record: MinutesRecord) -> None:
    """Check every election of the minutes. Raises: MinutesMismatchError for the first identity that fails."""
    for election in record.elections:
        _check_slips(election)
        for contest in election.contests:
            _check_contest(election, contest)


def _check_slips(election: ElectionRecord) -> None:
    slips = election.slips
    equal = _Equalities(election.title)
    equal.check("printed = handed_out + left_over", slips.printed, slips.handed_out + slips.left_over)
    equal.check(
        "issued = handed_out - void + paper_issued", slips.issued, slips.handed_out - slips.void + slips.paper_issued
    )
    equal.check("issued = returned + not_returned", slips.issued, slips.returned + slips.not_returned)
    equal.check("returned = valid + invalid", slips.returned, slips.valid + slips.invalid)
    equal.check_order("returned <= present", slips.returned, election.present)
    equal.check_order("issued - lost <= present", slips.issued - slips.lost, election.present)
    equal.check_order("present <= summoned", election.present, election.summoned)
    equal.check_order("paper_returned <= returned", slips.paper_returned, slips.returned)
    equal.check_order("0 <= smallest count", 0, _find_smallest(slips))


def _check_contest(election: ElectionRecord, contest: ContestRecord) -> None:
    valid, blank = election.slips.valid, contest.blank.count
    total = sum(option.count for option in contest.options)
    equal = _Equalities(f"{election.title}, {contest.subject}")
    if contest.marks == 1:
        equal.check("options + blank = valid", total + blank, valid)
    else:
        equal.check_order("valid - blank <= options", valid - blank, total)
        equal.check_order("options <= marks * (valid - blank)", total, contest.marks * (valid - blank))
    for option in (*contest.options, contest.blank):
        equal.check_order("0 <= count", 0, option.count)
        equal.check_order("count <= valid", option.count, valid)
        equal.check_order("paper <= count", option.paper or 0, option.count)


def _find_smallest(slips: SlipCounts) -> int:
    return min(
        slips.printed, slips.handed_out, slips.void, slips.lost, slips.left_over, slips.issued, slips.returned,
        slips.not_returned, slips.valid, slips.invalid, slips.paper_issued, slips.paper_returned,
    )  # fmt: skip


class _Equalities:
    """Comparisons within one election, whose name goes into the error."""

    def __init__(self, election: str) -> None:
        self._election = election

    def check(self, identity: str, left: int, right: int) -> None:
        if left != right:
            raise MinutesMismatchError(election=self._election, identity=identity, left=left, right=right)

    def check_order(self, identity: str, smaller: int, larger: int) -> None:
        if smaller > larger:
            raise MinutesMismatchError(election=self._election, identity=identity, left=smaller, right=larger)
