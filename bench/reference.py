"""The floor under a computation: the group operations that it asks for, at what each costs in the same run.

A figure in milliseconds says as much about the machine as about the program. Its ratio to the floor does not: 1.5 means
that half as much again as the curve arithmetic is spent on hashing, decoding, random bytes and the language.

Times are the processor's for this process, so that other work on the machine hardly counts. Counting and timing are
two runs, because counting slows the operations down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from secrets import token_bytes
from statistics import median
from time import process_time

from crypto import group


class Operation(Enum):
    """What libsodium is asked to do; a subtraction costs as much as an addition."""

    MULTIPLY = "multiply"
    MULTIPLY_BASE = "multiply_base"
    ADD = "add"
    DECODE = "decode"


_HANDLES = {
    "_point_multiply": Operation.MULTIPLY,
    "_point_multiply_base": Operation.MULTIPLY_BASE,
    "_point_add": Operation.ADD,
    "_point_subtract": Operation.ADD,
    "_is_valid_point": Operation.DECODE,
}
"""Where `crypto.group` reaches libsodium: what it answers without it, such as 0·A, is no operation."""

_BATCH = {Operation.MULTIPLY: 100, Operation.MULTIPLY_BASE: 200, Operation.ADD: 300, Operation.DECODE: 500}
"""How many of each are timed together: some milliseconds."""

Counts = Mapping[Operation, int]
Costs = Mapping[Operation, float]


@dataclass(frozen=True)
class AgainstFloor:
    """A median time and its floor, both in seconds, and the operations that the floor is made of."""

    seconds: float
    floor_seconds: float
    counts: Counts

    @property
    def ratio(self) -> float:
        """How many times the floor it took."""
        return self.seconds / self.floor_seconds


def count_operations(action: Callable[[], object]) -> Counts:
    """Return the group operations of one run of an action, the second: what a first one caches is not counted."""
    action()
    counts: Counter[Operation] = Counter()
    with _counting(counts):
        action()
    return counts


def measure_costs() -> Costs:
    """Return the seconds that each operation takes now, the call from Python included."""
    scalars = [group.random_scalar(token_bytes) for _ in range(max(_BATCH.values()))]
    elements = [group.multiply_base(scalar) for scalar in scalars]
    pairs = list(zip(scalars, elements, strict=True))
    actions: dict[Operation, Callable[[], object]] = {
        Operation.MULTIPLY: lambda: [group.multiply(s, e) for s, e in pairs[: _BATCH[Operation.MULTIPLY]]],
        Operation.MULTIPLY_BASE: lambda: [group.multiply_base(s) for s, _ in pairs[: _BATCH[Operation.MULTIPLY_BASE]]],
        Operation.ADD: lambda: [group.add(e, elements[0]) for _, e in pairs[: _BATCH[Operation.ADD]]],
        Operation.DECODE: lambda: [group.decode_element(e) for _, e in pairs[: _BATCH[Operation.DECODE]]],
    }
    return {operation: time_once(action) / _BATCH[operation] for operation, action in actions.items()}


def measure_against_floor(action: Callable[[], object], rounds: int) -> AgainstFloor:
    """Return an action's median time against its floor; the operations are timed anew before each round."""
    counts = count_operations(action)
    times, costs = [], []
    for _ in range(rounds):
        costs.append(measure_costs())
        times.append(time_once(action))
    floor = sum(count * median(cost[operation] for cost in costs) for operation, count in counts.items())
    return AgainstFloor(median(times), floor, counts)


def time_once(action: Callable[[], object]) -> float:
    """Return the processor seconds of one run of an action."""
    start = process_time()
    action()
    return process_time() - start


@contextmanager
def _counting(counts: Counter[Operation]) -> Iterator[None]:
    originals = {name: getattr(group, name) for name in _HANDLES}

    def count(operation: Operation, original: Callable[..., int]) -> Callable[..., int]:
        def run(*arguments: object) -> int:
            counts[operation] += 1
            return original(*arguments)

        return run

    try:
        for name, operation in _HANDLES.items():
            setattr(group, name, count(operation, originals[name]))
        yield
    finally:
        for name, original in originals.items():
            setattr(group, name, original)
