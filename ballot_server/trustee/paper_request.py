"""What a teller is asked to sign of an election's paper ballots, with the words to show beside each number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.contests import Contest
from crypto.encoding import JsonObject
from crypto.errors import EncodingError
from crypto.fields import Fields
from crypto.manifest import Manifest
from crypto.paper import PAPER_COUNTS_KEYS, PaperCounts


@dataclass(frozen=True)
class PaperRequest:
    """The numbers to sign, the election's title, and a line for each reason of an invalid ballot and for each contest.

    Title and lines are of the manifest whose hash is signed with the numbers.
    """

    paper: PaperCounts
    title: str
    lines: tuple[str, ...]


def read_paper_request(subject: JsonObject) -> PaperRequest:
    """Return what an untrusted request asks to sign.

    What is signed are numbers by place: under other names of the options a teller would confirm another count.
    Raises: EncodingError, InvalidManifestError.
    """
    fields = Fields(subject, "paper request", frozenset({"manifest", "paper"}))
    body: JsonObject = {**fields.object("paper"), "signatures": []}
    paper = PaperCounts.from_fields(Fields(body, "paper", PAPER_COUNTS_KEYS))
    manifest = Manifest.from_object(fields.object("manifest"))
    if (paper.election, paper.election_hash) != (manifest.election, manifest.election_hash):
        raise EncodingError("manifest", "not the one of these numbers")
    if len(manifest.contests) != len(paper.counts):
        raise EncodingError("contests", "not as many as the counts")
    return PaperRequest(
        paper=paper,
        title=manifest.title.vi,
        lines=(
            *(f"{reason.reason}: {reason.count}" for reason in paper.reasons),
            *(_write_line(contest, counts) for contest, counts in zip(manifest.contests, paper.counts, strict=True)),
        ),
    )


def _write_line(contest: Contest, counts: Sequence[int]) -> str:
    options = [option.text.vi for option in contest.options]
    if len(options) + 1 != len(counts):
        raise EncodingError("options", "not as many as the counts")
    told = ", ".join(f"{label} {count}" for label, count in zip((*options, "phiếu trắng"), counts, strict=True))
    return f"{contest.text.vi}: {told}"
