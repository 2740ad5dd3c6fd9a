"""The lines of the form for one election: what is voted on, who stands, who holds a post, how often a vote failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ballot_server.domain.base_parts import FixedBase
from ballot_server.domain.member import CardNumber, Roll
from ballot_server.errors import BallotServerError
from ballot_server.services.meeting_draft import DraftCandidate, DraftContest, read_line
from ballot_server.services.plain_text import show_text

MOST_CONTESTS = 60
MOST_CANDIDATES = 60
LARGEST_BASE = 1_000_000
MOST_FAILURES = 99
_SEPARATOR = ";"


class DraftLineError(BallotServerError):
    """Lines of the form are not right."""


class NoContestsError(DraftLineError):
    """An election has no lines to vote on."""


class TooManyContestsError(DraftLineError):
    """An election has more lines than a ballot holds; fields: count, most."""


class NoCandidatesError(DraftLineError):
    """Nobody stands for election."""


class TooManyCandidatesError(DraftLineError):
    """More stand for election than a ballot holds; fields: count, most."""


class CandidateNamedTwiceError(DraftLineError):
    """Two candidates have one name and one card number, so that a ballot could not tell them apart; field: name."""


class SeatsUnfitError(DraftLineError):
    """The number to elect is no number from 1 to that of the candidates; fields: value, most."""


class ContestMemberUnknownError(DraftLineError):
    """The card number of a line is not on the roll; fields: line, card_number."""


class LineNumberUnknownError(DraftLineError):
    """A number that should name a line above names none; fields: field, value, most."""


class FailuresUnfitError(DraftLineError):
    """An entry does not say a line and how often its vote failed, as in "2: 1"; fields: value, most."""


class FixedBaseUnfitError(DraftLineError):
    """The number entered as base is no number from 1 on; fields: value, most."""


class OtherPlaceUnfitError(DraftLineError):
    """An entry does not say a line and a place, as in "1: name of the unit"; fields: value."""


class ThirdPlaceError(DraftLineError):
    """Somebody would be voted on in a third place; fields: line, first, second (the two other places).

    Source: 731-CV/TU of the Cần Thơ city committee (11/4/2023), 3.
    """


@dataclass(frozen=True)
class DraftLines:
    """The entries as they came.

    contests, candidates: one a line, a card number after a semicolon; post_holders: numbers of lines; failures: "line:
    times" entries; other_places: "line: place" entries, one a line; fixed_value and fixed_ground: a base that the chair
    enters.
    """

    contests: str = ""
    candidates: str = ""
    seats: str = ""
    post_holders: str = ""
    failures: str = ""
    other_places: str = ""
    fixed_value: str = ""
    fixed_ground: str = ""


def read_contests(lines: DraftLines, roll: Roll, *, most: int = MOST_CONTESTS) -> tuple[DraftContest, ...]:
    """Return what is voted on. Raises: a DraftLineError, or a DraftFieldError for a text."""
    written = _split(lines.contests)
    if not written:
        raise NoContestsError
    if len(written) > most:
        raise TooManyContestsError(count=len(written), most=most)
    return tuple(
        DraftContest(*_read_person("contests", number, line, roll)) for number, line in enumerate(written, start=1)
    )


def read_candidates(lines: DraftLines, roll: Roll) -> tuple[DraftCandidate, ...]:
    """Return who stands for election, in ballot order. Raises: a DraftLineError, or a DraftFieldError for a text."""
    written = _split(lines.candidates)
    if not written:
        raise NoCandidatesError
    if len(written) > MOST_CANDIDATES:
        raise TooManyCandidatesError(count=len(written), most=MOST_CANDIDATES)
    candidates = tuple(
        DraftCandidate(*_read_person("candidates", number, line, roll)) for number, line in enumerate(written, start=1)
    )
    for place, candidate in enumerate(candidates):
        if candidate.name in {other.name for other in candidates[:place]}:
            raise CandidateNamedTwiceError(name=candidate.name)
    return candidates


def read_seats(lines: DraftLines, candidates: int) -> int:
    """Return how many are to be elected. Raises: SeatsUnfitError."""
    seats = _read_number(lines.seats)
    if seats is None or not 1 <= seats <= candidates:
        raise SeatsUnfitError(value=show_text(lines.seats.strip()) or "–", most=candidates)
    return seats


def read_post_holders(lines: DraftLines, contests: int) -> frozenset[int]:
    """Return the lines, from 1, whose person holds a post. Raises: LineNumberUnknownError."""
    holders = set()
    for entry in _split_entries(lines.post_holders):
        number = _read_number(entry)
        if number is None or not 1 <= number <= contests:
            raise LineNumberUnknownError(field="post_holders", value=show_text(entry), most=contests)
        holders.add(number)
    return frozenset(holders)


def read_failures(lines: DraftLines, contests: int) -> Mapping[int, int]:
    """Return how often the vote of a line failed before. Raises: FailuresUnfitError, LineNumberUnknownError."""
    failures: dict[int, int] = {}
    for entry in _split_entries(lines.failures):
        line, colon, times = entry.partition(":")
        place, count = _read_number(line), _read_number(times)
        if not colon or place is None or count is None or count > MOST_FAILURES:
            raise FailuresUnfitError(value=show_text(entry), most=MOST_FAILURES)
        if not 1 <= place <= contests:
            raise LineNumberUnknownError(field="failures", value=show_text(entry), most=contests)
        failures[place] = count
    return failures


def read_other_places(lines: DraftLines, contests: int) -> Mapping[int, str]:
    """Return the one other place where the person of a line is voted on too: with this meeting, two at most.

    Raises: OtherPlaceUnfitError, LineNumberUnknownError, ThirdPlaceError, or a DraftFieldError for a text.
    """
    places: dict[int, str] = {}
    for entry in _split(lines.other_places):
        line, colon, place = entry.partition(":")
        number, name = _read_number(line), read_line("other_places", place, needed=False)
        if not colon or number is None or not name:
            raise OtherPlaceUnfitError(value=show_text(entry.strip()))
        if not 1 <= number <= contests:
            raise LineNumberUnknownError(field="other_places", value=show_text(entry.strip()), most=contests)
        if number in places:
            raise ThirdPlaceError(line=number, first=show_text(places[number]), second=show_text(name))
        places[number] = name
    return places


def read_fixed_base(lines: DraftLines) -> FixedBase:
    """Return the base that the chair enters. Raises: FixedBaseUnfitError, or a DraftFieldError for its ground."""
    value = _read_number(lines.fixed_value)
    if value is None or not 1 <= value <= LARGEST_BASE:
        raise FixedBaseUnfitError(value=show_text(lines.fixed_value.strip()) or "–", most=LARGEST_BASE)
    return FixedBase(value=value, ground=read_line("fixed_ground", lines.fixed_ground))


def _split(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _split_entries(text: str) -> list[str]:
    entries = text.replace("\n", ",").replace(_SEPARATOR, ",").split(",")
    return [entry.strip() for entry in entries if entry.strip()]


def _read_number(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_BASE)) else None


def _read_person(field: str, number: int, line: str, roll: Roll) -> tuple[str, CardNumber | None]:
    """Return a line's text and the card number after its last semicolon, which must be on the roll."""
    subject, mark, card = line.rpartition(_SEPARATOR) if _SEPARATOR in line else (line, "", "")
    read = read_line(field, subject)
    if not mark or not card.strip():
        return read, None
    wanted = "".join(card.split()).casefold()
    for entry in roll.entries:
        if "".join(entry.member.card_number.split()).casefold() == wanted:
            return read, CardNumber(entry.member.card_number)
    raise ContestMemberUnknownError(line=number, card_number=show_text(card.strip()))
