"""The form for paper ballots that are out, as the chair's and the desk's pages have it."""

from __future__ import annotations

from ballot_server.services.paper_ballots import PaperNumbers, count_paper_ballots
from ballot_server.services.show_paper import show_paper
from ballot_server.web.acts import read_number, run_act
from ballot_server.web.context import get_context
from ballot_server.web.language import choose_language


def save_paper_numbers(meeting: str, election: str) -> None:
    """Store what the form says. Raises: ActRefusedError, ElectionMissingError."""
    database = get_context().installation.database
    if show_paper(database, meeting, election, choose_language()).is_alone:
        names = ("printed", "handed_out", "brought_back", "lost")
        numbers = PaperNumbers(**{name: read_number(name, most=5_000) for name in names})
    else:
        issued = read_number("paper_issued", most=5_000)
        numbers = PaperNumbers(printed=issued, handed_out=issued)
    run_act(lambda: count_paper_ballots(database, meeting=meeting, election=election, numbers=numbers))
