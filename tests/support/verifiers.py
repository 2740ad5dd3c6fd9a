"""The browser's verifier, run by Node and asked one archive after another, and what both verifiers say of one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crypto.closed import ClosedElection
from crypto.encoding import encode_base64
from crypto.errors import VerificationError
from crypto.verify import Report, review_closed_board, verify_archive
from crypto.verify.printing import list_report
from kiosk.toolchain import find_node

Answer = dict[str, Any]


class BrowserVerifier:
    """Node with the browser's verifier, behind pipes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def verify(self, data: bytes, *, head: str | None = None, confirmations: Sequence[bytes] = ()) -> Answer:
        """Return what the browser's verifier reports of an archive, or the check that failed, and where."""
        encoded = [encode_base64(confirmation) for confirmation in confirmations]
        return self.ask({"archive": encode_base64(data), "head": head, "confirmations": encoded, "review": None})

    def review(self, data: bytes, election: str) -> Answer:
        """Return what a trustee's phone finds of a closed election, or the check that failed, and where."""
        return self.ask({"archive": encode_base64(data), "head": None, "confirmations": [], "review": election})

    def match_heads(self, codes: Sequence[str], head: bytes) -> list[bool]:
        """Return for each code as typed whether it names the head."""
        answer: list[bool] = self.ask({"codes": list(codes), "head": head.hex()})["matches"]
        return answer

    def ask(self, request: dict[str, Any]) -> Answer:
        """Return the answer to a request as kiosk/test/verifier.ts reads it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser's verifier crashed"
        answer: Answer = json.loads(line)
        return answer


@contextmanager
def run_browser_verifier(folder: Path) -> Iterator[BrowserVerifier]:
    """Run the verifier that was built into a folder."""
    node = find_node()
    process = subprocess.Popen(
        [str(node.node), str(folder / "verifier.mjs")],
        env=node.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield BrowserVerifier(process)
        assert process.stdin is not None
        process.stdin.close()


def verify_here(data: bytes, *, head: str | None = None, confirmations: Sequence[bytes] = ()) -> Answer:
    """Return what Python's verifier answers to the same question."""
    try:
        return describe_report(verify_archive(data, head=head, confirmations=confirmations))
    except VerificationError as error:
        return describe_failure(error)


def review_here(data: bytes, election: str) -> Answer:
    """Return what Python's trustee finds of a closed election."""
    try:
        return describe_closed(review_closed_board(data, election))
    except VerificationError as error:
        return describe_failure(error)


def describe_report(report: Report) -> Answer:
    """Return a report as both verifiers write it, without the words of findings."""
    answer: Answer = json.loads(json.dumps(list_report(report)))
    findings = [{key: value for key, value in found.items() if key != "problem"} for found in answer["findings"]]
    return {**answer, "findings": findings}


def describe_closed(closed: ClosedElection) -> Answer:
    """Return what a trustee's device found, as both verifiers write it."""
    return {
        "review": closed.closed_entry_hash.hex(),
        "aggregate": closed.aggregate_hash.hex(),
        "ballots": closed.ballots,
        "floor": closed.floor,
        "rehearsal": closed.rehearsal,
        "annulled": closed.annulled,
        "paper_ballots": closed.paper_ballots,
    }


def describe_failure(error: VerificationError) -> Answer:
    """Return a failure as both verifiers write it."""
    return {"verified": False, "check": error.check, "problem": error.problem, "entry": error.entry}


def locate(answer: Answer) -> Answer:
    """Return an answer without the words of a failure, which are each implementation's own."""
    return {key: value for key, value in answer.items() if key != "problem"}
