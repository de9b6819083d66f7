"""Audit and coverage on the page."""

from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect

from tests.conftest import Body
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once


def test_an_audit_leads_to_its_evidence(open_page: Open, post: Post, seed: Body, url: str, world: str) -> None:
    """Findings stand with advice, and the numbers of the calls that show them lead to these calls."""
    failing: Any = {"description": "down", "steps": [{"when": {"operation": "*"}, "then": {"error": 1009999}}]}
    httpx2.put(f"{url}/__admin/scenario?world={world}", json=failing).raise_for_status()
    page = open_page(f"audit?world={world}")
    expect(page.locator(".audited")).to_contain_text("No calls in this world yet")
    for _ in range(2):
        post(seed)
    page.get_by_role("button", name="Refresh").click()
    finding = page.get_by_role("article", name="resent_create")
    expect(finding).to_contain_text("no idempotency key")
    finding.get_by_role("button", name="#2").click()
    expect(page.locator("#detail .call-name")).to_contain_text("1009999")
    expect(page.locator(".call[aria-selected=true]")).to_have_attribute("aria-posinset", "1")


def test_coverage_tells_what_is_missed(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Each part is measured, and what was not met can be unfolded."""
    post(seed)
    page = open_page(f"coverage?world={world}")
    part = page.get_by_role("region", name="Operations", exact=True)
    expect(part).to_contain_text("1 of ")
    part.locator("summary").first.click()
    expect(part).to_contain_text("okr.v1.progress_record.delete")
    expect(page.get_by_role("region", name="Values sent", exact=True)).to_be_visible()


@pytest.mark.parametrize("view", ["audit", "coverage"])
def test_a_view_that_cannot_be_filled(open_page: Open, view: str) -> None:
    """Where a route is not there, its view says so and the page goes on."""
    page = open_page("claims")
    page.route(f"**/__admin/{view}?*", lambda route: route.fulfill(status=404, json={"error": "not there"}))
    page.locator(f"#head a[data-view={view}]").click()
    expect(page.locator("main")).to_contain_text("This version has no")
    page.locator("#head a[data-view=claims]").click()
    expect(page.locator(".claim").first).to_be_visible()
