"""Fill an order for slips on a machine that has no part in the count: printable files, and the lists for the server."""

from __future__ import annotations

from dataclasses import dataclass

from ballot_server.i18n import Language
from ballot_server.minutes.slips import render_slips
from ballot_server.services.make_slips import make_slips
from ballot_server.services.slip_order import SeriesLists, SlipOrder, encode_lists
from crypto.group import RandomBytes


@dataclass(frozen=True, repr=False)
class FilledOrder:
    """The printable file of each series by letter, which holds the secrets, and the lists, which hold none."""

    sheets: tuple[tuple[str, bytes], ...]
    lists: bytes


def fill_order(order: SlipOrder, *, language: Language, random_bytes: RandomBytes) -> FilledOrder:
    """Make and lay out all that is ordered. Raises: what `make_slips` and `render_slips` raise."""
    sheets, lists = [], []
    for ordered in order.series:
        made = make_slips(order.design(ordered, language), ordered.count, random_bytes)
        sheets.append((ordered.series, render_slips(made.sheet, language)))
        lists.append(SeriesLists(ordered.series, made.lists))
    return FilledOrder(tuple(sheets), encode_lists(order.meeting, lists))
