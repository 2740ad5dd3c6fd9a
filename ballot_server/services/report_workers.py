"""Checks of many reports at once, in processes of this machine.

Only bytes go into a worker and only plain values come out. A worker that dies takes the files that it might have held
with it; they are tried again, each alone, so that the one that kills workers is found and stops no other.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Set
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Protocol

from ballot_server.domain.received_report import CheckedFile, LeftOutCause, Refusal
from ballot_server.services.read_report import check_report

_IN_FLIGHT = 2
"""Files per worker that wait or are being checked: enough to keep it busy, few enough for the memory."""


@dataclass(frozen=True)
class Job:
    """A file's place among all, its bytes, and the fingerprints that it may be signed with."""

    place: int
    data: bytes
    keys: Set[str]


@dataclass(frozen=True)
class Checked:
    """A file's place, and what its check came to."""

    place: int
    result: CheckedFile


class CheckReports(Protocol):
    """Checks every file and yields the results as they come, in any order, one for each."""

    def __call__(self, jobs: Iterable[Job], /) -> Iterator[Checked]: ...


def refuse_unchecked(reason: str) -> Refusal:
    """Return what stands for an answer that never came."""
    return Refusal(LeftOutCause.NOT_CHECKED, detail=reason)


@dataclass(frozen=True)
class ProcessWorkers:
    """So many processes of this machine."""

    count: int

    def __call__(self, jobs: Iterable[Job], /) -> Iterator[Checked]:
        """Check the files. See `CheckReports`."""
        waiting: dict[Future[CheckedFile], Job] = {}
        pool = _open_pool(self.count)
        try:
            for job in jobs:
                waiting[_submit(pool, job)] = job
                while len(waiting) >= _IN_FLIGHT * self.count:
                    found, suspects = _take_done(waiting)
                    yield from found
                    if suspects:
                        pool.shutdown(cancel_futures=True)
                        yield from map(_check_alone, suspects)
                        pool = _open_pool(self.count)
            while waiting:
                found, suspects = _take_done(waiting)
                yield from found
                yield from map(_check_alone, suspects)
        finally:
            pool.shutdown(cancel_futures=True)


def _open_pool(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_ignore_interrupts)


def _ignore_interrupts() -> None:
    """Leave an interrupt to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _submit(pool: ProcessPoolExecutor, job: Job) -> Future[CheckedFile]:
    try:
        return pool.submit(check_report, job.data, job.keys)
    except BrokenProcessPool as error:
        failed: Future[CheckedFile] = Future()
        failed.set_exception(error)
        return failed


def _take_done(waiting: dict[Future[CheckedFile], Job]) -> tuple[list[Checked], list[Job]]:
    """Wait for a result; return what is done, and the files that a dead worker may have held. Both leave `waiting`."""
    wait(waiting, return_when=FIRST_COMPLETED)
    found: list[Checked] = []
    suspects: list[Job] = []
    for future in [future for future in waiting if future.done()]:
        job = waiting.pop(future)
        error = future.exception()
        if error is None:
            found.append(Checked(job.place, future.result()))
        elif isinstance(error, BrokenProcessPool):
            suspects.append(job)
        else:
            found.append(Checked(job.place, refuse_unchecked(type(error).__name__)))
    if suspects and waiting:
        # The pool is gone: all that waited for it ends now, in one of the two ways.
        later, more = _take_done(waiting)
        return found + later, suspects + more
    return found, suspects


def _check_alone(job: Job) -> Checked:
    """Check one file in a process that nothing else is lost with."""
    with _open_pool(1) as pool:
        try:
            return Checked(job.place, pool.submit(check_report, job.data, job.keys).result())
        except BrokenProcessPool:
            return Checked(job.place, refuse_unchecked("the process ended"))
