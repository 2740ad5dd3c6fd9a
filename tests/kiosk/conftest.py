"""The browser's tests are built once for each process that runs tests."""

from collections.abc import Iterator

import pytest

from tests.support.browser_trustees import TrusteeSide, run_trustee_side
from tests.support.kiosk import BrowserSide, build_browser_side


@pytest.fixture(scope="session")
def browser_side(tmp_path_factory: pytest.TempPathFactory) -> BrowserSide:
    """Return the built tests of the browser's side."""
    return build_browser_side(tmp_path_factory.mktemp("kiosk"))


@pytest.fixture(scope="session")
def trustee_side(browser_side: BrowserSide) -> Iterator[TrusteeSide]:
    """Return the process in which the browser's trustees live."""
    with run_trustee_side(browser_side) as side:
        yield side
