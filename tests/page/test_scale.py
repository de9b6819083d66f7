"""The page with very many calls."""

import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.conftest import RECORDS, Serve
from tests.page.conftest import Open

pytestmark = pytest.mark.once

MANY = 10_000
BURST = 2_000
LOT = 100
IN_SIGHT = 100
STEPS = 60
SCROLL = """(list, steps) => new Promise(done => {
  let [step, made] = [0, 0];
  const count = changes => { for (const { addedNodes } of changes) made += addedNodes.length; };
  const observer = new MutationObserver(count);
  observer.observe(list, { childList: true, subtree: true });
  const on = () => {
    list.scrollTop = (step * 997) % list.scrollHeight;
    step += 1;
    if (step <= steps) requestAnimationFrame(on);
    else { count(observer.takeRecords()); done(made); }
  };
  requestAnimationFrame(on);
})"""


def call(url: str, world: str, times: int) -> None:
    """Make many calls on one connection, a hundred at a time."""
    address = urlsplit(url)
    head = f"GET {RECORDS}/1 HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer t-dev.{world}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), 30) as connection:
        for _ in range(times // LOT):
            connection.sendall(head.encode() * LOT)
            answers = b""
            while answers.count(b'"msg":') < LOT or not answers.endswith(b"}"):
                answers += connection.recv(1 << 20)


def test_ten_thousand_calls(open_page: Open, serve: Serve, world: str) -> None:
    """However many calls there are, only rows in sight are elements, and a scroll makes no others."""
    url = serve("--journal-exchanges", str(MANY), "--journal-bytes", str(256 * 1024 * 1024))
    call(url, world, MANY - BURST)
    page = open_page(f"calls?world={world}", url)
    expect(page.locator(".call")).not_to_have_count(0)
    call(url, world, BURST)
    newest = page.locator(".call").first
    expect(newest).to_have_attribute("aria-posinset", "1")
    load = page.get_by_role("button", name="Load them")
    page.add_locator_handler(load, lambda: load.click())  # a burst may be told in part; the page says so
    expect(newest).to_have_attribute("aria-setsize", str(MANY))
    made = page.locator(".call-list").evaluate(SCROLL, STEPS)
    assert page.locator(".call").count() < IN_SIGHT
    assert STEPS < made < STEPS * IN_SIGHT
    page.locator(".call-list").press("End")
    expect(page.locator(".call").last).to_have_attribute("aria-posinset", str(MANY))
