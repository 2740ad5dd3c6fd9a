"""A combined report as JSON, for programs: every value of it, keys in one order, no number but whole ones.

`docs/reports.md` names the keys. Texts are what the units wrote; whoever shows them makes them harmless first.
"""

from __future__ import annotations

import json

from ballot_server.domain.combined_report import CombinedReport
from ballot_server.minutes.printable_values import encode_value
from ballot_server.minutes.typesetting import Json

FORMAT = "phieukin-combined-1"


def render_combined_json(combined: CombinedReport) -> bytes:
    """Return the report as UTF-8 JSON with sorted keys, the same bytes for the same report."""
    tree: dict[str, Json] = {
        "format": FORMAT,
        "period": encode_value(combined.period),
        "counts": {
            "listed": len(combined.units),
            "reported": len(combined.reported),
            "missing": len(combined.missing),
            "files": combined.files,
            "left_out": len(combined.left_out),
        },
        "total": encode_value(combined.total),
        "units": encode_value(combined.units),
        "missing": encode_value(combined.missing),
        "left_out": encode_value(combined.left_out),
    }
    text = json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1)
    # A file's name may hold bytes that are no text; as an escape they stay what they were.
    return f"{text}\n".encode(errors="backslashreplace")
