"""Verification of a board by anybody: checks V1 to V9 and V12. Spec: "Verification"."""

from crypto.verify.ballots import BallotFault, BallotResult, MapBallots, examine_ballot
from crypto.verify.counts import check_counts, check_paper_counts, check_paper_only_counts, check_paper_sums
from crypto.verify.model import CheckResult, ElectionReport, Placed, Progress, Report
from crypto.verify.verification import CHECKS, review_closed_board, verify_archive

__all__ = [
    "CHECKS",
    "BallotFault",
    "BallotResult",
    "CheckResult",
    "ElectionReport",
    "MapBallots",
    "Placed",
    "Progress",
    "Report",
    "check_counts",
    "check_paper_counts",
    "check_paper_only_counts",
    "check_paper_sums",
    "examine_ballot",
    "review_closed_board",
    "verify_archive",
]
