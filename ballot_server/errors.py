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

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error come back from another process, whatever its class's constructor takes."""
        return _restore_error, (type(self), self.args, vars(self))


def _restore_error(
    kind: type[BallotServerError], arguments: tuple[object, ...], state: dict[str, object]
) -> BallotServerError:
    error = kind.__new__(kind)
    error.args = arguments
    vars(error).update(state)
    return error
