"""Checks spread over processes, and how far they have come."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from crypto.verify.ballots import BallotResult, MapBallots

_CHUNK = 8


@contextmanager
def spread_ballots(jobs: int) -> Iterator[MapBallots]:
    """Give a map over as many processes, or an ordinary one."""
    if jobs <= 1:
        yield map
        return
    with ProcessPoolExecutor(min(jobs, os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:

        def map_ballots(
            function: Callable[[bytes], BallotResult], ballots: Iterable[bytes], /
        ) -> Iterator[BallotResult]:
            return pool.map(function, ballots, chunksize=_CHUNK)

        yield map_ballots


def show_progress(check: str, done: int, total: int) -> None:
    """Rewrite one line of standard error with how far a check has come."""
    print(f"\r{check}: {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
