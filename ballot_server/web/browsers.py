"""What a browser calls itself, in two words that people know."""

from __future__ import annotations

# The first that fits: browsers name their ancestors too.
_PROGRAMS = (
    ("Zalo", "Zalo"),
    ("CocCoc", "coc_coc_browser"),
    ("Edge", "Edg"),
    ("Samsung Internet", "SamsungBrowser"),
    ("Firefox", "Firefox"),
    ("Firefox", "FxiOS"),
    ("Chrome", "Chrome"),
    ("Chrome", "CriOS"),
    ("Safari", "Safari"),
)
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac", "Macintosh"),
    ("Linux", "Linux"),
)


def describe_browser(agent: str) -> str:
    """Return a browser's program and device, such as "Chrome, Android"; "?" for what is not known."""
    program = next((name for name, mark in _PROGRAMS if mark in agent), None)
    device = next((name for name, mark in _DEVICES if mark in agent), None)
    return ", ".join(part for part in (program, device) if part is not None) or "?"
