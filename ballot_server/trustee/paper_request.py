"""What a teller is asked to sign of an election's paper ballots, with the words to show beside each number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.encoding import JsonObject
from crypto.errors import EncodingError
from crypto.fields import Fields
from crypto.paper import PAPER_COUNTS_KEYS, PaperCounts

_TEXT = frozenset({"vi", "en"})


@dataclass(frozen=True)
class PaperRequest:
    """The numbers to sign, the election's title, and a line for each contest; texts are the server's word."""

    paper: PaperCounts
    title: str
    lines: tuple[str, ...]


def read_paper_request(subject: JsonObject) -> PaperRequest:
    """Return what an untrusted request asks to sign. Raises: EncodingError."""
    fields = Fields(subject, "paper request", frozenset({"title", "paper", "contests"}))
    body: JsonObject = {**fields.object("paper"), "signatures": []}
    paper = PaperCounts.from_fields(Fields(body, "paper", PAPER_COUNTS_KEYS))
    contests = list(fields.members("contests", frozenset({"text", "options"})))
    if len(contests) != len(paper.counts):
        raise EncodingError("contests", "not as many as the counts")
    return PaperRequest(
        paper=paper,
        title=fields.member("title", _TEXT).text("vi"),
        lines=tuple(_write_line(contest, counts) for contest, counts in zip(contests, paper.counts, strict=True)),
    )


def _write_line(contest: Fields, counts: Sequence[int]) -> str:
    options = [option.text("vi") for option in contest.members("options", _TEXT)]
    if len(options) + 1 != len(counts):
        raise EncodingError("options", "not as many as the counts")
    told = ", ".join(f"{label} {count}" for label, count in zip((*options, "phiếu trắng"), counts, strict=True))
    return f"{contest.member('text', _TEXT).text('vi')}: {told}"
