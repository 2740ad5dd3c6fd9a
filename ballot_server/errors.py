"""The root of what can go wrong in the service, and how an error carries its data to a translated sentence.

A subclass sits beside the code that raises it, is named for its cause and takes its data as keyword arguments. The
sentence lives in `ballot_server/translations/`, under `error.<ClassName>`, with the data as placeholders; the class's
own `str()` is for developers only.
"""

from __future__ import annotations


class BallotServerError(Exception):
    """Any refusal or failure of the service; `fields` are the placeholders of its translated sentence."""

    def __init__(self, **fields: object) -> None:
        super().__init__(", ".join(f"{name}={value!r}" for name, value in fields.items()))
        self.fields = fields
