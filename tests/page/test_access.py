"""The page for everybody: screen readers, keyboards, phones, two languages, light and dark."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Body, node_packages
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once

PACKAGES = Path(__file__).parent
VIEWS = {
    "calls": ".call",
    "okrs": ".goal-head",
    "scenarios": ".picker li",
    "worlds": ".grid td",
    "claims": ".claim",
    "audit": ".audited",
    "coverage": ".covered",
}
"""Views, and what can be seen in each once it is whole."""
PHONE = {"width": 375, "height": 740}
RUN = """options => axe.run(document, options).then(found => found.violations
  .filter(each => ["serious", "critical"].includes(each.impact))
  .map(each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))]))"""
# The colours within a record are its author's, and are drawn as they were chosen.
CONTEXT = {"resultTypes": ["violations"]}


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of axe-core, installed once for all workers and runs."""
    return (node_packages(PACKAGES) / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def complaints(page: Page, axe: str) -> Any:
    """What axe finds serious; its source comes in by the debugger, past the policy."""
    page.evaluate(axe)
    return page.evaluate(RUN, CONTEXT)


def settled(page: Page, view: str) -> None:
    expect(page.locator(f"#head a[data-view={view}]")).to_have_attribute("aria-current", "page")
    expect(page.locator(VIEWS[view]).first).to_be_visible()


@pytest.fixture
def busy(post: Post, seed: Body, url: str, world: str) -> str:
    """A world with a fine call, a refused one and a scenario."""
    plain = [{"type": "paragraph", "paragraph": {"elements": [{"type": "textRun", "textRun": {"text": "plain"}}]}}]
    post(seed | {"content": {"blocks": plain}})
    post({"target_type": 7})
    httpx2.put(f"{url}/__admin/scenario?world={world}", json="flaky_create").raise_for_status()
    return world


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Open, axe: str, busy: str, scheme: str) -> None:
    """No view, nor an open call, the composer or a draft with mistakes, has a serious finding of axe-core."""
    page = open_page(f"calls?world={busy}", color_scheme=scheme)
    page.locator(".call").first.click()
    expect(page.locator(".troubles")).to_be_visible()
    found = {"call": complaints(page, axe)}
    page.locator(".call").last.click()
    expect(page.locator(".record")).to_be_visible()
    found["record"] = complaints(page, axe)
    for view in list(VIEWS)[1:]:
        page.evaluate(f"location.hash = '{view}?world={busy}'")
        settled(page, view)
        found[view] = complaints(page, axe)
    page.evaluate(f"location.hash = 'okrs?world={busy}&target=7041430377642082323&type=3'")
    expect(page.locator(".editor")).to_be_visible()
    found["composer"] = complaints(page, axe)
    assert {name: each for name, each in found.items() if each} == {}


def test_keyboard(open_page: Open, busy: str) -> None:
    """List, call and way back can be reached and used without a mouse, and the focus can be seen."""
    page = open_page(f"calls?world={busy}")
    expect(page.locator(".call")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator(".call-list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".call-list")).to_have_attribute("aria-activedescendant", "call-1")
    expect(page.locator("#call-1")).to_have_attribute("aria-posinset", "2")
    page.keyboard.press("Enter")
    expect(page.locator("#detail .call-name")).to_contain_text("200 ok")
    expect(page.locator(".call[aria-selected=true]")).to_have_attribute("aria-posinset", "2")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"


def test_phone(open_page: Open, busy: str) -> None:
    """At phone width no view is wider than the screen, and a call takes the list's place until one goes back."""
    page = open_page(f"calls?world={busy}", viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator(".call").last.tap()
    expect(page.locator(".record")).to_be_visible()
    expect(page.locator(".call-list")).not_to_be_visible()
    page.locator("#detail .back").tap()
    expect(page.locator(".call-list")).to_be_visible()
    wide = {}
    for view in VIEWS:
        page.evaluate(f"location.hash = '{view}?world={busy}'")
        settled(page, view)
        wide[view] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {view: more for view, more in wide.items() if more > 0} == {}


def test_languages(open_page: Open, busy: str) -> None:
    """The language follows the browser, can be changed in place, and is kept; the document says which it is."""
    page = open_page(f"calls?world={busy}", locale="zh-CN")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#head nav")).to_contain_text("调用")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#head nav")).to_contain_text("Calls")
    expect(page.locator(".call")).to_have_count(2)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_themes(open_page: Open, busy: str) -> None:
    """Colours follow the system until the reader chooses; the choice is kept."""
    page = open_page(f"calls?world={busy}", color_scheme="dark")
    colour = "getComputedStyle(document.body.parentElement).backgroundColor"
    dark = page.evaluate(colour)
    page.locator("#theme").select_option("light")
    light = page.evaluate(colour)
    page.reload()
    assert page.evaluate(colour) == light != dark
