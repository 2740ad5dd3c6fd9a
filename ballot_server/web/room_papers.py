"""The papers of the room, to be printed: attendance sheets, the voters' guide, and the zero report of an election."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from ballot_server.i18n import Language
from ballot_server.services.print_attendance import print_attendance
from ballot_server.services.print_guide import print_guide
from ballot_server.services.print_zero_report import VotersPages, print_zero_report
from ballot_server.web.access import Audience, allow
from ballot_server.web.acts import ActRefusedError, answer_with_page, run_act, send_file
from ballot_server.web.assets import Bundle
from ballot_server.web.chair_election import render_election
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language

_PDF = "application/pdf"


def build_room_papers(voters_bundles: Mapping[str, Bundle]) -> Blueprint:
    """Return the pages; voters_bundles: what voters' phones get, whose digests the zero report prints."""
    blueprint = Blueprint("room_papers", __name__)
    files = tuple((name, bundle.digest) for name, bundle in voters_bundles.items())

    @blueprint.get("/desk/<meeting>/attendance.pdf")
    @allow(Audience.DESK)
    def download_attendance(meeting: str) -> Response:
        """Return the attendance sheet with blanks."""
        return _send_attendance(meeting, is_filled=False)

    @blueprint.get("/desk/<meeting>/attendance-filled.pdf")
    @allow(Audience.DESK)
    def download_filled_attendance(meeting: str) -> Response:
        """Return the attendance sheet as the desk recorded it."""
        return _send_attendance(meeting, is_filled=True)

    @blueprint.get("/desk/<meeting>/guide.pdf")
    @allow(Audience.DESK)
    def download_guide(meeting: str) -> Response:
        """Return the voters' guide."""
        context, language = get_context(), choose_language()
        database, address = context.installation.database, context.voters_address
        pdf = run_act(lambda: print_guide(database, meeting=meeting, address=address, language=language))
        name = "cach-bo-phieu" if language is Language.VIETNAMESE else "how-to-vote"
        return send_file(pdf, name=f"{name}-{meeting}.pdf", mimetype=_PDF)

    @blueprint.get("/chair/<meeting>/elections/<election>/zero-report.pdf")
    @allow(Audience.CHAIR)
    def download_zero_report(meeting: str, election: str) -> Response:
        """Return the zero report, or the election's page with why it cannot be printed."""
        context, language = get_context(), choose_language()
        installation, pages = context.installation, VotersPages(files, context.voters_address or "")
        pdf = run_act(
            lambda: print_zero_report(installation, meeting=meeting, election=election, pages=pages, language=language)
        )
        return send_file(pdf, name=f"kiem-tra-{meeting}-{election}.pdf", mimetype=_PDF)

    @blueprint.errorhandler(ActRefusedError)
    def show_refusal(error: ActRefusedError) -> Response:
        """Show the election's page with why its report cannot be printed."""
        names = request.view_args or {}
        meeting, election = str(names["meeting"]), names.get("election")
        if election is None:
            raise error
        return answer_with_page(error, lambda: render_election(meeting, str(election), refusal=error))

    return blueprint


def _send_attendance(meeting: str, *, is_filled: bool) -> Response:
    database, language = get_context().installation.database, choose_language()
    pdf = run_act(lambda: print_attendance(database, meeting=meeting, is_filled=is_filled, language=language))
    return send_file(pdf, name=f"diem-danh-{meeting}.pdf", mimetype=_PDF)
