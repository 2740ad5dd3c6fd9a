"""Charts of contests: that bars and lines stand where the numbers say, for the eye and in words."""

from __future__ import annotations

import socket
from dataclasses import replace

import cv2
import numpy
import pytest

from ballot_server.i18n import Language
from ballot_server.minutes.charts import PictureFormat, compose_chart, render_chart, split_chart
from ballot_server.minutes.document import BarTone, Chart
from ballot_server.minutes.record import BaseRecord, ContestRecord, OptionRecord, TestRecord
from ballot_server.minutes.wording import Wording
from tests.support.minutes_extremes import (
    ENDLESS_NAME,
    LONG_NAME,
    make_candidates,
    make_confidence,
    make_discipline,
    make_one_voter,
)
from tests.support.minutes_samples import make_contest, make_election, make_minutes
from tests.support.printed_minutes import DrawnChart, find_charts, list_alternatives, open_minutes, read_body

VIETNAMESE = Wording(Language.VIETNAMESE)


def chart_of(contest: ContestRecord) -> Chart:
    """Return a contest's chart in Vietnamese."""
    return compose_chart(contest, VIETNAMESE)


def make_votes_cast() -> ContestRecord:
    """Return a contest of 15 ballots, 12 of them blank, whose base is the other three."""
    return replace(
        make_contest(),
        options=(OptionRecord("Có", 2), OptionRecord("Không", 1)),
        blank=OptionRecord("Phiếu trắng", 12),
        bases=(BaseRecord("số phiếu hợp lệ trừ phiếu trắng", 3, "số phiếu chọn", holds_blank=False),),
        tests=(TestRecord("Có", 2, 3, 2, passed=True),),
    )


def draw(contest: ContestRecord) -> DrawnChart:
    """Return a contest's chart as it is drawn in the minutes."""
    (drawn,) = find_charts(open_minutes(make_minutes(make_election(contest))))
    return drawn


def test_chart_has_bars_in_the_order_of_the_table_and_blank_last() -> None:
    bars = chart_of(make_contest()).bars
    assert [(bar.label, bar.count, bar.share) for bar in bars] == [
        ("Đồng ý", 12, "66,67%"),
        ("Không đồng ý", 2, "11,11%"),
        ("Phiếu trắng", 1, "5,56%"),
    ]


def test_chart_is_of_the_rule_sets_own_base() -> None:
    assert (chart_of(make_contest()).whole, chart_of(make_confidence()).whole) == (18, 15)


def test_chart_names_the_one_option_that_a_line_is_for() -> None:
    chart = chart_of(make_contest())
    assert [(line.label, line.needed, line.bars) for line in chart.thresholds] == [("“Đồng ý” cần 12", 12, (0,))]


def test_chart_of_candidates_has_one_line_for_all() -> None:
    chart = chart_of(make_candidates(60))
    assert [(line.label, line.bars) for line in chart.thresholds] == [("cần 10", tuple(range(60)))]


@pytest.mark.parametrize(
    ("low", "tone"), [(7, BarTone.PLAIN), (8, BarTone.REACHED), (9, BarTone.REACHED), (10, BarTone.REACHED)]
)
def test_chart_of_confidence_has_both_lines_of_low_on_low_alone(low: int, tone: BarTone) -> None:
    chart = chart_of(make_confidence(low=low))
    assert [(line.needed, line.bars) for line in chart.thresholds] == [(8, (2,)), (10, (2,))]
    assert [bar.tone for bar in chart.bars] == [BarTone.PLAIN, BarTone.PLAIN, tone, BarTone.BLANK]


def test_chart_of_confidence_has_one_line_where_both_ask_for_as_many() -> None:
    tests = (TestRecord("Tín nhiệm thấp", 2, 3, 2, passed=True),) * 2
    contest = replace(make_confidence(), bases=(BaseRecord("số phiếu thu về", 3, "thu về"),), tests=tests)
    assert [line.needed for line in chart_of(contest).thresholds] == [2]


def test_chart_of_discipline_has_each_line_on_its_own_forms() -> None:
    chart = chart_of(make_discipline())
    assert [(line.label, line.bars) for line in chart.thresholds] == [("cần 10", (1, 2, 3, 4)), ("cần 12", (0,))]
    assert not chart.lines_cross


def test_chart_of_discipline_adds_what_severer_forms_carry() -> None:
    bars = chart_of(make_discipline()).bars
    assert [(bar.count, bar.carried) for bar in bars] == [(6, 0), (0, 6), (4, 6), (3, 10), (1, 0), (1, 0)]


def test_chart_goes_beyond_a_base_that_holds_no_blank_ballots() -> None:
    chart = chart_of(make_votes_cast())
    assert (chart.whole, chart.end, chart.bars[-1].share) == (3, 12, "–")
    assert chart.caption.startswith("Trục từ 0 đến 12; số phiếu chọn: 3.")


def test_chart_of_base_zero_has_an_axis_and_no_shares() -> None:
    contest = replace(
        make_contest(),
        options=(OptionRecord("Đồng ý", 0),),
        blank=OptionRecord("Phiếu trắng", 0),
        bases=(BaseRecord("cơ sở", 0, "cơ sở"),),
        tests=(TestRecord("Đồng ý", 1, 0, 0, passed=False),),
    )
    chart = chart_of(contest)
    assert (chart.whole, chart.end, {bar.share for bar in chart.bars}) == (0, 1, {"–"})
    assert render_chart(chart, PictureFormat.PNG)


def test_chart_without_a_base_has_no_shares() -> None:
    assert {bar.share for bar in chart_of(replace(make_contest(), bases=())).bars} == {"–"}


def test_description_says_every_number() -> None:
    assert chart_of(make_contest()).description == (
        "Biểu đồ “Đồng chí Nguyễn Văn Bình”. Trục từ 0 đến 18 (cơ sở). Đồng ý: 12 (66,67%); Không đồng ý: 2 (11,11%); "
        "Phiếu trắng: 1 (5,56%). Mức cần đạt của “Đồng ý”: 12."
    )


def test_description_of_discipline_says_the_sums() -> None:
    description = chart_of(make_discipline()).description
    assert "Cảnh cáo: 4 (22,22%), cộng dồn 10" in description
    assert "Mức cần đạt của “Khai trừ”: 12." in description


def test_description_in_english_is_in_english() -> None:
    description = compose_chart(make_contest(), Wording(Language.ENGLISH)).description
    assert description.startswith("Chart “Đồng chí Nguyễn Văn Bình”. Axis from 0 to 18 (cơ sở).")


def test_minutes_carry_the_description_beside_the_drawing() -> None:
    document = open_minutes(make_minutes(make_election(make_confidence(), make_discipline())))
    described = [chart_of(make_confidence()).description, chart_of(make_discipline()).description]
    assert [text for text in list_alternatives(document) if text.startswith("Biểu đồ")] == described


def test_long_texts_are_cut_in_the_chart_and_whole_in_the_table() -> None:
    contest = make_candidates(3, "{place} " + LONG_NAME)
    assert all(len(bar.label) <= 90 for bar in chart_of(contest).bars)
    body = "".join(read_body(open_minutes(make_minutes(make_election(contest)))).split())
    assert body.count("".join(LONG_NAME.split())) >= 3


def test_chart_of_sixty_is_cut_in_pieces_that_hold_each_bar_once() -> None:
    chart = chart_of(make_candidates(60))
    pieces = split_chart(chart, VIETNAMESE)
    assert tuple(bar for piece in pieces for bar in piece.bars) == chart.bars
    assert [len(piece.bars) for piece in pieces] == [20, 20, 21]
    assert {(piece.end, piece.thresholds[0].needed) for piece in pieces} == {(18, 10)}


def test_pieces_of_a_chart_hold_fewer_bars_where_names_are_long() -> None:
    pieces = split_chart(chart_of(make_candidates(60, "{place} " + LONG_NAME)), VIETNAMESE)
    assert max(len(piece.bars) for piece in pieces) <= 8
    assert pieces[-1].bars[-1].tone is BarTone.BLANK
    assert len(pieces[-1].bars) > 1


def test_line_that_concerns_no_bar_of_a_piece_is_left_out_of_it() -> None:
    pieces = split_chart(chart_of(make_discipline()), VIETNAMESE, most_bars=3)
    assert [[line.needed for line in piece.thresholds] for piece in pieces] == [[10, 12], [10]]


@pytest.mark.parametrize("agree", [2, 11, 12, 14])
def test_bars_and_line_are_drawn_to_scale(agree: int) -> None:
    drawn = draw(make_contest(agree=agree))
    assert [drawn.measure(bar) for bar in drawn.bars] == pytest.approx(
        [agree / 18, (14 - agree) / 18][: len(drawn.bars)], abs=0.004
    )
    assert [drawn.measure((line.x0 + line.x1) / 2) for line in drawn.lines] == pytest.approx([12 / 18], abs=0.004)


def test_lines_of_confidence_are_drawn_to_scale_on_the_bar_of_low() -> None:
    drawn = draw(make_confidence())
    assert [drawn.measure((line.x0 + line.x1) / 2) for line in drawn.lines] == pytest.approx(
        [8 / 15, 10 / 15], abs=0.004
    )
    assert len({line.y0 for line in drawn.lines}) == 1


def test_lines_of_discipline_are_drawn_to_scale_each_on_its_bar() -> None:
    drawn = draw(make_discipline())
    places = [
        round(18 * drawn.measure((line.x0 + line.x1) / 2)) for line in sorted(drawn.lines, key=lambda line: line.y0)
    ]
    assert places == [12, 10, 10, 10, 10]


def test_bar_of_the_only_voter_fills_the_axis() -> None:
    (drawn,) = find_charts(open_minutes(make_one_voter()))
    assert [drawn.measure(bar) for bar in drawn.bars] == pytest.approx([1], abs=0.004)


@pytest.mark.parametrize("picture", PictureFormat)
@pytest.mark.parametrize(
    "contest",
    [
        make_contest(),
        make_confidence(),
        make_discipline(),
        make_candidates(60),
        make_votes_cast(),
        make_contest(ENDLESS_NAME),
    ],
    ids=["two", "confidence", "discipline", "60 candidates", "votes cast", "endless name"],
)
def test_render_chart_gives_the_same_picture_for_the_same_chart(contest: ContestRecord, picture: PictureFormat) -> None:
    chart = chart_of(contest)
    assert render_chart(chart, picture) == render_chart(chart, picture)


def test_render_chart_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert render_chart(chart_of(make_contest('#include "/etc/passwd" <img src=//x>')), PictureFormat.SVG)


def test_picture_in_svg_runs_nothing_and_loads_nothing() -> None:
    picture = render_chart(chart_of(make_contest("<script>alert(1)</script>")), PictureFormat.SVG).decode()
    assert picture.startswith("<svg")
    assert not any(word in picture for word in ("<script", "<image", "<foreignObject", "url(http", 'href="http'))


def test_picture_in_png_has_no_colour() -> None:
    picture = render_chart(chart_of(make_discipline()), PictureFormat.PNG)
    image = cv2.imdecode(numpy.frombuffer(picture, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert int((image.max(axis=2) - image.min(axis=2)).max()) == 0
