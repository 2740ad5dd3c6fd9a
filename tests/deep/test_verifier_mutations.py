"""Both verifiers, over every byte of a small archive, thousands of mutations of a larger one, and random elections.

None of the damaged archives verifies, none crashes a verifier, and both name the same check and the same entry.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from crypto.archive import encode_archive
from crypto.ballot import ContestShape, Selection
from crypto.board import Entry, format_head, sign_entry
from crypto.bodies import EntryKind
from crypto.encoding import JsonObject, decode_base64, encode_base64
from crypto.errors import CryptoError
from tests.support.archives import (
    SERVER_SEED,
    ArchiveBuilder,
    ElectionPlan,
    SampleArchive,
    build_archive,
    build_smallest_archive,
    hold_key,
    resign,
)
from tests.support.kiosk import build_browser_side
from tests.support.verifiers import Answer, BrowserVerifier, locate, run_browser_verifier, verify_here

MUTATIONS = 10_000
ELECTIONS = 200
BATCH = 50
"""Boards that are asked about at once: Node answers while Python does."""


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserVerifier]:
    with run_browser_verifier(build_browser_side(tmp_path_factory.mktemp("kiosk")).folder) as running:
        yield running


def find_disagreements(verifier: BrowserVerifier, boards: Iterable[tuple[str, bytes]]) -> list[Any]:
    """Return what verifies although it is damaged, and what the two verifiers answer differently."""
    wrong: list[Any] = []
    with ThreadPoolExecutor(1) as other:
        for batch in split_batches(boards):
            there = other.submit(ask_each, verifier, [data for _, data in batch])
            here = [locate(verify_here(data)) for _, data in batch]
            for (name, _), ours, theirs in zip(batch, here, there.result(), strict=True):
                if ours != theirs or ours["verified"]:
                    wrong.append((name, ours, theirs))
    return wrong


def ask_each(verifier: BrowserVerifier, boards: list[bytes]) -> list[Answer]:
    return [locate(verifier.verify(data)) for data in boards]


def split_batches(boards: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    for board in boards:
        batch.append(board)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def test_every_single_byte_of_a_small_archive_flipped_is_found_by_both(verifier: BrowserVerifier) -> None:
    data = build_smallest_archive().data
    source = random.Random(1)

    def flip_each() -> Iterator[tuple[str, bytes]]:
        for place, byte in enumerate(data):
            other = byte ^ source.randrange(1, 256)
            yield f"byte {place}: {byte} to {other}", data[:place] + bytes([other]) + data[place + 1 :]

    assert find_disagreements(verifier, flip_each()) == []


def build_larger_archive() -> SampleArchive:
    """Return a meeting of three elections: of several contests, of a second series, and one that was annulled."""
    shape = (ContestShape(3, 2), ContestShape(1, 1))
    votes = (((0, 1), (0,)), ((2,), ()), ((), (0,)), ((0,), ()))
    plans = [
        ElectionPlan(shape=shape, votes=votes, tested=(bytes(32), bytes([1]) * 32)),
        ElectionPlan(election="s2", slot=1, series=("A", "B"), votes=(((1,),),) * 3),
    ]
    return build_archive(plans, printed=5)


def test_structured_mutations_of_a_larger_archive_are_found_by_both(verifier: BrowserVerifier) -> None:
    sample = build_larger_archive()
    source = random.Random(2)

    def mutate_each() -> Iterator[tuple[str, bytes]]:
        made = 0
        while made < MUTATIONS:
            mutate = source.choice(MUTATORS)
            data = mutate(source, sample)
            if data is not None and data != sample.data:
                made += 1
                yield f"{made} {mutate.__name__}", data

    assert find_disagreements(verifier, mutate_each()) == []


def change_bytes(source: random.Random, sample: SampleArchive) -> bytes:
    """Return the file with a run of bytes replaced, doubled, or gone."""
    data = sample.data
    place, length = source.randrange(len(data)), source.choice((1, 1, 2, 8, 64, 500))
    part = data[place : place + length]
    new = source.choice((b"", part + part, part[::-1], source.randbytes(len(part)), bytes(len(part))))
    return data[:place] + new + data[place + length :]


def change_lines(source: random.Random, sample: SampleArchive) -> bytes:
    """Return the file with a line gone, doubled, moved or cut."""
    lines = sample.data.splitlines(keepends=True)
    line = lines.pop(source.randrange(len(lines)))
    for _ in range(source.choice((0, 1, 1, 2))):
        part = line[: source.randrange(len(line))] + b"\n" if source.random() < 0.2 else line
        lines.insert(source.randrange(len(lines) + 1), part)
    return b"".join(lines)


def change_entry(source: random.Random, sample: SampleArchive) -> bytes | None:
    """Return the file with one entry that the server changed and signed, the chain left as it was."""
    entries = list(sample.entries)
    place = source.randrange(len(entries))
    entry = entries[place]
    body = change_value(source, entry.body)
    if not isinstance(body, dict):
        return None
    number = source.choice((entry.number, entry.number, entry.number + 1))
    kind = source.choice((entry.kind, entry.kind, source.choice(list(EntryKind))))
    try:
        entries[place] = sign_entry(Entry(number, entry.previous, kind, body, b""), SERVER_SEED)
        return encode_archive(entries)
    except CryptoError:
        return None


def rewrite_board(source: random.Random, sample: SampleArchive) -> bytes | None:
    """Return the board with one body changed and everything after it signed again: the server's own attack."""
    place = source.randrange(len(sample.entries))
    entry = sample.entries[place]
    body = change_value(source, entry.body)
    if not isinstance(body, dict) or is_harmless(entry, body):
        return None
    try:
        return resign(sample.entries, lambda other: body if other.number == place else other.body)
    except CryptoError:
        return None


def is_harmless(entry: Entry, body: JsonObject) -> bool:
    """Tell whether nothing that V1 to V9 look at depends on the change: then a server may make it before the head."""
    return {key for key in {*entry.body, *body} if entry.body.get(key) != body.get(key)} <= HARMLESS.get(
        entry.kind, set()
    )


HARMLESS = {
    EntryKind.MEETING: {"superior", "unit", "place", "date"},
    EntryKind.CLOSED: {"tested"},
    EntryKind.OUTCOME: {"result"},
    EntryKind.MINUTES: {"sha256", "numbers"},
}
"""Texts, hashes of tested ballots, and what is opaque to V1 to V9, by kind."""

MUTATORS: tuple[Callable[[random.Random, SampleArchive], bytes | None], ...] = (
    change_bytes,
    change_lines,
    change_entry,
    rewrite_board,
)


def change_value(source: random.Random, value: Any) -> Any:
    """Return a copy of a JSON value with one member, at some depth, changed, gone, new or doubled."""
    if isinstance(value, dict) and value:
        key = source.choice(sorted(value))
        match source.randrange(8):
            case 0:
                return {name: member for name, member in value.items() if name != key}
            case 1:
                return {**value, source.choice(("unknown", "__proto__", "")): source.choice(ODD)}
            case _:
                return {**value, key: change_value(source, value[key])}
    if isinstance(value, list) and value:
        place = source.randrange(len(value))
        member = value[place]
        match source.randrange(6):
            case 0:
                return value[:place] + value[place + 1 :]
            case 1:
                return [*value, member]
            case 2:
                return value[::-1]
            case _:
                return [*value[:place], change_value(source, member), *value[place + 1 :]]
    if isinstance(value, bool) or value is None:
        return source.choice([not value, *ODD])
    if isinstance(value, int):
        return source.choice((value + 1, value - 1, 0, 1, 2**31, *ODD))
    if isinstance(value, str):
        return source.choice((change_text(source, value), change_text(source, value), source.choice(ODD)))
    return source.choice(ODD)


ODD: list[Any] = [None, True, 0, -1, 2**53 - 1, "", "x", "\u202e", "00" * 32, "ff" * 32, "AAAA", [], {}, [[]]]


def change_text(source: random.Random, text: str) -> str:
    """Return a text with one character changed, or base64 with whole members moved, doubled, gone or made zero."""
    if len(text) > 300:
        data = decode_base64(text)
        size = source.choice((32, 64, 128, 224, 288))
        place = size * source.randrange(max(1, len(data) // size))
        part = data[place : place + size]
        other = data[source.randrange(len(data)) :][: len(part)].ljust(len(part), b"\0")
        new = source.choice((bytes(len(part)), other, b"", part + part, source.randbytes(len(part))))
        return encode_base64(data[:place] + new + data[place + size :])
    if not text:
        return "x"
    place = source.randrange(len(text))
    return text[:place] + source.choice("0123456789abcdefXYZ-_é ") + text[place + 1 :]


def draw_plan(source: random.Random, ballots: int) -> ElectionPlan:
    """Return an election of so many ballots, of a few contests or of one with up to sixty options."""
    widths = [source.choice((1, 2, 3, 5, 12)) for _ in range(source.randint(1, 3))]
    if ballots <= 6 and source.random() < 0.3:
        widths = [source.randint(13, 60)]
    shape = tuple(ContestShape(width, source.randint(1, min(width, 12))) for width in widths)
    votes = tuple(tuple(draw_selection(source, contest) for contest in shape) for _ in range(ballots))
    return ElectionPlan(shape=shape, votes=votes, floor=1 if 0 < ballots < 3 else 3, signers=(1,))


def draw_selection(source: random.Random, contest: ContestShape) -> Selection:
    return tuple(sorted(source.sample(range(contest.options), source.randint(0, contest.marks))))


@pytest.mark.parametrize("part", range(4))
def test_random_elections_are_reported_alike(verifier: BrowserVerifier, part: int) -> None:
    source = random.Random(100 + part)
    different = []
    for number in range(part, ELECTIONS, 4):
        ballots = number % 41
        plan = draw_plan(source, ballots)
        # A floor below three is for rehearsals; there one trustee is enough.
        builder = ArchiveBuilder(printed=max(1, ballots), holders=hold_key(1, 1, rehearsal=True), rehearsal=True)
        builder.begin()
        builder.publish_list()
        builder.hold_election(plan)
        sample = builder.finish()
        head = None if sample.head is None else format_head(sample.head)
        kept = [confirmation.encode() for confirmation in sample.confirmations[:2]]
        here = verify_here(sample.data, head=head, confirmations=kept)
        there = verifier.verify(sample.data, head=head, confirmations=kept)
        if here != there or not here["verified"]:
            different.append((number, plan.shape, here, there))
    assert different == []
