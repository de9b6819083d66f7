"""Records on the page: drawn block by block, under their goals, and written from there."""

import json
import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from feishu_okr.client.content import Content
from tests.conftest import Body, Serve
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once

IMAGES = "/open-apis/okr/v1/images/upload"
LIMING = "ou_7dab8a3d3cdcc9da365777c7ad535d62"
KEY_RESULT = "7041430377642082323"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff89993d1d0000000049454e44ae426082"
)
READ = """record => [...record.children].map(block => {
  const colour = value => value ? value.match(/[\\d.]+/g).map(Number) : null;
  const { list: type, level, number } = block.dataset;
  const list = type && { type, indentLevel: Number(level), ...(number ? { number: Number(number) } : {}) };
  const picture = shown => ({ token: shown.dataset.token, ratio: shown.style.aspectRatio });
  const run = shown => {
    const style = getComputedStyle(shown);
    return {
      text: shown.textContent, bold: Number(style.fontWeight) >= 600,
      strike: style.textDecorationLine.includes("line-through"),
      colour: shown.style.color && colour(style.color) || null,
      back: shown.style.backgroundColor && colour(style.backgroundColor) || null,
      link: shown.getAttribute("href"),
    };
  };
  return {
    kind: block.dataset.kind, list: list || null, marker: block.querySelector(".marker")?.textContent ?? null,
    pictures: [...block.querySelectorAll(".picture")].map(picture), runs: [...block.querySelectorAll(".run")].map(run),
  };
})"""
_CAMEL = re.compile(r'"(textRun|strikeThrough|textColor|backColor|indentLevel|imageList|fileToken)":')
INDENTS = "all => all.map(each => parseFloat(getComputedStyle(each).paddingInlineStart))"


def meant(block: Body) -> Body:
    """What a block of the vendor's content says, in the words of the test."""
    if block["type"] == "gallery":
        images = block["gallery"]["imageList"]
        pictures = [{"token": each["fileToken"], "ratio": f"{each['width']} / {each['height']}"} for each in images]
        return {"kind": "gallery", "list": None, "marker": None, "pictures": pictures, "runs": []}
    paragraph = block["paragraph"]
    listed = paragraph.get("style", {}).get("list")
    markers = {"number": f"{(listed or {}).get('number')}.", "bullet": "•", "checkBox": "", "checkedBox": "✓"}
    return {
        "kind": "paragraph",
        "list": listed,
        "marker": markers[listed["type"]] if listed else None,
        "pictures": [],
        "runs": [run(element["textRun"]) for element in paragraph["elements"]],
    }


def run(text_run: Body) -> Body:
    style = text_run.get("style", {})
    colours = {name: style.get(name) for name in ("textColor", "backColor")}
    parts = {name: value and [value["red"], value["green"], value["blue"]] for name, value in colours.items()}
    return {
        "text": text_run["text"],
        "bold": style.get("bold", False),
        "strike": style.get("strikeThrough", False),
        "colour": parts["textColor"],
        "back": parts["backColor"],
        "link": style.get("link", {}).get("url"),
    }


def drawn(page: Page) -> list[Body]:
    record = page.locator(".record")
    expect(record).to_be_visible()
    found: list[Body] = record.evaluate(READ)
    return found


def paragraph(*elements: Body, style: Body | None = None) -> Body:
    return {"type": "paragraph", "paragraph": {"elements": list(elements)} | ({"style": style} if style else {})}


def text(words: str) -> Body:
    return {"type": "textRun", "textRun": {"text": words}}


def test_the_seed_is_drawn(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """The vendor's example is drawn block by block as it says: text, style, colour, list, number, link, picture."""
    post(seed)
    page = open_page(f"calls?world={world}")
    page.locator(".call").click()
    assert drawn(page) == [meant(block) for block in seed["content"]["blocks"]]


def test_the_sdks_spelling_is_drawn_alike(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Content in snake_case, even of a refused call, is drawn as its camelCase twin is."""
    refused = json.loads(_CAMEL.sub(snake, json.dumps(seed)))
    post(refused | {"target_type": 9})
    page = open_page(f"calls?world={world}")
    page.locator(".call").click()
    assert drawn(page) == [meant(block) for block in seed["content"]["blocks"]]


def snake(match: re.Match[str]) -> str:
    return '"' + re.sub(r"[A-Z]", lambda upper: f"_{upper[0].lower()}", match[1]) + '":'


def test_lists_mentions_and_documents(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Nested ordered lists count on their level, mentions carry names, unknown people say so, documents are links."""
    levels = [1, 2, 2, 3, 2, 1]
    numbered = [paragraph(text("x"), style={"list": {"type": "number", "indentLevel": level}}) for level in levels]
    people = paragraph(
        {"type": "person", "person": {"openId": LIMING}}, {"type": "person", "person": {"openId": f"ou_{'0' * 32}"}}
    )
    document = paragraph({"type": "docsLink", "docsLink": {"url": "https://a.feishu.cn/docx/x", "title": "周会纪要"}})
    post(seed | {"content": {"blocks": [*numbered, people, document]}})
    page = open_page(f"calls?world={world}")
    page.locator(".call").click()
    expect(page.locator(".record .marker")).to_have_text(["1.", "a.", "b.", "i.", "c.", "2."])
    indents = page.locator(".record .item").evaluate_all(INDENTS)
    assert [indent / indents[1] for indent in indents] == [level - 1 for level in levels]
    mentions = page.locator(".record .mention")
    expect(mentions.first).to_have_text("@李明")
    expect(mentions.last).to_have_class(re.compile("unknown"))
    expect(page.locator(".record .doc-link")).to_have_attribute("href", "https://a.feishu.cn/docx/x")
    expect(page.locator(".record .doc-link")).to_contain_text("周会纪要")


def test_uploaded_pictures_are_shown(open_page: Open, post: Post, seed: Body, url: str, world: str) -> None:
    """An uploaded picture is shown whatever its ticket; that the page looks stands in no journal."""
    headers = {"Authorization": f"Bearer t-dev.{world}"}
    form = {"target_id": KEY_RESULT, "target_type": "3"}
    uploaded = httpx2.post(f"{url}{IMAGES}", files={"data": ("p.png", PIXEL)}, data=form, headers=headers).json()[
        "data"
    ]
    image = {"fileToken": uploaded["file_token"], "src": "https://elsewhere.example/p.png", "width": 40, "height": 40}
    post(seed | {"content": {"blocks": [{"type": "gallery", "gallery": {"imageList": [image]}}]}})
    page = open_page(f"calls?world={world}")
    page.locator(".call").first.click()
    picture = page.locator(".record .picture img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    assert httpx2.get(f"{url}/__admin/requests?world={world}").json()["total"] == 2


def test_records_stand_under_their_goals(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """A record appears under its objective as it is written, and opens there."""
    page = open_page(f"okrs?world={world}")
    goal = page.locator(".goal", has=page.locator("code", has_text=seed["target_id"]))
    expect(goal.locator(".records li")).to_have_count(0)
    record = post(seed)["data"]["progress_id"]
    expect(goal.locator(".records li")).to_contain_text([record])
    goal.locator(".records button").click()
    assert drawn(page) == [meant(block) for block in seed["content"]["blocks"]]


def compose(page: Page) -> Any:
    """Open the composer of a key result and write two lines in two styles."""
    goal = page.locator(".goal", has=page.locator("code", has_text=KEY_RESULT))
    goal.get_by_role("button", name="Write").click()
    editor = page.locator(".editor")
    editor.click()
    page.keyboard.type("完成 80%")
    page.keyboard.press("Shift+Home")
    page.get_by_role("button", name="B", exact=True).click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("item")
    page.get_by_role("button", name="1.", exact=True).click()
    return editor


def test_a_record_is_written_from_the_page(open_page: Open, url: str, world: str) -> None:
    """Rich text becomes a record; the JSON that is shown is, byte for byte, what the API gets."""
    page = open_page(f"okrs?world={world}")
    compose(page)
    page.get_by_label("Mention").select_option(LIMING)
    page.locator(".sent", has_text=LIMING).wait_for()
    shown = page.locator(".sent").inner_text()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".answered h3")).to_have_text("Answered with HTTP 200")
    (entry,) = httpx2.get(f"{url}/__admin/requests?world={world}").json()["requests"]
    assert entry["request"] == json.loads(shown)
    assert entry["request_bytes"] == len(shown.encode())
    assert entry["request"]["content"]["blocks"] == [
        paragraph({"type": "textRun", "textRun": {"text": "完成 80%", "style": {"bold": True}}}),
        paragraph(
            {"type": "textRun", "textRun": {"text": "item", "style": {"bold": True}}},
            {"type": "person", "person": {"openId": LIMING}},
            style={"list": {"type": "number", "indentLevel": 1, "number": 1}},
        ),
    ]
    page.get_by_role("button", name="See this call").click()
    expect(page.locator("#detail .call-name")).to_contain_text("200 ok")


def test_markdown_becomes_a_record(open_page: Open, url: str, world: str) -> None:
    """Markdown is sent as the client sends it; what has no counterpart is named with its line and sends nothing."""
    page = open_page(f"okrs?world={world}")
    compose(page)
    page.get_by_role("button", name="Markdown").click()
    text = page.get_by_role("textbox", name="Markdown")
    text.fill("fine\n\n| a |\n|---|\n| b |\n")
    expect(page.get_by_role("alert")).to_contain_text("line 3")
    page.get_by_role("button", name="Send", exact=True).click()
    markdown = "完成 **80%** ~~90%~~\n\n1. one\n   - [x] two\n"
    text.fill(markdown)
    page.locator(".sent", has_text="checkedBox").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".answered h3")).to_have_text("Answered with HTTP 200")
    (entry,) = httpx2.get(f"{url}/__admin/requests?world={world}").json()["requests"]
    assert entry["request"]["content"] == Content.from_markdown(markdown).to_json()


def test_a_refused_record_says_why(open_page: Open, world: str) -> None:
    """What the API refuses is shown with its answer, and the editor keeps what was written."""
    page = open_page(f"okrs?world={world}")
    editor = compose(page)
    page.get_by_label("source_url").fill("no address")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".answered h3")).to_have_text("Answered with HTTP 400")
    expect(editor).to_contain_text("完成 80%")


def test_strict_servers_say_why_not(open_page: Open, serve: Serve) -> None:
    """Where development tokens are unknown, the composer says so and takes a token of the reader's."""
    url = serve("--auth", "strict")
    app = {"app_id": "cli_a1b2c3d4e5f60718", "app_secret": "dskLLdkasdjlasdKK"}
    token = httpx2.post(f"{url}/open-apis/auth/v3/tenant_access_token/internal", json=app).json()["tenant_access_token"]
    page = open_page("okrs", at=url)
    compose(page)
    expect(page.locator(".note.warn")).to_contain_text("--auth strict")
    page.get_by_label("Bearer token").fill(token)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".answered h3")).to_have_text("Answered with HTTP 200")


def test_pasted_markup_stays_text(open_page: Open, world: str) -> None:
    """Rich content from a clipboard comes in as plain text."""
    page = open_page(f"okrs?world={world}", permissions=["clipboard-read", "clipboard-write"])
    editor = compose(page)
    page.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob(["<b>bold</b><img alt=x>"], { type: "text/html" }),
            "text/plain": new Blob(["plain"], { type: "text/plain" }),
        })])"""
    )
    editor.press("Control+v")
    expect(editor).to_contain_text("plain")
    expect(editor.locator("img, b")).to_have_count(0)
