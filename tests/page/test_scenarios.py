"""Scenarios, worlds, clocks and claims, moved from the page."""

import httpx2
import pytest
from playwright.sync_api import expect

from tests.conftest import Body
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once


def test_a_scenario_is_chosen_and_fires(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """A scenario chosen on the page meets the calls of that world; its counters follow, and begin anew on demand."""
    page = open_page(f"scenarios?world={world}")
    page.get_by_role("button", name="Use: flaky_create").click()
    counter = page.locator('[data-fired="flaky_create#every_third"]')
    expect(counter).to_have_text("0")
    assert [post(seed)["code"] for _ in range(3)][-1] != 0
    expect(counter).to_have_text("1")
    page.get_by_role("button", name="Begin anew").click()
    expect(counter).to_have_text("0")
    page.get_by_role("button", name="Back to calm").click()
    expect(page.locator(".chip.step")).to_have_text("calm")


def test_a_draft_is_checked_as_it_is_written(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Each mistake is marked in its line with what to do; a draft without one is used in this world."""
    page = open_page(f"scenarios?world={world}")
    draft = page.get_by_role("textbox", name="Write a scenario")
    wrong = "description: d\nsteps:\n  - when: {operation: okr.v1.progress_record.creat}\n    then: {error: 1}\n"
    draft.fill(wrong)
    mistakes = page.locator(".mistakes li")
    expect(mistakes.first).to_contain_text("did you mean 'okr.v1.progress_record.create'?")
    expect(page.locator(".gutter .wrong")).to_have_text(["3", "4"])
    expect(page.get_by_role("button", name="Use it in this world")).to_be_disabled()
    mistakes.first.get_by_role("button").click()
    caret = draft.evaluate("area => area.value.slice(0, area.selectionStart).split('\\n').length")
    assert caret == 3
    draft.fill(wrong.replace("creat}", "create}").replace("error: 1}", "error: 1001002}"))
    page.get_by_role("button", name="Use it in this world").click()
    expect(page.locator(".chip.step")).to_have_text("inline")
    assert post(seed)["code"] == 1001002


def test_a_shipped_scenario_is_edited(open_page: Open, world: str) -> None:
    """A shipped scenario comes into the editor with its comments."""
    page = open_page(f"scenarios?world={world}")
    page.get_by_role("button", name="Edit: tutorial").click()
    draft = page.get_by_role("textbox", name="Write a scenario")
    expect(draft).to_have_value(httpx2.get(f"{page.url.split('#')[0]}scenario/text?name=tutorial").json()["text"])
    expect(page.locator(".mistakes")).to_have_text("No mistakes.")


def test_a_world_lives_and_dies(open_page: Open, url: str, world: str) -> None:
    """A world is made, kept, moved in time, restored and forgotten."""
    page = open_page("worlds")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Name", exact=True).fill(world)
    page.get_by_label("Profile", exact=True).fill("gatewy")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("alert")).to_contain_text("gateway")
    page.get_by_label("Profile", exact=True).fill("gateway")
    page.get_by_role("button", name="Make it").click()
    row = page.locator("tr", has=page.get_by_role("link", name=world))
    expect(row).to_contain_text("gateway")
    restore = row.get_by_role("button", name="Restore")
    expect(restore).to_be_disabled()
    row.get_by_role("button", name="Snapshot").click()
    expect(restore).to_be_enabled()
    row.get_by_role("button", name="Clock").click()
    page.get_by_label("Set to").fill("2027-01-02T03:04:05Z")
    page.get_by_role("button", name="Set", exact=True).click()
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator(".clock-now")).to_contain_text("frozen")
    page.get_by_role("button", name="+ 1 h").click()
    expect(page.locator(".clock-now")).to_contain_text("2027-01-02 04:04")
    restore.click()
    expect(row).to_contain_text("real")
    row.get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert httpx2.get(f"{url}/__admin/worlds/{world}").status_code == 404


def test_claims_show_their_evidence(open_page: Open, url: str, world: str) -> None:
    """A claim shows its options, the one this world chose, and where each is known from."""
    httpx2.post(f"{url}/__admin/worlds", json={"name": world, "profile": "gateway"}).raise_for_status()
    page = open_page(f"claims?world={world}")
    page.get_by_label("Search").fill("message_family")
    claim = page.get_by_role("article", name="message_family")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(claim.locator(".chosen")).to_contain_text("short")
    claim.locator("summary").click()
    expect(claim.locator(".evidence li")).to_have_count(4)
