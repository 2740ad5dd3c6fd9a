"""Checks of many reports on other machines, by a Dask scheduler; `distributed` is an extra that few need.

Whoever runs the scheduler and its workers is trusted as this program is: an answer from there is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from ballot_server.domain.received_report import CheckedFile, Refusal, ReportSummary
from ballot_server.errors import BallotServerError
from ballot_server.services.read_report import LARGEST_REPORT_BYTES, check_report
from ballot_server.services.report_workers import Checked, Job, refuse_unchecked

if TYPE_CHECKING:
    from distributed import Client, Future

_PATIENCE_SECONDS = 20
_IN_FLIGHT = 2


class DaskMissingError(BallotServerError):
    """`distributed` is not installed here."""


class DaskUnreachableError(BallotServerError):
    """No Dask scheduler with a worker answers; fields: address, problem."""


@dataclass(frozen=True)
class DaskWorkers:
    """The workers that a connected client reaches; made by `open_dask`."""

    distributed: ModuleType
    client: Client

    def __call__(self, jobs: Iterable[Job], /) -> Iterator[Checked]:
        """Check the files, as `CheckReports` says; where scheduler or workers go away, the rest gets no answer."""
        try:
            yield from self._check_all(jobs)
        except (OSError, CancelledError):
            return

    def _check_all(self, jobs: Iterable[Job]) -> Iterator[Checked]:
        waiting: dict[Future, Job] = {}
        for job in jobs:
            # Two equal files are two tasks: the answer of one must not stand for a question that was never asked.
            waiting[self.client.submit(check_report, job.data, frozenset(job.keys), pure=False)] = job
            while len(waiting) >= _IN_FLIGHT * max(1, len(self.client.ncores())):
                yield from self._take_done(waiting)
        while waiting:
            yield from self._take_done(waiting)

    def _take_done(self, waiting: dict[Future, Job]) -> Iterator[Checked]:
        self._wait_for_one(waiting)
        for future in [future for future in waiting if future.done()]:
            job = waiting.pop(future)
            yield Checked(job.place, _read_answer(future))

    def _wait_for_one(self, waiting: Iterable[Future]) -> None:
        """Wait until one is done, however long that takes. Raises: TimeoutError once no worker is left."""
        while True:
            try:
                self.distributed.wait(list(waiting), timeout=_PATIENCE_SECONDS, return_when="FIRST_COMPLETED")
                return
            except TimeoutError:
                if not self.client.ncores():
                    raise


@contextmanager
def open_dask(address: str) -> Iterator[DaskWorkers]:
    """Yield the workers of a scheduler, as ``tcp://127.0.0.1:8786`` names it.

    Raises: DaskMissingError; DaskUnreachableError if nothing answers there within seconds, or has no worker.
    """
    try:
        import dask
        import distributed
    except ImportError as error:
        raise DaskMissingError from error
    # A report is sent whole, as large as it is.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_REPORT_BYTES}):
        try:
            client = distributed.Client(address, timeout=_PATIENCE_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise DaskUnreachableError(address=address, problem=str(error)) from error
        with client:
            try:
                client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
            except TimeoutError as error:
                raise DaskUnreachableError(address=address, problem=str(error)) from error
            with client.as_current():
                yield DaskWorkers(distributed, client)


def _read_answer(future: Future) -> CheckedFile:
    error = future.exception() if future.status != "cancelled" else None
    if error is not None or future.status != "finished":
        return refuse_unchecked(future.status if error is None else type(error).__name__)
    try:
        answer = future.result(timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        return refuse_unchecked("the worker is gone")
    return answer if isinstance(answer, (ReportSummary, Refusal)) else refuse_unchecked("not an answer")
