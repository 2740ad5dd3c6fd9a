"""Boards with paper ballots: beside phones, and alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crypto.bodies import EntryKind
from crypto.manifest import Contest, Counts, Option, Text
from crypto.paper import InvalidReason, PaperCounts, PaperElection
from tests.support.archives import (
    ArchiveBuilder,
    ElectionPlan,
    SampleArchive,
    begin_board,
    sample_credentials,
    sample_meeting,
)
from tests.support.crypto_samples import MEETING

COUNTS = Counts(printed=9, handed_out=5, brought_back=0, lost=0, left_over=4, present=8)
PLAN = ElectionPlan(votes=(((0,),), ((1,),), ((),)), counts=COUNTS)
PAPER = PaperCounts(
    election="s1",
    election_hash=b"",
    issued=4,
    exchanged=1,
    ballots=4,
    invalid=1,
    reasons=(InvalidReason("hai ô cùng đánh dấu", 1),),
    counts=((2, 0, 1),),
    signatures=(),
)


def build_mixed(
    plan: ElectionPlan = PLAN,
    *,
    signers: tuple[int, ...] = (1, 2),
    change: Callable[[PaperCounts], PaperCounts] = lambda paper: paper,
    void: int = 1,
) -> SampleArchive:
    """Return a board on which three voted by phone, and four on paper."""
    builder = begin_board([plan], printed=9)
    manifest = builder.open_election(plan)
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots, void=sample_credentials(9)[4 : 4 + void])
    builder.publish_paper(change(replace(PAPER, election_hash=manifest.election_hash)), signers=signers)
    builder.count(manifest, ballots)
    return builder.finish()


MIXED = build_mixed()

PAPER_ELECTION = PaperElection(
    meeting=MEETING,
    election="g1",
    title=Text("Bỏ phiếu giấy", "A vote on paper"),
    contests=(Contest("c0", Text("Nội dung", "Question"), (Option("a", Text("Đồng ý", "Agree")),), 1),),
    counts=Counts(printed=6, handed_out=5, brought_back=1, lost=0, left_over=1, present=4),
    rules={"rule_set": "sample"},
    rehearsal=False,
)
PAPER_ALONE = PaperCounts("g1", PAPER_ELECTION.election_hash, 4, 0, 2, 0, (), ((1, 1),), ())


def build_paper_only(
    election: PaperElection = PAPER_ELECTION, *, with_key: bool = False, signers: tuple[int, ...] = (), **changes: Any
) -> bytes:
    """Return a board of one election on paper, without any key unless it is asked for."""
    builder = ArchiveBuilder()
    builder.append(EntryKind.MEETING, sample_meeting())
    if with_key:
        builder.append(EntryKind.CEREMONY, builder.ceremony.to_body())
    builder.append(EntryKind.PAPER_ELECTION, election.to_object())
    paper = replace(PAPER_ALONE, election_hash=election.election_hash)
    builder.publish_paper(replace(paper, **changes), signers=signers)
    builder.decide(election)
    return builder.finish(destroy=with_key).data
