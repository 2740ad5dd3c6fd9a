"""The one act of making slips, for the chair's page and for the desk's."""

from __future__ import annotations

from flask import Response, request

from ballot_server.services.print_series import print_series
from ballot_server.web.acts import read_number, refuse, run_act, send_file
from ballot_server.web.context import get_context, open_board
from ballot_server.web.language import choose_language
from ballot_server.web.sessions import require_recent_passphrase

MOST_SLIPS = 5000


def make_slips(meeting: str) -> Response:
    """Print the series that the form names: the answer is the only copy.

    Raises: ActRefusedError; what `require_recent_passphrase` raises.
    """
    require_recent_passphrase()
    context = get_context()
    installation = context.installation
    letter = request.form.get("series", "")
    count = read_number("count", least=1, most=MOST_SLIPS)
    address = context.voters_address
    if address is None:
        raise refuse("slips.no_address")
    language, board = choose_language(), open_board(meeting)
    pdf = run_act(
        lambda: print_series(
            installation.database,
            board,
            meeting=meeting,
            series=letter,
            count=count,
            address=address,
            language=language,
            random_bytes=context.door.random_bytes,
        )
    )
    return send_file(pdf, name=f"the-bo-phieu-{meeting}-{letter}.pdf", mimetype="application/pdf")
