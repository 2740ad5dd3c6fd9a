"""The chair's acts around paper ballots: numbers, opening, tellers' codes, signatures, posting, and moving to paper."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from ballot_server.services.count_paper import seat_counters
from ballot_server.services.draw_code import draw_code
from ballot_server.services.meeting_draft import read_line
from ballot_server.services.open_paper_election import open_paper_election
from ballot_server.services.post_paper_counts import tally_paper_election
from ballot_server.services.print_paper_ballot import print_paper_ballot
from ballot_server.services.staff_links import LinkCode, format_code
from ballot_server.services.switch_to_paper import switch_to_paper
from ballot_server.services.trustee_room import ask_paper, post_paper_when_signed
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, run_act, send_file
from ballot_server.web.chair_election import lead_back, render_election
from ballot_server.web.context import get_context, open_board
from ballot_server.web.language import choose_language
from ballot_server.web.paper_numbers import save_paper_numbers
from ballot_server.web.sessions import require_recent_passphrase

blueprint = Blueprint("paper", __name__, url_prefix="/chair/<meeting>/elections/<election>/paper")


@blueprint.post("/ballots")
@allow(Audience.CHAIR)
def post_ballots(meeting: str, election: str) -> Response:
    """Record how many paper ballots are out."""
    save_paper_numbers(meeting, election)
    return lead_back(meeting, election)


@blueprint.get("/ballot.pdf")
@allow(Audience.DESK)
def download_ballot(meeting: str, election: str) -> Response:
    """Return the paper ballot to print."""
    database, language = get_context().installation.database, choose_language()
    pdf = print_paper_ballot(database, meeting=meeting, election=election, language=language)
    return send_file(pdf, name=f"phieu-{election}.pdf", mimetype="application/pdf")


@blueprint.post("/open")
@allow(Audience.CHAIR)
def post_open(meeting: str, election: str) -> Response:
    """Seal and open an election on paper."""
    require_recent_passphrase()
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: open_paper_election(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/counters")
@allow(Audience.CHAIR)
def post_counters(meeting: str, election: str) -> str:
    """Name the two tellers who count, and show each one's code once."""
    require_recent_passphrase()
    context = get_context()
    names = [request.form.get(f"counter_{seat}", "") for seat in (1, 2)]
    codes = run_act(
        lambda: seat_counters(
            context.installation.database,
            meeting=meeting,
            election=election,
            names=[read_line("counter_1", name) for name in names],
            random_bytes=context.door.random_bytes,
        )
    )
    base = (context.staff_address or request.host_url.rstrip("/")) + "/count"
    return render_template(
        "staff/paper_codes.html",
        meeting=meeting,
        election=election,
        base=base,
        seats=[
            # The drawing is ours and holds digits only.
            (each.name, format_code(LinkCode(each.code)), Markup(draw_code(f"{base}#{each.code}")))  # noqa: S704 - our own drawing of a checked address.
            for each in codes
        ],
    )


@blueprint.post("/signatures")
@allow(Audience.CHAIR)
def post_signatures(meeting: str, election: str) -> Response:
    """Ask the tellers' devices to sign what was counted."""
    database = get_context().installation.database
    run_act(lambda: ask_paper(database, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/post")
@allow(Audience.CHAIR)
def post_counts(meeting: str, election: str) -> Response:
    """Put what was counted beside phones on the board."""
    require_recent_passphrase()
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: post_paper_when_signed(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/tally")
@allow(Audience.CHAIR)
def post_tally(meeting: str, election: str) -> Response:
    """Put counts and outcome of an election on paper on the board."""
    require_recent_passphrase()
    database, board = get_context().installation.database, open_board(meeting)
    run_act(lambda: tally_paper_election(database, board, meeting=meeting, election=election))
    return lead_back(meeting, election)


@blueprint.post("/switch")
@allow(Audience.CHAIR)
def post_switch(meeting: str, election: str) -> Response:
    """Annul an election on phones and ask the same on paper."""
    require_recent_passphrase()
    text = request.form.get("ground", "")
    ground = run_act(lambda: read_line("ground", text))
    database, board = get_context().installation.database, open_board(meeting)
    name = run_act(lambda: switch_to_paper(database, board, meeting=meeting, election=election, ground=ground))
    return lead_back(meeting, name)


@blueprint.errorhandler(ActRefusedError)
def show_refusal(error: ActRefusedError) -> Response:
    """Show the election's page with why an act was refused."""
    names = request.view_args or {}
    meeting, election = str(names["meeting"]), str(names["election"])
    return answer_with_page(error, lambda: render_election(meeting, election, refusal=error))
