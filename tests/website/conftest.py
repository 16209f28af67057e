"""The built site, a folder that STEEPEST_SITE names; .ci/run builds one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lab.conftest import browser, chromium  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the site."""
    named = os.environ.get("STEEPEST_SITE")
    if not named:
        pytest.skip("STEEPEST_SITE names no built site: python -m sphinx -W -b html docs site")
    return Path(named).resolve()
