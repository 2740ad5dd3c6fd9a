"""Meetings decided by the real rules and written by the real services, without a ballot, a key or a board.

What stands between the counts and the minutes is what the product runs: the base from the roll, the sealed rules read
back from their object, the decision, and the record. Only the values that cryptography would give are made up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ballot_server.domain.base import (
    compute_base,
    count_barred,
    count_barred_present,
    list_entitled,
    list_present_entitled,
)
from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.contest import BLANK, Option, Wording, pair_contests
from ballot_server.domain.member import CardNumber, Roll
from ballot_server.domain.result import ElectionResult
from ballot_server.i18n import Language
from ballot_server.minutes.record import MinutesRecord
from ballot_server.rules.loader import load_named_rule_set, load_rule_set
from ballot_server.rules.model import RuleSet, date_rule_set
from ballot_server.rules.sealed import FollowedContest, SealedContest, SealedRules, seal_rules
from ballot_server.services.compose_election_record import AnnulledElection, DecidedElection
from ballot_server.services.compose_record import Network, Switched, compose_record
from ballot_server.services.derive_result import CountedElection, derive_decisions
from ballot_server.services.election_plan import ElectionPlan, plan_contest
from ballot_server.services.import_roll import read_roll
from ballot_server.services.open_election import translate_contest, translate_wording
from ballot_server.storage.records import MeetingRecord
from crypto.group import Element
from crypto.manifest import Counts, Manifest, TrusteeSet
from crypto.manifest import Option as SealedOption
from crypto.paper import InvalidReason, PaperCounts, PaperElection
from crypto.signing import VerificationKey
from crypto.slip import MeetingCode

ROLL = Path(__file__).parents[1] / "e2e" / "every_vote" / "roll.csv"
"""21 official members; `tests/e2e/test_every_vote.py` works out by hand who of them is in which base."""

CODE = MeetingCode("M0000001")
HEAD = "K7M2QX9RABCDEFGH1234ABCD5678WXYZ"
KEY_WORDS = ("bàn", "sông", "lúa", "mây", "đèn", "cầu", "núi", "thuyền")
SPARE = 2
_NO_KEY = TrusteeSet(3, 2, (Element(bytes(32)),) * 3)


@dataclass(frozen=True)
class StagedContest:
    """What is asked, and the counts by option id, blank among them; an option that is not named has none."""

    subject: str
    counts: Mapping[str, int]
    member: str | None = None
    previous_failed: int = 0
    holds_post: bool = False
    candidates: Mapping[str, str] = field(default_factory=dict)
    seats: int | None = None


@dataclass(frozen=True)
class StagedPaper:
    """What was counted by hand: ballots issued and back, why some are invalid, and the valid ones of each contest.

    Beside phones `counts` are part of the contest's counts, and `exchanged` slips were void against paper.
    """

    issued: int
    ballots: int
    counts: Sequence[Mapping[str, int]] = ()
    exchanged: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def invalid(self) -> int:
        """Paper ballots that do not count."""
        return sum(self.reasons.values())


@dataclass(frozen=True)
class StagedElection:
    """One election with its counts. `rule` is an installed id or the text of an own rule file.

    returned: all ballots that came back; slips: as the tellers signed them, by default one for everybody present and
    two to spare; on_paper: nobody votes by phone; annulled: the ground, and then nothing is counted.
    """

    id: str
    title: str
    rule: str
    contests: tuple[StagedContest, ...]
    returned: int
    follows: str | None = None
    member_concerned_votes: bool = True
    fixed: FixedBase | None = None
    slips: Counts | None = None
    paper: StagedPaper | None = None
    on_paper: bool = False
    present_at_close: int | None = None
    annulled: str = ""


@dataclass(frozen=True)
class StagedMeeting:
    """A meeting with its elections in the order in which they are decided."""

    elections: tuple[StagedElection, ...]
    held_on: date = date(2026, 1, 15)
    superior: str = "Đảng bộ phường Ngọc Lâm"
    unit: str = "Chi bộ tổ dân phố số 5"
    place: str = "Nhà văn hóa tổ 5"
    chair: str = "Đặng Văn An"
    clerk: str = "Bùi Thị Bích"
    tellers: tuple[str, ...] = ("Cao Văn Cường", "Đỗ Thị Dung", "Hà Văn Đức")
    network: Network | None = Network.ROOM_PLAIN
    printed_elsewhere: tuple[str, ...] = ()
    switched: tuple[Switched, ...] = ()
    rehearsal: bool = False
    roll: Path = ROLL


def decide_staged(meeting: StagedMeeting) -> tuple[tuple[DecidedElection, ...], tuple[AnnulledElection, ...]]:
    """Return the meeting's elections as decided, and those that were annulled."""
    roll = read_roll(meeting.roll, attendance_needed=True)
    plans = {staged.id: _plan(staged, meeting.held_on) for staged in meeting.elections}
    sealed = {staged.id: _seal(meeting, staged, place, plans, roll) for place, staged in enumerate(meeting.elections)}
    held = [staged for staged in meeting.elections if not staged.annulled]
    counted = [_count(staged, sealed[staged.id]) for staged in held]
    decided = tuple(
        DecidedElection(each.manifest, decision, present_at_close=staged.present_at_close, paper=each.paper)
        for staged, each, decision in zip(held, counted, derive_decisions(counted), strict=True)
    )
    annulled = tuple(
        AnnulledElection(sealed[staged.id], staged.annulled) for staged in meeting.elections if staged.annulled
    )
    return decided, annulled


def list_staged_results(meeting: StagedMeeting) -> tuple[ElectionResult, ...]:
    """Return the results as `result.json` and the board write them."""
    decided, _ = decide_staged(meeting)
    return tuple(each.decision.to_result(each.manifest.election) for each in decided)


def record_staged(meeting: StagedMeeting, language: Language = Language.VIETNAMESE) -> MinutesRecord:
    """Return the record of the minutes."""
    decided, annulled = decide_staged(meeting)
    sealed = [*(each.manifest for each in decided), *(each.manifest for each in annulled)]
    has_phones = any(isinstance(each, Manifest) for each in sealed)
    return compose_record(
        _describe(meeting),
        read_roll(meeting.roll, attendance_needed=True),
        decided,
        annulled,
        key_words=KEY_WORDS if has_phones else (),
        head=HEAD,
        language=language,
        network=meeting.network,
        printed_elsewhere=meeting.printed_elsewhere,
        switched=meeting.switched,
    )


def _describe(meeting: StagedMeeting) -> MeetingRecord:
    return MeetingRecord(
        code=CODE,
        superior=meeting.superior,
        unit=meeting.unit,
        place=meeting.place,
        held_on=meeting.held_on,
        chair=meeting.chair,
        clerk=meeting.clerk,
        tellers=meeting.tellers,
        rehearsal=meeting.rehearsal,
    )


def load_staged_rule(rule: str, on: date) -> RuleSet:
    """Return an installed rule-set as of a day, or the one of a file's text."""
    return load_rule_set(rule, "own-rule.toml") if "\n" in rule else load_named_rule_set(rule, on).rule_set


def _plan(staged: StagedElection, on: date) -> ElectionPlan:
    rule_set = load_staged_rule(staged.rule, on)
    return ElectionPlan(
        id=staged.id,
        title=Wording(vi=staged.title, en=staged.title),
        rule_set=rule_set,
        planned=tuple(
            plan_contest(
                rule_set,
                contest=f"c{place}",
                subject=Wording(vi=asked.subject, en=asked.subject),
                member=None if asked.member is None else CardNumber(asked.member),
                previous_failed=asked.previous_failed,
                holds_post=asked.holds_post,
                candidates=tuple(
                    Option(id=name, text=Wording(vi=text, en=text)) for name, text in asked.candidates.items()
                ),
                seats=asked.seats,
            )
            for place, asked in enumerate(staged.contests, 1)
        ),
        follows=staged.follows,
        member_concerned_votes=staged.member_concerned_votes,
        fixed=staged.fixed,
    )


def _seal(
    meeting: StagedMeeting, staged: StagedElection, slot: int, plans: Mapping[str, ElectionPlan], roll: Roll
) -> Manifest | PaperElection:
    plan, on = plans[staged.id], meeting.held_on
    rule = plan.voter_rule
    present = len(list_present_entitled(roll, on, rule))
    partners = (
        [None] * len(plan.contests)
        if staged.follows is None
        else pair_contests(plan.contests, plans[staged.follows].contests)
    )
    rules = seal_rules(
        SealedRules(
            dated=date_rule_set(plan.rule_set, on),
            meeting_date=on,
            base=compute_base(roll, on, rule.base, fixed=plan.fixed),
            summoned=len(list_entitled(roll, on, rule)),
            present=present,
            barred=count_barred(roll, on, rule),
            contests=tuple(
                SealedContest(
                    id=planned.contest.id,
                    follows=None if partner is None else FollowedContest(str(staged.follows), partner.id),
                    previous_failed=planned.previous_failed,
                    holds_post=planned.holds_post,
                    candidates=() if planned.seats is None else tuple(each.id for each in planned.contest.options),
                    seats=planned.seats,
                )
                for planned, partner in zip(plan.planned, partners, strict=True)
            ),
            barred_present=count_barred_present(roll, on, rule),
        )
    )
    common = {
        "meeting": CODE,
        "election": staged.id,
        "title": translate_wording(plan.title),
        "contests": tuple(translate_contest(contest) for contest in plan.contests),
        "counts": staged.slips or Counts(present + SPARE, present, 0, 0, SPARE, present),
        "rules": rules,
        "rehearsal": meeting.rehearsal,
    }
    if staged.on_paper:
        return PaperElection(**common)  # type: ignore[arg-type]  # Two forms share these fields by name.
    return Manifest(
        **common,  # type: ignore[arg-type]  # As above.
        series=("A",) if staged.member_concerned_votes else ("B",),
        slot=slot,
        key=Element(bytes(32)),
        ceremony_hash=bytes(32),
        trustees=_NO_KEY,
        credentials_hash=bytes(32),
        credentials=0,
        count_signatures=(),
        server_key=VerificationKey(bytes(32)),
        floor=3,
    )


def _count(staged: StagedElection, manifest: Manifest | PaperElection) -> CountedElection:
    rows = [
        _order_counts(contest.options, asked.counts)
        for contest, asked in zip(manifest.contests, staged.contests, strict=True)
    ]
    return CountedElection(manifest, tuple(rows), staged.returned, _count_paper(staged, manifest, rows))


def _count_paper(
    staged: StagedElection, manifest: Manifest | PaperElection, rows: Sequence[tuple[int, ...]]
) -> PaperCounts | None:
    paper = staged.paper
    if paper is None:
        return None
    counts = rows if staged.on_paper else [
        _order_counts(contest.options, counted)
        for contest, counted in zip(manifest.contests, paper.counts, strict=True)
    ]  # fmt: skip
    return PaperCounts(
        election=staged.id,
        election_hash=bytes(32),
        issued=paper.issued,
        exchanged=paper.exchanged,
        ballots=paper.ballots,
        invalid=paper.invalid,
        reasons=tuple(InvalidReason(reason, count) for reason, count in paper.reasons.items()),
        counts=tuple(counts),
        signatures=(),
    )


def _order_counts(options: Sequence[SealedOption], counts: Mapping[str, int]) -> tuple[int, ...]:
    """Return counts in ballot order, blank last. Raises: ValueError for an option that is not on the ballot."""
    names = [*(option.id for option in options), BLANK]
    if strange := set(counts) - set(names):
        raise ValueError(f"not on the ballot: {', '.join(sorted(strange))}")
    return tuple(counts.get(name, 0) for name in names)
