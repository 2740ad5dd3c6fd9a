"""Changed messages of every round: a phone says what a terminal says, and names whom it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, takewhile
from typing import Any

import pytest

from crypto.encoding import JsonObject, decode_canonical_object, encode_canonical
from crypto.participant import CeremonyStep
from crypto.trustee import Trustee
from tests.support.browser_trustees import Outcome, TrusteeSide, find_outcome, seat_browser
from tests.support.trustees import (
    HeldCeremony,
    create_trustees,
    hold_ceremony,
    list_shares_for,
    sample_closed,
    sample_terms,
)

Rounds = dict[str, list[bytes]]


@pytest.fixture(scope="module")
def rounds() -> Rounds:
    """Return every message that an honest ceremony sends, in order of trustee; of shares those for the first."""
    devices = create_trustees(sample_terms())
    commitments = [device.make_commitment() for device in devices]
    for device in devices:
        device.receive_commitments(commitments)
    openings = [device.make_opening() for device in devices]
    for device in devices:
        device.receive_openings(openings)
        device.confirm_words()
    shares = {device.index: device.make_shares() for device in devices}
    for device in devices:
        for message in list_shares_for(shares, device.index):
            device.receive_share(message)
    trials = [device.make_trial_decryptions() for device in devices]
    for device in devices:
        device.receive_trial_decryptions(trials)
    return {
        "commitment": commitments,
        "opening": openings,
        "share": list_shares_for(shares, 1),
        "trial": trials,
        "confirmation": [device.make_confirmation() for device in devices],
    }


def change_message(message: bytes) -> list[bytes]:
    """Return copies of a message with one member gone, of another value or type, or with one more; and rubbish."""
    value = decode_canonical_object(message)
    changed: list[JsonObject] = [{**value, "more": 1}]
    for key, member in value.items():
        changed.append({name: other for name, other in value.items() if name != key})
        changed.extend({**value, key: other} for other in _change_member(member))
    rubbish = [b"", b"[]", b"\xff", message + b" "]
    return [other for other in (*rubbish, *map(encode_canonical, changed)) if other != message]


def _change_member(member: Any) -> list[Any]:
    if isinstance(member, str):
        flipped = ("0" if member[0] != "0" else "1") + member[1:]
        return [flipped, member[:-1], member.upper() + "A", 7, None]
    if isinstance(member, int):
        return [member - 1, member + 1, 300, -1, True, str(member)]
    return [[], member[:-1], [*member, *member[:1]], member[::-1], "x"]


def receive_shares(device: Trustee, messages: Sequence[bytes]) -> None:
    """Give a device its shares one after the other."""
    for message in messages:
        device.receive_share(message)


def approach(device: Trustee, step: CeremonyStep, rounds: Rounds) -> None:
    """Bring a first trustee's device to a step with the messages of an honest ceremony."""
    steps: list[tuple[CeremonyStep, Callable[[], object]]] = [
        (CeremonyStep.COMMITTED, device.make_commitment),
        (CeremonyStep.COMMITMENTS_IN, lambda: device.receive_commitments(rounds["commitment"])),
        (CeremonyStep.OPENED, device.make_opening),
        (CeremonyStep.WORDS_SHOWN, lambda: device.receive_openings(rounds["opening"])),
        (CeremonyStep.WORDS_CONFIRMED, device.confirm_words),
        (CeremonyStep.SHARES_MADE, device.make_shares),
        (CeremonyStep.SHARES_IN, lambda: receive_shares(device, rounds["share"])),
        (CeremonyStep.TRIAL_MADE, device.make_trial_decryptions),
        (CeremonyStep.TRIAL_DONE, lambda: device.receive_trial_decryptions(rounds["trial"])),
        (CeremonyStep.HOLDING, device.make_confirmation),
    ]
    for reached, act in steps:
        act()
        if reached is step:
            return


def forget_spelling(outcome: Outcome) -> Outcome:
    """Return an outcome without what the two languages' parsers say each in its own way."""
    return outcome and (outcome[0], re.sub(r" at byte \d+", "", outcome[1]).replace('"', "'"))


def receive(device: Trustee, name: str, messages: Sequence[bytes]) -> Outcome:
    """Give a device the messages of a round; return what came of it."""
    match name:
        case "commitment":
            return find_outcome(lambda: device.receive_commitments(messages))
        case "opening":
            return find_outcome(lambda: device.receive_openings(messages))
        case "share":
            return find_outcome(lambda: receive_shares(device, messages))
        case "trial":
            return find_outcome(lambda: device.receive_trial_decryptions(messages))
    return find_outcome(lambda: device.receive_confirmations(messages))


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("commitment", CeremonyStep.COMMITTED),
        ("opening", CeremonyStep.OPENED),
        ("share", CeremonyStep.SHARES_MADE),
        ("trial", CeremonyStep.TRIAL_MADE),
        ("confirmation", CeremonyStep.HOLDING),
    ],
)
def test_changed_message_of_a_ceremony_has_the_same_outcome_on_either_device(
    trustee_side: TrusteeSide, rounds: Rounds, name: str, step: CeremonyStep
) -> None:
    differences, refused = [], 0
    variants = change_message(rounds[name][-1])
    for message in variants:
        outcomes = []
        for seats in ((), (1,)):
            with seat_browser(trustee_side, seats):
                device = create_trustees(sample_terms())[0]
            approach(device, step, rounds)
            outcome = receive(device, name, [*rounds[name][:-1], message])
            outcomes.append((forget_spelling(outcome), device.step))
        refused += outcomes[0][0] is not None
        if outcomes[0] != outcomes[1]:
            differences.append((message, *outcomes))
    assert differences == []
    assert len(variants) > 15
    # A commitment to something else is one as good as any: only its opening shows that it does not fit.
    assert len(variants) - refused == (1 if name == "commitment" else 0)


def exchange_whole(held: HeldCeremony, name: str, number: int) -> tuple[bytes, list[Outcome]] | None:
    """Exchange the words with the third's message of a round in its changed form of that number.

    Returns that form and what became of it on the first and second device, None when there are no more.
    """
    for device in held.trustees:
        device.prepare_decryption(sample_closed(held))
    messages = [device.make_whole_commitment() for device in held.trustees]
    if name == "reveal":
        for device in held.trustees:
            device.receive_whole_commitments(messages)
        messages = [device.make_whole_reveal() for device in held.trustees]
    variants = change_message(messages[2])
    if number == len(variants):
        return None
    changed = [*messages[:2], variants[number]]
    method = f"receive_whole_{name}s"
    outcomes = [find_outcome(partial(getattr(device, method), changed)) for device in held.trustees[:2]]
    return variants[number], [forget_spelling(outcome) for outcome in outcomes]


@pytest.mark.parametrize("name", ["commitment", "reveal"])
def test_changed_message_of_the_whole_has_the_same_outcome_on_either_device(
    trustee_side: TrusteeSide, name: str
) -> None:
    with seat_browser(trustee_side, (1,)):
        held = hold_ceremony()
    found = list(takewhile(lambda row: row is not None, (exchange_whole(held, name, number) for number in count())))
    assert len(found) > 15
    assert [row for row in found if row is not None and (row[1][0] is None or row[1][0] != row[1][1])] == []
