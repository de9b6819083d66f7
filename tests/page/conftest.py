"""What the tests of the page share: one emulator, one headless browser, and tabs that fail where a script does."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import EXAMPLES, RECORDS, Body, emulator

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=30_000)  # what a busy machine takes; who waits less fails for want of time

Post = Callable[..., Body]
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; ended with the last test of this folder, for its event loop bears no other beside it."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        lack = pytest.fail if os.environ.get("PAGE_TESTS_MUST_RUN") else pytest.skip
        lack("there is no chromium on PATH, and the page can only be seen in a browser; `apt-get install chromium`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="package")
def url() -> Iterator[str]:
    """URL of an emulator that keeps 10,000 calls a world."""
    flags = ("--log-level", "error", "--journal-exchanges", "10000", "--journal-bytes", str(256 * 1024 * 1024))
    with emulator(*flags) as (found, _):
        yield found


@pytest.fixture
def world() -> str:
    """Name of a world that no other test uses."""
    return f"page_{uuid4().hex[:12]}"


@pytest.fixture
def post(url: str, world: str) -> Post:
    """Create a record in the test's world, as any client would."""

    def send(body: Any) -> Body:
        answer: Body = httpx2.post(
            f"{url}{RECORDS}", json=body, headers={"Authorization": f"Bearer t-dev.{world}"}
        ).json()
        return answer

    return send


@pytest.fixture
def seed() -> Body:
    """The vendor's example request."""
    body: Body = json.loads((EXAMPLES / "create-request.json").read_bytes())
    return body


@pytest.fixture
def troubles() -> list[str]:
    """What browsers complained of: scripts that threw, and what the policy barred."""
    return []


@pytest.fixture
def open_page(browser: Browser, url: str, troubles: list[str]) -> Iterator[Open]:
    """Open the page at a view; its scripts may not fail, and nothing may be barred by the policy."""
    with ExitStack() as stack:

        def open_at(view: str = "calls", at: str = url, **options: Any) -> Page:
            context: BrowserContext = browser.new_context(**{"viewport": {"width": 1400, "height": 900}} | options)
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda message: _heed(message, troubles))
            page.goto(f"{at}/__admin/#{view}")
            return page

        yield open_at
    assert troubles == []


def _heed(message: ConsoleMessage, troubles: list[str]) -> None:
    """Remember what scripts and the policy complain of; a refusal or the end of an emulator is no error of the page."""
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        troubles.append(message.text)
