"""One round of messages between trustees: exactly one from each, whatever their order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from crypto.errors import CeremonyError

T = TypeVar("T")


def collect_round(
    messages: Sequence[bytes], read: Callable[[bytes], tuple[int, T]], expected: Collection[int]
) -> dict[int, T]:
    """Return each expected trustee's message.

    read: decodes one message, returns its trustee and content.
    Raises: CeremonyError naming a trustee whose message is missing, there twice, or not expected; what `read` raises.
    """
    found: dict[int, T] = {}
    for message in messages:
        trustee, content = read(message)
        if trustee in found:
            raise CeremonyError("two messages in one round", trustee=trustee)
        if trustee not in expected:
            raise CeremonyError("a message from someone who takes no part", trustee=trustee)
        found[trustee] = content
    for trustee in expected:
        if trustee not in found:
            raise CeremonyError("the message of this round is missing", trustee=trustee)
    return found
