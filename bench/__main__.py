"""Run every measurement and print the report; progress goes to standard error."""

from __future__ import annotations

import sys
from time import perf_counter

from bench.archives import measure_archive
from bench.ballots import measure_ballots
from bench.booth import measure_booth
from bench.machine import describe_machine
from bench.reports import measure_reports
from bench.reviews import measure_review
from bench.sheets import measure_slips
from bench.table import render_section
from bench.tallies import measure_tallies
from tests.support.browser import open_browser


def main() -> None:
    """Print one section after the other, each as soon as it is measured."""
    start = perf_counter()
    with open_browser() as browser:
        _print(f"# Measurements\n\n{describe_machine(browser)}\n")
        for measure in (measure_ballots, measure_tallies, measure_archive, measure_reports, measure_slips):
            _print(render_section(measure()))
            sys.stderr.write(f"{perf_counter() - start:.0f} s\n")
        _print(render_section(measure_booth(browser)))
        _print(render_section(measure_review(browser)))
    _print(f"The whole run took {perf_counter() - start:.0f} s.")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
