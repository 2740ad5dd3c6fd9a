"""All simulated voters of one election, each with a phone, voting over HTTP side by side."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

from ballot_server.rehearsal.phone import Phone
from crypto.ballot import Selection

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]

PROCESSES_FROM = 400
"""From so many contests on all ballots together, processes are worth their start."""
CHUNK = 4


@dataclass(frozen=True)
class Voter:
    """A voter's slip and what the voter marks."""

    slip_url: str
    selections: tuple[Selection, ...]


class Workers:
    """Phones and ballot checks side by side: in processes for a large meeting, in threads for a small one."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def map(self, function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        """Apply a function to every item and yield the results in order."""
        return self._executor.map(function, items, chunksize=CHUNK)


@contextmanager
def start_workers(contests: int, count: int) -> Iterator[Workers]:
    """Yield workers for a meeting whose ballots have so many contests in all; count: how many run at once."""
    executor: Executor
    if contests >= PROCESSES_FROM:
        executor = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
    else:
        executor = ThreadPoolExecutor(count)
    with executor:
        yield Workers(executor)


def cast_ballots(
    workers: Workers, election_hash: bytes, voters: Sequence[Voter], on_progress: Progress
) -> tuple[bytes, ...]:
    """Let every voter vote; return the confirmations as phones keep them.

    Raises: what a phone raises: PhoneRefusedError, PhoneUnansweredError, PhoneDistrustsServerError, CryptoError.
    """
    confirmations = []
    tasks = [(voter, election_hash) for voter in voters]
    for confirmation in workers.map(_vote, tasks):
        confirmations.append(confirmation)
        on_progress(len(confirmations), len(voters))
    return tuple(confirmations)


def _vote(task: tuple[Voter, bytes]) -> bytes:
    voter, election_hash = task
    phone = Phone(voter.slip_url, secrets.token_bytes)
    return phone.vote(election_hash, voter.selections).confirmation.encode()
