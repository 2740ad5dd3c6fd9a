"""Thresholds: how many votes a fraction of a base asks for, in whole numbers and fractions only.

Of a base N, > 1/2 asks for ⌊N/2⌋ + 1 votes, ≥ 1/2 for ⌈N/2⌉, ≥ 2/3 for ⌈2N/3⌉ and > 2/3 for ⌊2N/3⌋ + 1. With N = 21
and ≥ 2/3 that is 14: fourteen votes pass, thirteen do not. With base 0 nothing passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil, floor


class Comparator(Enum):
    """Whether the fraction itself passes (từ … trở lên) or only more than it (quá …)."""

    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


@dataclass(frozen=True)
class Threshold:
    """A fraction of the base, 0 < fraction ≤ 1, and how it is compared."""

    comparator: Comparator
    fraction: Fraction


def needed(threshold: Threshold, base: int) -> int:
    """Return the smallest number of votes that passes; of base 0, where nothing passes, 1."""
    share = threshold.fraction * base
    least = ceil(share) if threshold.comparator is Comparator.AT_LEAST else floor(share) + 1
    return max(least, 1)


def passes(threshold: Threshold, base: int, got: int) -> bool:
    """Tell whether `got` votes pass of a base; of base 0 nothing passes."""
    return base > 0 and got >= needed(threshold, base)


@dataclass(frozen=True)
class TestResult:
    """One test as it was applied: `got` votes for an option against `needed` of `base`."""

    __test__ = False  # The name says what a rule-set calls it; pytest must not collect it.

    id: str
    option: str
    threshold: Threshold
    base: int
    needed: int
    got: int
    passed: bool

    def to_json(self) -> dict[str, object]:
        """Return the test as `result.json` writes it."""
        fraction = self.threshold.fraction
        return {
            "option": self.option,
            self.threshold.comparator.value: [fraction.numerator, fraction.denominator],
            "base": self.base,
            "needed": self.needed,
            "got": self.got,
            "passed": self.passed,
        }


def apply_threshold(test_id: str, option: str, threshold: Threshold, *, base: int, got: int) -> TestResult:
    """Return the result of one test."""
    return TestResult(
        id=test_id,
        option=option,
        threshold=threshold,
        base=base,
        needed=needed(threshold, base),
        got=got,
        passed=passes(threshold, base, got),
    )
