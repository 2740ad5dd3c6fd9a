"""Combined reports of many units without cryptography: what checks would have come to, added up by the service."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from ballot_server.domain.base_parts import ClassCounts
from ballot_server.domain.combined_report import CombinedReport, ListedUnit, ReceivedFile
from ballot_server.domain.contest import Wording
from ballot_server.domain.received_report import (
    AnnulledSummary,
    ContestSummary,
    ElectionSummary,
    LeftOutCause,
    NamedText,
    OptionSummary,
    Refusal,
    ReportSummary,
    RuleSetName,
    TestSummary,
)
from ballot_server.domain.result import format_percentage
from ballot_server.rules.loader import load_named_rule_set
from ballot_server.rules.model import Standing
from ballot_server.services.combine_reports import combine_reports
from tests.support.hostile_texts import fill_texts

DAY = date(2026, 1, 15)
RULE_SETS = ("vn-screening-step1", "vn-screening-removal", "vn-confidence", "vn-recognition")
_TEXT_FIELDS = frozenset(
    {
        "name",
        "note",
        "file",
        "unit",
        "superior",
        "place",
        "vi",
        "en",
        "detail",
        "other",
        "base_ground",
        "ground",
        "check",
    }
)


def name_rule_set(name: str, day: date = DAY) -> RuleSetName:
    """Return an installed rule-set as reports name it."""
    rule_set = load_named_rule_set(name, day).rule_set
    texts = rule_set.standing_texts
    return RuleSetName(
        id=rule_set.id,
        title=rule_set.title,
        version=rule_set.effective_from,
        digest=sha256(rule_set.source_text.encode()).hexdigest(),
        is_own=False,
        outcomes=tuple(NamedText(each.id, each.text) for each in rule_set.outcomes),
        standings=tuple(NamedText(each.value, texts[each]) for each in Standing if each in texts),
    )


def list_sample_unit(number: int, name: str = "") -> ListedUnit:
    """Return a listed unit; every tenth has a long name."""
    plain = f"Chi bộ {number}" if number % 10 else f"Chi bộ Cơ quan Ủy ban Mặt trận Tổ quốc và các đoàn thể số {number}"
    return ListedUnit(name or plain, f"K{number:019}", "khối cơ quan" if number % 7 == 0 else "")


def make_contest(rule_set: RuleSetName, place: int, votes: list[int], *, members: int) -> ContestSummary:
    """Return a contest with so many votes for each option; the rest of the ballots are blank."""
    labels: tuple[tuple[str, str, str], ...] = (("agree", "Đồng ý", "Agree"), ("disagree", "Không đồng ý", "Disagree"))
    if rule_set.id == "vn-confidence":
        labels = (
            ("high", "Tín nhiệm cao", "High confidence"),
            ("normal", "Tín nhiệm", "Confidence"),
            ("low", "Tín nhiệm thấp", "Low confidence"),
        )
    needed = -(-2 * members // 3)
    outcome = rule_set.outcomes[0 if votes[0] >= needed else -1]
    return ContestSummary(
        id=f"c{place}",
        subject=Wording(f"Đồng chí Trần Thị Lan Hương {place}", f"Comrade Trần Thị Lan Hương {place}"),
        options=tuple(
            OptionSummary(name, Wording(vi, en), count, format_percentage(count, members))
            for (name, vi, en), count in zip(labels, votes, strict=False)
        ),
        blank=members - 1 - sum(votes),
        base=members,
        tests=(TestSummary(labels[0][0], needed, members, votes[0], votes[0] >= needed),),
        outcome=outcome.id,
        outcome_text=outcome.text,
    )


def make_election(rule_set: RuleSetName, source: random.Random, *, contests: int, members: int) -> ElectionSummary:
    """Return an election of so many members, all but one of whom were there and voted."""
    options = 3 if rule_set.id == "vn-confidence" else 2
    made = []
    for place in range(1, contests + 1):
        cuts = sorted(source.randint(0, members - 1) for _ in range(options - 1))
        votes = [high - low for low, high in zip([0, *cuts], [*cuts, members - 1], strict=True)]
        made.append(make_contest(rule_set, place, votes, members=members))
    return ElectionSummary(
        id=rule_set.id,
        title=Wording("Rà soát năm 2026", "Screening of 2026"),
        rule_set=rule_set,
        mark="V",
        in_force=True,
        base_kind="official_minus_exempt",
        base_value=members,
        base_parts=ClassCounts(official=members, exempt=0, suspended=0, transferred_out=0),
        base_ground="",
        summoned=members,
        present=members - 1,
        issued=members - 1,
        returned=members - 1,
        not_returned=0,
        valid=members - 1,
        blank=0,
        invalid=0,
        is_on_paper=False,
        contests=tuple(made),
    )


def make_candidates_election(count: int, *, seats: int, members: int) -> ElectionSummary:
    """Return an election of a committee from so many candidates."""
    rule_set = name_rule_set("vn-committee-election")
    standings = rule_set.standings
    options = tuple(
        OptionSummary(
            f"p{place}",
            Wording(f"Nguyễn Thị Ứng Cử {place}", f"Nguyễn Thị Ứng Cử {place}"),
            (members - place) % members,
            format_percentage((members - place) % members, members),
            standings[0 if place <= seats else -1].id,
            standings[0 if place <= seats else -1].text,
        )
        for place in range(1, count + 1)
    )
    contest = ContestSummary(
        id="c1",
        subject=Wording("Bầu cấp ủy nhiệm kỳ 2025-2030", "Committee of 2025-2030"),
        options=options,
        blank=0,
        base=members,
        tests=(),
        outcome=rule_set.outcomes[0].id,
        outcome_text=rule_set.outcomes[0].text,
        seats=seats,
        seats_left=0,
    )
    base = make_election(rule_set, random.Random(1), contests=0, members=members)
    return replace(base, title=Wording("Bầu chi ủy", "Committee"), mark="I", contests=(contest,))


def make_summary(number: int, *, contests: int = 2, candidates: int = 0) -> ReportSummary:
    """Return the checked report of a unit; its numbers follow from the unit's."""
    source, members = random.Random(number), 12 + number % 19
    names = [name_rule_set(RULE_SETS[(number + each) % len(RULE_SETS)]) for each in range(1 + number % 2)]
    elections = [make_election(name, source, contests=contests, members=members) for name in names]
    if candidates:
        elections.append(make_candidates_election(candidates, seats=3, members=members))
    unit = list_sample_unit(number)
    return ReportSummary(
        unit_key=unit.key,
        unit=unit.name,
        superior="Đảng bộ phường Ngọc Lâm",
        place="Nhà văn hóa",
        meeting=f"M{number:07}",
        held_on=DAY + timedelta(days=number % 9),
        head="ab" * 32,
        head_code=f"{number:04}-NAYT-NAYT-NAYT-NAYT-NAYT-NAYT-NAYT",
        archive=sha256(str(number).encode()).hexdigest(),
        summoned=members,
        present=members - 1,
        elections=tuple(elections),
        annulled=(AnnulledSummary("s9", Wording("Lần hủy", "Annulled"), names[0].id, "Nhầm phiếu", is_damaged=False),)
        if number % 11 == 0
        else (),
        entries=40,
        ballots=members,
        proofs=200,
        signatures=30,
    )


def combine_sample(units: int = 12, *, missing: int = 3, contests: int = 2) -> CombinedReport:
    """Return what so many units add up to: the last ones are missing, and a file for each cause is left out."""
    listed = [list_sample_unit(number) for number in range(1, units + 1)]
    reporting = range(1, units + 1 - missing)
    files = [
        ReceivedFile(f"chi-bo-{n}.report.json", make_summary(n, contests=contests, candidates=9 if n == 5 else 0))
        for n in reporting
    ]
    first = make_summary(1, contests=contests)
    files.append(ReceivedFile("lai-lan-nua.report.json", first))
    files.append(ReceivedFile("don-vi-la.report.json", replace(first, unit_key="K" + "9" * 19)))
    files.append(ReceivedFile("ten-khac.report.json", replace(first, unit="Chi bộ Khác")))
    files += [
        ReceivedFile(f"{cause.value}.report.json", Refusal(cause, check="V5", entry=17, detail="unit"))
        for cause in (
            LeftOutCause.UNREADABLE,
            LeftOutCause.NOT_A_REPORT,
            LeftOutCause.WRONG_SIGNATURE,
            LeftOutCause.ENVELOPE_DIFFERS,
            LeftOutCause.ARCHIVE_FAILS,
            LeftOutCause.REHEARSAL,
            LeftOutCause.NOT_ENDED,
        )
    ]
    return combine_reports(listed, files)


def fill_combined(text: str, *, units: int = 3) -> CombinedReport:
    """Return a combined report with a text in every place where a unit or a file may have written one."""
    return fill_texts(combine_sample(units, missing=1, contests=1), text, replaces=_TEXT_FIELDS.__contains__)
