"""Small archives decided under real rules, as an honest server writes them or as one that lies about the rules does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from ballot_server.domain.base import make_base
from ballot_server.domain.base_parts import ClassCounts
from ballot_server.rules.loader import load_named_rule_set, load_rule_set
from ballot_server.rules.model import date_rule_set
from ballot_server.rules.sealed import SealedContest, SealedRules, seal_rules
from ballot_server.services.derive_result import CountedElection, derive_decisions
from crypto.archive import decode_archive
from crypto.ballot import ContestShape
from crypto.board import Entry
from crypto.bodies import EntryKind, TallyBody
from crypto.body_form import read_body
from crypto.encoding import JsonObject
from crypto.manifest import Contest, Manifest, Option, Text
from crypto.paper import PaperElection
from tests.support.archives import ArchiveBuilder, ElectionPlan, SampleArchive, begin_board, resign, sample_credentials
from tests.support.paper_boards import COUNTS, PAPER, PAPER_ALONE, PAPER_ELECTION, PLAN, build_paper_only

MEETING_DATE = date(2026, 1, 15)
INSTALLED = "vn-screening-step1"
OPTIONS = (Option("agree", Text("Đồng ý", "Agree")), Option("disagree", Text("Không đồng ý", "Disagree")))
PARTS = ClassCounts(official=6, exempt=1, suspended=1, transferred_out=0)
AGREED, BALLOTS = 2, 3

Change = Callable[[JsonObject], JsonObject]


def read_installed_text() -> str:
    """Return the text of the rule-set that these archives are decided under."""
    return load_named_rule_set(INSTALLED, MEETING_DATE).rule_set.source_text


def build_ruled_archive(
    *,
    text: str | None = None,
    options: tuple[Option, ...] = OPTIONS,
    change_rules: Change = dict,
    change_result: Change = dict,
    change_numbers: Change = dict,
) -> bytes:
    """Return the archive of one election: base 4, needed 3 by the installed rules, 2 agree and 1 does not.

    text: of the rule-set to seal, the installed one unless given; change_rules: what the server seals instead of the
    honest rules before the ballots are cast; change_result, change_numbers: what it writes in outcome and minutes.
    """
    rules = _seal(read_installed_text() if text is None else text)
    votes = tuple(((0,) if voter < AGREED else (1,),) for voter in range(BALLOTS))
    plan = ElectionPlan(shape=(ContestShape(2, 1),), votes=votes, rules=change_rules(rules))
    builder = ArchiveBuilder()
    builder.begin()
    builder.publish_list()
    contest = Contest("c1", Text("Đồng chí A", "A"), options, 1)
    manifest = builder.open_election(plan, contests=(contest,))
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    builder.count(manifest, ballots)
    result = _decide(replace(manifest, rules=rules, contests=(replace(contest, options=OPTIONS),)))
    numbers: JsonObject = {"elections": [change_result(result)]}

    def write_decision(entry: Entry) -> JsonObject:
        if entry.kind is EntryKind.OUTCOME:
            return {**entry.body, "result": change_result(result)}
        if entry.kind is EntryKind.MINUTES:
            return {**entry.body, "numbers": change_numbers(numbers)}
        return entry.body

    return resign(builder.finish().entries, write_decision)


CANDIDATES = tuple(Option(name, Text(name.upper(), name.upper())) for name in ("an", "binh", "chi"))
SEATS = 2
MARKED = (((0, 1),), ((0,),), ((0, 2),))
"""How three voters elect two of three: An has three votes, Bình and Chi one each."""
STANDING = (3, 1, 1, 0)


def build_election_archive(
    *,
    candidates: tuple[Option, ...] = CANDIDATES,
    marks: int = SEATS,
    change_rules: Change = dict,
    change_result: Change = dict,
) -> bytes:
    """Return the archive of one election of two of three candidates, base 4: An is elected and a seat is left.

    candidates, marks: what the manifest says; change_rules, change_result: as in `build_ruled_archive`.
    """
    dated = load_named_rule_set("vn-committee-election", MEETING_DATE)
    sealed = SealedRules(
        dated=dated,
        meeting_date=MEETING_DATE,
        base=make_base(dated.rule_set.base.kind, PARTS),
        summoned=PARTS.remaining,
        present=BALLOTS,
        barred=0,
        contests=(
            SealedContest(
                id="c1",
                follows=None,
                previous_failed=0,
                holds_post=False,
                candidates=tuple(option.id for option in CANDIDATES),
                seats=SEATS,
            ),
        ),
    )
    rules: JsonObject = seal_rules(sealed)  # type: ignore[assignment]  # The object is plain JSON.
    plan = ElectionPlan(shape=(ContestShape(len(candidates), marks),), votes=MARKED, rules=change_rules(rules))
    builder = ArchiveBuilder()
    builder.begin()
    builder.publish_list()
    manifest = builder.open_election(plan, contests=(Contest("c1", Text("Bầu", "Elect"), candidates, marks),))
    ballots = builder.cast(plan, manifest)
    builder.close(manifest, ballots)
    builder.count(manifest, ballots)
    honest = replace(manifest, rules=rules, contests=(Contest("c1", Text("Bầu", "Elect"), CANDIDATES, SEATS),))
    [decision] = derive_decisions([CountedElection(honest, (STANDING,), BALLOTS)])
    result: JsonObject = decision.to_result(manifest.election).to_json()  # type: ignore[assignment]  # As above.

    def write_decision(entry: Entry) -> JsonObject:
        if entry.kind is EntryKind.OUTCOME:
            return {**entry.body, "result": change_result(result)}
        if entry.kind is EntryKind.MINUTES:
            return {**entry.body, "numbers": {"elections": [change_result(result)]}}
        return entry.body

    return resign(builder.finish().entries, write_decision)


class RuledBuilder(ArchiveBuilder):
    """Writes boards whose every contest elects its options, as an honest server would under the installed rules.

    A contest's marks are its seats; the base is everybody present.
    """

    def __init__(self, *, printed: int = 4) -> None:
        super().__init__(printed=printed)
        self.results: dict[str, JsonObject] = {}

    def prepare_manifest(self, plan: ElectionPlan) -> Manifest:
        """Return a plan's manifest with its rules."""
        manifest = super().prepare_manifest(plan)
        dated = load_named_rule_set("vn-committee-election", MEETING_DATE)
        parts = ClassCounts(official=manifest.counts.present, exempt=0, suspended=0, transferred_out=0)
        sealed = SealedRules(
            dated=dated,
            meeting_date=MEETING_DATE,
            base=make_base(dated.rule_set.base.kind, parts),
            summoned=parts.remaining,
            present=manifest.counts.present,
            barred=0,
            contests=tuple(
                SealedContest(
                    id=contest.id,
                    follows=None,
                    previous_failed=0,
                    holds_post=False,
                    candidates=tuple(option.id for option in contest.options),
                    seats=contest.marks,
                )
                for contest in manifest.contests
            ),
        )
        return replace(manifest, rules=seal_rules(sealed))  # type: ignore[arg-type]  # The object is plain JSON.

    def draw_result(self, manifest: Manifest | PaperElection) -> JsonObject:
        """Return what the rules make of the tally before it."""
        tally = read_body(self.entries[-1].kind, self.entries[-1].body)
        assert isinstance(tally, TallyBody)
        ballots = self.state.elections[manifest.election].ballots
        [decision] = derive_decisions([CountedElection(manifest, tally.counts, ballots)])
        result: JsonObject = decision.to_result(manifest.election).to_json()  # type: ignore[assignment]  # Plain JSON.
        self.results[manifest.election] = result
        return result

    def list_numbers(self) -> JsonObject:
        """Return the results of all elections."""
        return {"elections": list(self.results.values())}


def begin_ruled_board(plans: Sequence[ElectionPlan], *, printed: int) -> RuledBuilder:
    """Return a builder with meeting, ceremony and the lists that the plans need."""
    builder = RuledBuilder(printed=printed)
    builder.begin()
    for name in sorted({(series, plan.slot) for plan in plans for series in plan.series}):
        builder.publish_list(*name)
    return builder


def build_elected_archive(plans: Sequence[ElectionPlan], *, printed: int) -> SampleArchive:
    """Return the archive of a meeting that held these elections, every contest of them under the installed rules."""
    builder = begin_ruled_board(plans, printed=printed)
    for plan in plans:
        builder.hold_election(plan)
    return builder.finish()


PAPER_PARTS = ClassCounts(official=10, exempt=1, suspended=1, transferred_out=0)


def build_mixed_archive() -> bytes:
    """Return the archive of one election with three ballots by phone and four on paper, one of them invalid."""
    rules = _seal(read_installed_text(), parts=PAPER_PARTS, present=COUNTS.present)
    builder = begin_board([PLAN], printed=COUNTS.printed)
    contest = Contest("c1", Text("Đồng chí A", "A"), OPTIONS, 1)
    manifest = builder.open_election(replace(PLAN, rules=rules), contests=(contest,))
    ballots = builder.cast(PLAN, manifest)
    builder.close(manifest, ballots, void=sample_credentials(COUNTS.printed)[4:5])
    paper = builder.publish_paper(replace(PAPER, election_hash=manifest.election_hash))
    builder.count(manifest, ballots)
    counted = CountedElection(manifest, ((3, 1, 2),), len(ballots) + paper.ballots, paper)
    return _write_result(builder.finish().entries, counted)


def build_paper_archive() -> bytes:
    """Return the archive of one election on paper alone: two ballots, one of them agrees."""
    parts = ClassCounts(official=4, exempt=0, suspended=0, transferred_out=0)
    rules = _seal(read_installed_text(), parts=parts, present=PAPER_ELECTION.counts.present)
    election = replace(PAPER_ELECTION, contests=(Contest("c1", Text("Đồng chí A", "A"), OPTIONS, 1),), rules=rules)
    rows = ((1, 1, 0),)
    paper = replace(PAPER_ALONE, election_hash=election.election_hash, counts=rows)
    archive = build_paper_only(election, counts=rows)
    return _write_result(decode_archive(archive), CountedElection(election, rows, paper.ballots, paper))


def _write_result(entries: Iterable[Entry], counted: CountedElection) -> bytes:
    """Return the archive with the true outcome of its one election, and with the minutes of it."""
    [decision] = derive_decisions([counted])
    result: JsonObject = decision.to_result(counted.manifest.election).to_json()  # type: ignore[assignment]  # Plain JSON.

    def write_decision(entry: Entry) -> JsonObject:
        if entry.kind is EntryKind.OUTCOME:
            return {**entry.body, "result": result}
        if entry.kind is EntryKind.MINUTES:
            return {**entry.body, "numbers": {"elections": [result]}}
        return entry.body

    return resign(entries, write_decision)


def _seal(text: str, *, parts: ClassCounts = PARTS, present: int = BALLOTS) -> JsonObject:
    rule_set = load_rule_set(text, f"{INSTALLED}.toml")
    base = make_base(rule_set.base.kind, parts)
    sealed = SealedRules(
        dated=date_rule_set(rule_set, MEETING_DATE),
        meeting_date=MEETING_DATE,
        base=base,
        summoned=parts.remaining,
        present=present,
        barred=0,
        contests=(SealedContest(id="c1", follows=None, previous_failed=0, holds_post=False),),
    )
    return seal_rules(sealed)  # type: ignore[return-value]  # The object is plain JSON.


def _decide(manifest: Manifest) -> JsonObject:
    counted = CountedElection(manifest, ((AGREED, BALLOTS - AGREED, 0),), BALLOTS)
    [decision] = derive_decisions([counted])
    return decision.to_result(manifest.election).to_json()  # type: ignore[return-value]  # The object is plain JSON.
