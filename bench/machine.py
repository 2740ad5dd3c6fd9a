"""What a run says about its machine: enough to compare two runs, nothing that names the machine."""

from __future__ import annotations

import os
import platform
import sys

from tests.support.browser import LocalBrowser


def describe_machine(browser: LocalBrowser) -> str:
    """Return cores, system, versions, and how busy the machine is with other things."""
    load = os.getloadavg()[0]
    facts = [
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()} ({sys.implementation.name})",
        f"Chromium {browser.browser.version}",
        f"load {load:.1f} at the start",
    ]
    return ", ".join(facts)
