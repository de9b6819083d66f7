"""What the client tests share: an app of their own, and what the emulator wrote down about its calls."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest

Requests = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def app_id() -> str:
    """Id of an app that no other test uses; it is the name of the app's world."""
    return f"cli_{uuid4().hex[:16]}"


@pytest.fixture
def journal(emulator_url: str, http: httpx2.Client, app_id: str) -> Requests:
    """Read the journal of the app's world, oldest call first."""

    def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = http.get(f"{emulator_url}/__admin/requests?world={app_id}").json()["requests"]
        return found

    return read
