"""A plugin of pytest that writes down every board that tests give to Python's verifier, and what it found.

`python -m pytest -p tests.support.attack_recorder FILES` with RECORD_BOARDS naming the file to write. Of a test that
asks about thousands of boards it writes some: every single byte is for `make test-deep`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import crypto.verify
from crypto.archive import encode_archive
from crypto.board import Entry
from crypto.encoding import encode_base64
from crypto.errors import VerificationError
from tests.support.verifiers import Answer, describe_closed, describe_failure, describe_report

_Found = TypeVar("_Found")
_TARGET = "RECORD_BOARDS"
_ALL, _SOME = 30, 40


class _Recorder:
    """Writes each question once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: set[bytes] = set()
        self._asked: Counter[str] = Counter()

    def record(
        self, question: dict[str, Any], ask: Callable[[], _Found], describe: Callable[[_Found], Answer]
    ) -> _Found:
        """Return what the verifier finds, after writing question and answer down."""
        try:
            found = ask()
        except VerificationError as error:
            self._write(question, describe_failure(error))
            raise
        self._write(question, describe(found))
        return found

    def _write(self, question: dict[str, Any], answer: Answer) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        self._asked[test] += 1
        digest = hashlib.sha256(json.dumps(question).encode()).digest()
        if digest in self._seen or (self._asked[test] > _ALL and self._asked[test] % _SOME):
            return
        self._seen.add(digest)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"question": question, "answer": answer}) + "\n")


def pytest_configure() -> None:
    """Stand between the tests and the verifier; test modules are imported after this."""
    recorder = _Recorder(Path(os.environ[_TARGET]))
    verify, review = crypto.verify.verify_archive, crypto.verify.review_closed_board

    def verify_archive(
        data: bytes, *, head: str | None = None, confirmations: Sequence[bytes] = (), **options: Any
    ) -> Any:
        encoded = [encode_base64(confirmation) for confirmation in confirmations]
        question = {"archive": encode_base64(data), "head": head, "confirmations": encoded, "review": None}
        return recorder.record(
            question, lambda: verify(data, head=head, confirmations=confirmations, **options), describe_report
        )

    def review_closed_board(source: bytes | Iterable[Entry], election: str, **options: Any) -> Any:
        data = source if isinstance(source, bytes) else encode_archive(source)
        question = {"archive": encode_base64(data), "head": None, "confirmations": [], "review": election}
        return recorder.record(question, lambda: review(data, election, **options), describe_closed)

    crypto.verify.verify_archive = verify_archive
    crypto.verify.review_closed_board = review_closed_board
