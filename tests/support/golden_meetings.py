"""The meetings whose minutes are golden: every kind of vote of RULES, every conclusion that it can come to.

The roll is that of `tests/e2e/every_vote`. On 15 January 2026 it gives

    screening             21 official − 2 exempt − 1 transferred − 1 suspended = 17, 14 of them present
    ordinary meeting      21 − 1 exempt and away − 1 suspended = 19, 16 present: an exempt and a transferred member vote
    election              19 − 1 excused for the whole congress = 18, 16 present
    committee decision    6 in post, 5 present
    all members           21; 20 of them may vote, 16 present

and on 15 July 2026, when one exemption has ended, 18 in a screening, so that exactly one half can be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ballot_server.domain.base import BaseKind
from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.contest import Wording
from ballot_server.domain.threshold import Comparator, Threshold
from ballot_server.i18n import Language
from ballot_server.services.compose_record import Network, Switched
from ballot_server.services.own_rule import OwnForm, OwnRule, write_own_rule
from crypto.manifest import Counts
from tests.support.staged_meetings import StagedContest, StagedElection, StagedMeeting, StagedPaper

JULY = date(2026, 7, 15)
"""Exactly half of the 18 in a screening is nine."""

MARCH_2022 = date(2022, 3, 10)
"""41-QĐ/TW was in force, and minutes had the older layout; nobody was exempt yet."""

CANDIDATES = {
    "p1": "Đặng Văn An",
    "p2": "Hồ Thị Giang",
    "p3": "Kiều Văn Hải",
    "p4": "Lã Thị Hạnh",
    "p5": "Lê Văn Hùng",
}


@dataclass(frozen=True)
class Golden:
    """A meeting, and the language of its minutes."""

    meeting: StagedMeeting
    language: Language = Language.VIETNAMESE


def yes(agree: int, disagree: int, blank: int = 0) -> dict[str, int]:
    """Return the counts of a vote for or against."""
    return {"agree": agree, "disagree": disagree, "blank": blank}


def levels(high: int, medium: int, low: int, blank: int = 0) -> dict[str, int]:
    """Return the counts of a vote of confidence."""
    return {"high": high, "medium": medium, "low": low, "blank": blank}


def ask(subject: str, counts: Mapping[str, int], *, previous_failed: int = 0) -> StagedContest:
    """Return a contest with its counts."""
    return StagedContest(subject, counts, previous_failed=previous_failed)


SCREENING_STEP1 = StagedElection(
    id="listed",
    title="Rà soát, đưa vào danh sách cần giáo dục, giúp đỡ",
    rule="vn-screening-step1",
    contests=(ask("Đồng chí Hồ Thị Giang", yes(12, 1)), ask("Đồng chí Kiều Văn Hải", yes(11, 1, 1))),
    returned=13,
    # One slip came back unused and another was drawn for it; one was lost and replaced.
    slips=Counts(printed=18, handed_out=16, brought_back=1, lost=1, left_over=2, present=14),
)

PEOPLE = ("Hồ Thị Giang", "Kiều Văn Hải", "Lã Thị Hạnh", "Lê Văn Hùng", "Lý Thị Khánh", "Mai Văn Long")

SCREENING_STEP3 = (
    StagedElection(
        id="progress",
        title="Công nhận sự tiến bộ",
        rule="vn-screening-progress",
        contests=tuple(
            ask(f"Đồng chí {name}", yes(agree, 14 - agree)) for name, agree in zip(PEOPLE, (9, 8, 10, 8), strict=False)
        ),
        returned=14,
    ),
    StagedElection(
        id="removal",
        title="Đề nghị xem xét, đưa ra khỏi Đảng",
        rule="vn-screening-removal",
        follows="progress",
        contests=tuple(
            ask(f"Đồng chí {name}", yes(agree, 14 - agree))
            for name, agree in zip(PEOPLE, (11, 12, 13, 0), strict=False)
        ),
        returned=14,
    ),
)
"""Progress needs 9 and removal 12 of 18: recognised, proposed, both, neither."""

CONFIDENCE = StagedElection(
    id="confidence",
    title="Lấy phiếu tín nhiệm đối với ban chi ủy",
    rule="vn-confidence",
    contests=(
        ask("Đồng chí Hồ Thị Giang, Bí thư chi bộ", levels(4, 2, 5, 1)),
        ask("Đồng chí Kiều Văn Hải, Phó bí thư", levels(4, 2, 6)),
        ask("Đồng chí Lã Thị Hạnh, chi ủy viên", levels(3, 2, 7)),
        ask("Đồng chí Lê Văn Hùng, chi ủy viên", levels(2, 2, 8)),
    ),
    returned=12,
    present_at_close=15,
)
"""Of 12 returned: six are exactly half, and of no consequence; seven are more; eight are exactly two thirds."""

CONFIDENCE_2021 = StagedElection(
    id="confidence-2021",
    title="Lấy phiếu tín nhiệm",
    rule="vn-confidence-2021",
    contests=(
        ask("Đồng chí Hồ Thị Giang", levels(4, 2, 6)),
        ask("Đồng chí Kiều Văn Hải", levels(3, 2, 7)),
        ask("Đồng chí Lã Thị Hạnh", levels(2, 2, 8)),
        ask("Đồng chí Lê Văn Hùng", levels(1, 2, 9)),
    ),
    returned=12,
)
"""Exactly two thirds, eight, is read both ways; nine is more than two thirds."""

ADMISSION = StagedElection(
    id="admission",
    title="Đề nghị kết nạp quần chúng vào Đảng",
    rule="vn-admission",
    contests=(ask("Quần chúng Đinh Thị Hoa", yes(13, 3)), ask("Quần chúng Tô Minh Quân", yes(12, 3, 1))),
    returned=16,
)

RECOGNITION = StagedElection(
    id="recognition",
    title="Công nhận đảng viên chính thức",
    rule="vn-recognition",
    contests=(
        ask("Đảng viên dự bị Vũ Thị Vân", yes(13, 3), previous_failed=2),
        ask("Đảng viên dự bị Dương Văn Yên", yes(12, 4), previous_failed=1),
        ask("Đảng viên dự bị Chu Thị Xuyến", yes(12, 4), previous_failed=2),
    ),
    returned=16,
)

STRIKING_OFF = StagedElection(
    id="striking-off",
    title="Xóa tên trong danh sách đảng viên",
    rule="vn-striking-off",
    contests=(
        StagedContest("Đồng chí Lê Văn Hùng", yes(13, 1), member="009"),
        StagedContest("Đồng chí Mai Văn Long", yes(12, 2), member="011", previous_failed=2),
        StagedContest("Đồng chí Phùng Thị Phúc", yes(10, 3, 1), member="016"),
    ),
    returned=14,
    member_concerned_votes=False,
)
"""All three get no slip and stay in the base: 19 − 3 = 16 may vote, 14 of them present, for one of the three is not."""

DISCIPLINE = StagedElection(
    id="discipline",
    title="Quyết định hình thức kỷ luật",
    rule="vn-discipline",
    contests=(
        StagedContest(
            "Đồng chí Hồ Thị Giang (giữ chức vụ)",
            {"expulsion": 5, "removal_from_office": 5, "warning": 3, "reprimand": 3},
            holds_post=True,
        ),
        ask("Đồng chí Kiều Văn Hải", {"expulsion": 13, "reprimand": 3}),
        ask("Đồng chí Lã Thị Hạnh", {"expulsion": 2, "warning": 10, "reprimand": 4}),
        ask("Đồng chí Lê Văn Hùng", {"expulsion": 4, "warning": 4, "reprimand": 6, "none": 1, "blank": 1}),
        ask("Đồng chí Lý Thị Khánh", {"reprimand": 6, "none": 10}),
        ask("Đồng chí Mai Văn Long", {"expulsion": 6, "warning": 3, "none": 7}),
    ),
    returned=16,
)
"""Expulsion needs 13, the rest 10: cumulated to the second; alone; alone; cumulated to the last; none; nothing."""

COMMITTEE = StagedElection(
    id="committee",
    title="Bầu chi ủy",
    rule="vn-committee-election",
    contests=(
        StagedContest(
            "Bầu ba chi ủy viên",
            {"p1": 14, "p2": 11, "p3": 10, "p4": 9, "p5": 2},
            candidates=CANDIDATES,
            seats=3,
        ),
        StagedContest(
            "Bầu ba đại biểu dự đại hội",
            {"p1": 12, "p2": 10, "p3": 10, "p4": 10},
            candidates=dict(list(CANDIDATES.items())[:4]),
            seats=3,
        ),
        StagedContest(
            "Bầu hai ủy viên ủy ban kiểm tra",
            {"p1": 11, "p2": 8, "p3": 5, "blank": 2},
            candidates=dict(list(CANDIDATES.items())[:3]),
            seats=2,
        ),
    ),
    returned=16,
    present_at_close=16,
)
"""More than half of 18 is ten: all seats filled; three tied for two seats; one elected and a seat left."""

FLOOR = StagedElection(
    id="floor",
    title="Giới thiệu thêm tại đại hội",
    rule="vn-floor-nomination",
    contests=(ask("Đồng chí Ngô Thị Mai", yes(5, 11)), ask("Đồng chí Nguyễn Văn Nam", yes(4, 11, 1))),
    returned=16,
)
"""More than 30 % of 16, which is 4,8."""

RESOLUTION = StagedElection(
    id="resolution",
    title="Thông qua nghị quyết chuyên đề",
    rule="vn-resolution",
    contests=(ask("Nghị quyết về chuyển đổi số", yes(10, 6)), ask("Nghị quyết về xây dựng nhà văn hóa", yes(9, 7))),
    returned=16,
)

DECISION = StagedElection(
    id="decision",
    title="Quyết định của chi ủy",
    rule="vn-committee-decision",
    contests=(ask("Phân công nhiệm vụ", yes(4, 1)), ask("Chương trình kiểm tra năm 2026", yes(3, 2))),
    returned=5,
)
"""Exactly half of the six in post is not more than half."""

GENERIC = (
    StagedElection(
        id="simple",
        title="Chọn ngày họp",
        rule="majority-of-votes-cast",
        contests=(
            ask("Họp ngày thứ Bảy", {"yes": 8, "no": 8}),
            ask("Họp ngày Chủ nhật", {"yes": 9, "no": 6, "blank": 1}),
            ask("Họp buổi tối", {"yes": 1, "no": 2, "blank": 13}),
        ),
        returned=16,
    ),
    StagedElection(
        id="two-thirds",
        title="Sửa quy chế",
        rule="two-thirds-of-votes-cast",
        contests=(
            ask("Sửa Điều 3", {"yes": 8, "no": 4, "blank": 4}),
            ask("Sửa Điều 7", {"yes": 10, "no": 6}),
        ),
        returned=16,
    ),
    StagedElection(
        id="absolute",
        title="Giải thể ban phong trào",
        rule="majority-of-all-members",
        contests=(
            ask("Giải thể", {"yes": 11, "no": 5}),
            ask("Chuyển nhiệm vụ", {"yes": 10, "no": 6}),
        ),
        returned=16,
    ),
)


def own_rule(form: OwnForm, title: str, base: BaseKind, threshold: Threshold, quorum: Fraction | None = None) -> str:
    """Return the text of a rule as the chair's form writes it."""
    rule = OwnRule(
        form=form,
        title=Wording(title, title),
        source="Điều lệ Hội Người cao tuổi phường",
        clause="Điều 12",
        base=base,
        threshold=threshold,
        quorum=quorum,
        exempt_vote=True,
    )
    return write_own_rule(rule)


OWN = (
    StagedElection(
        id="statute",
        title="Sửa đổi điều lệ",
        rule=own_rule(
            OwnForm.YES_NO,
            "Sửa đổi điều lệ: từ bốn phần năm",
            BaseKind.FIXED,
            Threshold(Comparator.AT_LEAST, Fraction(4, 5)),
            Fraction(1, 2),
        ),
        contests=(
            ask("Sửa Điều 5", {"yes": 15, "no": 1}),
            ask("Sửa Điều 9", {"yes": 14, "no": 2}),
        ),
        returned=16,
        fixed=FixedBase(18, "danh sách hội viên chốt ngày 10/01/2026"),
    ),
    StagedElection(
        id="board",
        title="Bầu ban chấp hành hội",
        rule=own_rule(
            OwnForm.CANDIDATES,
            "Bầu ban chấp hành: quá nửa phiếu hợp lệ",
            BaseKind.VALID,
            Threshold(Comparator.MORE_THAN, Fraction(1, 2)),
        ),
        contests=(
            StagedContest(
                "Ban chấp hành", {"p1": 12, "p2": 8, "p3": 7}, candidates=dict(list(CANDIDATES.items())[:3]), seats=2
            ),
        ),
        returned=15,
    ),
    StagedElection(
        id="levels",
        title="Đánh giá mức độ hài lòng",
        rule=own_rule(
            OwnForm.LEVELS,
            "Đánh giá: mức thấp quá một phần ba",
            BaseKind.PRESENT,
            Threshold(Comparator.MORE_THAN, Fraction(1, 3)),
        ),
        contests=(ask("Hoạt động năm 2025", levels(6, 4, 6)), ask("Quỹ hội", levels(8, 3, 5))),
        returned=16,
    ),
)
"""Four fifths of the 18 entered are 15 (14,4); more than half of 15 valid ballots are 8; more than a third of 16, 6."""

MIXED = StagedElection(
    id="admission",
    title="Đề nghị kết nạp quần chúng vào Đảng",
    rule="vn-admission",
    contests=(ask("Quần chúng Đinh Thị Hoa", yes(13, 1)), ask("Quần chúng Tô Minh Quân", yes(11, 1, 2))),
    returned=15,
    slips=Counts(printed=14, handed_out=12, brought_back=0, lost=0, left_over=2, present=16),
    paper=StagedPaper(
        issued=5,
        ballots=5,
        counts=(yes(4, 0), yes(3, 0, 1)),
        exchanged=1,
        reasons={"gạch bỏ cả hai phương án": 1},
    ),
)
"""12 slips out, one exchanged, 5 on paper: 16 issued; 10 came back by phone and 5 on paper, one of them invalid."""

PAPER_ALONE = StagedElection(
    id="resolution",
    title="Thông qua nghị quyết chuyên đề",
    rule="vn-resolution",
    contests=(ask("Nghị quyết về chuyển đổi số", yes(10, 3, 1)),),
    returned=16,
    slips=Counts(printed=20, handed_out=17, brought_back=1, lost=0, left_over=3, present=16),
    paper=StagedPaper(issued=16, ballots=16, reasons={"đánh dấu cả hai ô": 1, "ký tên lên phiếu": 1}),
    on_paper=True,
)

ANNULLED = (
    StagedElection(
        id="listed",
        title="Rà soát, đưa vào danh sách",
        rule="vn-screening-step1",
        contests=SCREENING_STEP1.contests,
        returned=0,
        annulled="Cơ sở tính sai: một đảng viên được miễn vẫn được tính",
    ),
    StagedElection(
        id="listed-2",
        title="Rà soát, đưa vào danh sách (lần hai)",
        rule="vn-screening-step1",
        contests=(ask("Đồng chí Hồ Thị Giang", yes(12, 2)),),
        returned=14,
    ),
    StagedElection(
        id="resolution",
        title="Thông qua nghị quyết",
        rule="vn-resolution",
        contests=PAPER_ALONE.contests,
        returned=0,
        annulled="Mất mạng Wi-Fi, không khôi phục được",
    ),
    StagedElection(
        id="resolution-2",
        title="Thông qua nghị quyết (phiếu giấy)",
        rule="vn-resolution",
        contests=PAPER_ALONE.contests,
        returned=16,
        slips=PAPER_ALONE.slips,
        paper=PAPER_ALONE.paper,
        on_paper=True,
    ),
)

GOLDENS: Mapping[str, Golden] = {
    "screening-step1": Golden(StagedMeeting((SCREENING_STEP1,))),
    "screening-step3": Golden(StagedMeeting(SCREENING_STEP3, held_on=JULY)),
    "screening-step3-english": Golden(StagedMeeting(SCREENING_STEP3, held_on=JULY), Language.ENGLISH),
    "confidence": Golden(StagedMeeting((CONFIDENCE,))),
    "confidence-2021": Golden(StagedMeeting((CONFIDENCE_2021,), held_on=MARCH_2022)),
    "confidence-2021-not-in-force": Golden(StagedMeeting((CONFIDENCE_2021,))),
    "admission": Golden(StagedMeeting((ADMISSION,), network=Network.ROOM_TLS, printed_elsewhere=("A",))),
    "recognition": Golden(StagedMeeting((RECOGNITION,))),
    "striking-off": Golden(StagedMeeting((STRIKING_OFF,))),
    "discipline": Golden(StagedMeeting((DISCIPLINE,))),
    "committee-election": Golden(StagedMeeting((COMMITTEE,))),
    "floor-nomination": Golden(StagedMeeting((FLOOR,))),
    "resolution": Golden(StagedMeeting((RESOLUTION,))),
    "committee-decision": Golden(StagedMeeting((DECISION,))),
    "generic": Golden(StagedMeeting(GENERIC)),
    "generic-english": Golden(StagedMeeting(GENERIC), Language.ENGLISH),
    "own-rule": Golden(StagedMeeting(OWN)),
    "mixed": Golden(StagedMeeting((MIXED,))),
    "paper-alone": Golden(StagedMeeting((PAPER_ALONE,))),
    "annulled": Golden(
        StagedMeeting(
            ANNULLED,
            switched=(
                Switched(
                    title=Wording("Thông qua nghị quyết", "Resolution"),
                    instead=Wording("Thông qua nghị quyết (phiếu giấy)", "Resolution (on paper)"),
                    ground="Mất mạng Wi-Fi, không khôi phục được",
                ),
            ),
        )
    ),
    "rehearsal": Golden(StagedMeeting((RESOLUTION,), network=None, rehearsal=True)),
}
"""Minutes by name; each has its text in `tests/golden/minutes`."""
