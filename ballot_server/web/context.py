"""What the views of one application work with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TypeAlias

from flask import Flask, current_app

from ballot_server.services.installation import Installation
from ballot_server.services.noticeboard import Noticeboard
from ballot_server.services.staff_sessions import StaffDoor

RunBlocking: TypeAlias = Callable[[Callable[[], bytes]], bytes]
"""Runs a function that computes or waits for long, without holding up other requests."""

LimitTime: TypeAlias = Callable[[], AbstractContextManager[object]]
"""Ends the reading of a body that takes too long, by raising `RequestTooSlowError`."""

_KEY = "phieukin"


def run_here(function: Callable[[], bytes]) -> bytes:
    """Run a function in the caller's own thread."""
    return function()


@dataclass(frozen=True)
class WebContext:
    """The installation, and how the server around the application runs long work and stops slow senders.

    door: what the staff sign in with; staff_address, voters_address: where the devices in the room reach the two
    applications, without a slash at the end, or None if the server was not told.
    """

    installation: Installation
    run_blocking: RunBlocking = run_here
    limit_time: LimitTime = nullcontext
    door: StaffDoor = field(default_factory=StaffDoor)
    staff_address: str | None = None
    voters_address: str | None = None


def attach_context(app: Flask, context: WebContext) -> None:
    """Give an application its context."""
    app.extensions[_KEY] = context


def get_context() -> WebContext:
    """Return the context of the application that handles the present request."""
    context = current_app.extensions[_KEY]
    if not isinstance(context, WebContext):
        raise TypeError("the application has no context")
    return context


def open_board(meeting: str) -> Noticeboard:
    """Return a meeting's board, signed with this installation's key."""
    return Noticeboard(meeting, get_context().installation.seed)
