"""Calls on the page, in a real browser."""

import re
import subprocess
import sys

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RECORDS, Body, Serve, tool
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once


def open_call(page: Page, index: int = 0) -> None:
    page.locator(".call").nth(index).click()
    expect(page.locator("#detail .call-name")).to_be_visible()


def test_the_first_call_is_seen_live(open_page: Open, serve: Serve) -> None:
    """An emulator without calls shows the lines that make one; run as they stand, they appear without a reload."""
    url = serve()
    page = open_page(at=url)
    lines = page.locator(".first code").inner_text()
    expect(page.locator(".live")).to_have_class("live live")
    assert '"code":0' in subprocess.run(
        [tool("bash"), "-euc", lines], capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout.replace(" ", "")
    expect(page.locator(".call")).to_have_count(1)
    expect(page.locator(".call .code")).to_have_text("200 ok")
    expect(page.locator(".first")).to_have_count(0)
    open_call(page)
    expect(page.locator(".record .run")).to_have_text("完成 80%")


def test_a_refused_body_is_explained_in_place(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Each violation stands at its line of the request with what was expected, an absent field where it would be."""
    del seed["source_title"]
    seed |= {"target_type": 7, "contnt": 1, "target_id": 7041430377642082323}
    elements = seed["content"]["blocks"][0]["paragraph"]["elements"]
    elements[0] = {"type": "textrun", "text_run": {"text": "x"}}
    assert post(seed)["code"] != 0
    page = open_page(f"calls?world={world}")
    open_call(page)
    request = page.get_by_role("group", name="Request")
    place = "/content/blocks/0/paragraph/elements/0"

    def noted(pointer: str) -> str:
        return str(request.locator(f'[data-pointer="{pointer}"] + .note').first.inner_text())

    assert "[2,3]" in noted("/target_type")
    assert "textRun" in noted(f"{place}/type")
    assert "did you mean 'content'?" in noted("/contnt")
    assert (
        "the API documents 'textRun'"
        in request.locator(f'summary[data-pointer="{place}/text_run"] + .note').inner_text()
    )
    expect(request.locator(".ghost")).to_contain_text("source_title")
    expect(request.locator('[data-pointer="/target_id"]')).to_contain_text("7041430377642082323")
    expect(page.locator(".troubles")).to_contain_text("repeating it does not help")


def test_violations_lead_to_their_place(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """A violation in the summary opens what is folded and brings its line into view."""
    seed["content"]["blocks"][14]["paragraph"]["style"]["list"]["type"] = "tickBox"
    post(seed)
    page = open_page(f"calls?world={world}")
    open_call(page)
    line = page.locator('[data-pointer="/content/blocks/14/paragraph/style/list/type"]')
    page.locator('summary[data-pointer="/content"]').click()
    expect(line).not_to_be_visible()
    page.locator(".troubles button").first.click()
    expect(line).to_be_in_viewport()


def test_filters(open_page: Open, post: Post, seed: Body, url: str, world: str) -> None:
    """Operation and code narrow the list; what is chosen stands in the address, so that it can be shared."""
    post(seed)
    post({})
    httpx2.get(f"{url}/open-apis/nowhere", headers={"Authorization": f"Bearer t-dev.{world}"})
    page = open_page(f"calls?world={world}")
    expect(page.locator(".call")).to_have_count(3)
    page.get_by_role("combobox", name="Code", exact=True).select_option("refused")
    expect(page.locator(".call")).to_have_count(2)
    page.get_by_role("combobox", name="Operation", exact=True).select_option("okr.v1.progress_record.create")
    expect(page.locator(".call")).to_have_count(1)
    expect(page).to_have_url(re.compile("code=refused"))
    page.reload()
    expect(page.locator(".call")).to_have_count(1)
    page.get_by_role("combobox", name="Code", exact=True).select_option("0")
    expect(page.locator(".call .code")).to_have_text("200 ok")


def test_calls_of_no_world_are_there(open_page: Open, post: Post, url: str, world: str) -> None:
    """A call whose token leads nowhere is listed too, with the refusal it met."""
    marker = f"{RECORDS}?marker={world}"
    page = open_page("calls?world=-")
    subprocess.run([tool("curl"), "-sS", f"{url}{marker}", "-d", "{}"], check=True, capture_output=True)
    expect(page.locator(".call").first).to_be_visible()
    open_call(page)
    expect(page.locator(".pairs").first).to_contain_text(world)


def test_the_step_that_fired_is_told(open_page: Open, post: Post, seed: Body, url: str, world: str) -> None:
    """A call that a step took names it, and on demand every other step with what it wanted."""
    steps = [
        {"name": "other", "when": {"operation": "okr.v1.image.upload"}, "then": {"error": 1001003}},
        {"name": "mine", "when": {"operation": "okr.v1.progress_record.create"}, "then": {"error": 1009999}},
    ]
    scenario = {"description": "two", "steps": steps}
    httpx2.put(f"{url}/__admin/scenario?world={world}", json=scenario).raise_for_status()
    post(seed)
    page = open_page(f"calls?world={world}")
    open_call(page)
    expect(page.locator("p.step")).to_contain_text("inline#mine")
    page.get_by_role("button", name="Which steps would").click()
    expect(page.locator(".steps .fired")).to_contain_text("mine")
    expect(page.locator(".steps li").first).to_contain_text("operation is okr.v1.image.upload")


@pytest.mark.parametrize("name", ["curl", "lark-oapi", "feishu_okr"])
def test_a_call_is_copied_and_made_again(
    open_page: Open, post: Post, seed: Body, url: str, world: str, name: str
) -> None:
    """What is copied makes the same call again and sends the same body, quotes, shell words and all."""
    seed["source_title"] = 'it\'s "$(touch x)" `id` \\ 周报 \u202e \U0001f600 \u2028'
    assert post(seed)["code"] == 0
    page = open_page(f"calls?world={world}", permissions=["clipboard-read", "clipboard-write"])
    open_call(page)
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator("#say")).to_have_text("Copied.")
    command = [tool("bash"), "-euc"] if name == "curl" else [sys.executable, "-c"]
    text = page.evaluate("navigator.clipboard.readText()")
    made = subprocess.run([*command, text], capture_output=True, text=True, encoding="utf-8", check=False)
    assert made.returncode == 0, made.stderr
    journal = httpx2.get(f"{url}/__admin/requests?world={world}&operation=okr.v1.progress_record.create").json()
    assert [entry["request"] for entry in journal["requests"]] == [seed, seed]
