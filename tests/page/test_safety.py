"""What others wrote can do nothing on the page; nobody without the admin token sees anything."""

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import RECORDS, Body, Serve
from tests.page.conftest import Open, Post

pytestmark = pytest.mark.once

HOSTILE = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1><circle/></svg>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    '"><style>*{display:none}</style>',
    "${window.pwned=1}{{constructor.constructor('pwned=1')()}}",
    "</textarea></title><base href=//evil.example>",
    "__proto__",
]
LINKS = [
    "javascript:window.pwned=1",
    "JaVaScRiPt:window.pwned=1",
    " javascript:window.pwned=1",
    "java\tscript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example/x",
    "blob:https://evil.example/x",
    "",
]
ATTRIBUTES = "all => all.flatMap(each => each.getAttributeNames().filter(name => name.startsWith('on')))"


def run(text: str, link: str | None = None) -> Body:
    style = {} if link is None else {"style": {"link": {"url": link}}}
    return {"type": "textRun", "textRun": {"text": text, **style}}


def paragraph(*elements: Body) -> Body:
    return {"type": "paragraph", "paragraph": {"elements": list(elements)}}


def content() -> Body:
    people = [{"type": "person", "person": {"openId": text}} for text in HOSTILE]
    documents = [{"type": "docsLink", "docsLink": {"url": link, "title": HOSTILE[0]}} for link in LINKS]
    image = {"fileToken": HOSTILE[1], "src": LINKS[0], "width": 1e9, "height": 1}
    gallery = {"type": "gallery", "gallery": {"imageList": [image]}}
    texts = [paragraph(*map(run, HOSTILE)), paragraph(*(run("x", link) for link in LINKS))]
    return {"blocks": [*texts, paragraph(*people), paragraph(*documents), gallery]}


def assert_inert(page: Page) -> None:
    """Nothing of the corpus became an element, an attribute that runs, a style or a global."""
    assert page.evaluate("window.pwned") is None
    for tag in ("script:not([src])", "iframe", "svg", "style", "base", "object", "embed"):
        assert page.locator(tag).count() == 0
    assert page.locator("body *").evaluate_all(ATTRIBUTES) == []
    hrefs = page.locator("main a").evaluate_all("all => all.map(each => each.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    sources = page.locator("img").evaluate_all("all => all.map(each => each.src)")
    assert [source for source in sources if not source.startswith("blob:")] == []


def test_a_hostile_record_is_inert(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Markup, links that run and odd names are shown as text in list, detail, drawing and tree."""
    seed |= {"content": content(), "source_title": HOSTILE[0]}
    record = post(seed)["data"]["progress_id"]
    post({HOSTILE[1]: HOSTILE[2], "content": {"blocks": [{"type": HOSTILE[0]}, None, 7, []]}})
    page = open_page(f"calls?world={world}")
    page.locator(".call").last.click()
    expect(page.locator(".record")).to_contain_text(HOSTILE[0])
    expect(page.locator(".record .picture")).to_contain_text("Not uploaded")
    for shown in page.locator(".record .barred").all():
        shown.click()
    assert page.locator(".record .barred").count() == 2 * len(LINKS)
    assert_inert(page)
    page.locator(".call").first.click()
    expect(page.locator(".json").first).to_contain_text("onerror")
    assert_inert(page)
    page.goto(page.url.split("#")[0] + f"#okrs?world={world}&record={record}")
    expect(page.locator(".record")).to_be_visible()
    assert_inert(page)


def test_hostile_names_are_inert(open_page: Open, url: str) -> None:
    """Paths, methods, headers and worlds of callers are text; so is what the address of the page says."""
    path = "/%3Cscript%3Ewindow.pwned=1%3C/script%3E/<img src=x onerror=window.pwned=1>"
    httpx2.request("GET", f"{url}{path}", headers={"x-evil": HOSTILE[0]})
    page = open_page("calls?world=-")
    page.locator(".call").first.click()
    page.locator(".headers summary").click()
    expect(page.locator(".headers")).to_contain_text(HOSTILE[0])
    assert_inert(page)
    page.goto(f"{url}/__admin/#scenarios?world=<img src=x onerror=window.pwned=1>")
    expect(page.locator("h1")).to_have_text("Scenarios")
    page.goto(f"{url}/__admin/#<script>window.pwned=1</script>?n=1&of=__proto__&id=constructor")
    expect(page.locator("#detail")).to_contain_text("The journal no longer has this call")
    assert_inert(page)


def test_texts_that_turn_are_marked(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """Characters that turn or hide text are shown by name, and no text turns its neighbours."""
    words = "safe\u202egnp.exe\u2066\u200b\u200d\u0000"
    post(seed | {"content": {"blocks": [paragraph(run(words), run("after"))]}})
    page = open_page(f"calls?world={world}")
    page.locator(".call").click()
    marks = page.locator(".record .unseen-mark")
    expect(marks).to_have_text(["U+202E", "U+2066", "U+200B", "U+200D", "U+0000"])
    isolation = page.locator(".record .run").evaluate_all("all => all.map(each => getComputedStyle(each).unicodeBidi)")
    assert set(isolation) == {"isolate"}


def test_huge_records_are_cut(open_page: Open, post: Post, seed: Body, world: str) -> None:
    """A record of ten thousand blocks is drawn in part and says so; the page goes on."""
    blocks = [paragraph(run("word " * 4)) for _ in range(2000)] + [paragraph(run("x" * 20_000))]
    assert post(seed | {"content": {"blocks": blocks[::-1]}})["code"] == 0
    page = open_page(f"calls?world={world}")
    page.locator(".call").click()
    expect(page.locator(".record .cut")).to_contain_text("1501 more blocks")
    assert page.locator("#detail *").count() < 25_000
    page.locator(".record button", has_text="+16000").click()
    expect(page.locator(".record [data-block='0']")).to_have_text("x" * 20_000)


def test_the_token_is_asked_for_and_forgotten(open_page: Open, serve: Serve) -> None:
    """A guarded server gives the page without the token and nothing else; the token is kept in memory only."""
    url = serve("--admin-token", "hush-hush")
    page = open_page(at=url)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Token").fill("wrong")
    dialog.get_by_role("button").click()
    expect(dialog).to_contain_text("not the token")
    dialog.get_by_label("Token").fill("hush-hush")
    page.keyboard.press("Enter")
    expect(page.locator(".live")).to_have_class("live live")
    httpx2.get(f"{url}{RECORDS}/1", headers={"Authorization": "Bearer t-dev"})
    expect(page.locator(".call")).to_have_count(1)
    kept = page.evaluate("[JSON.stringify({ ...localStorage, ...sessionStorage }), document.cookie, location.href]")
    assert "hush" not in "".join(kept)
    page.reload()
    expect(dialog).to_be_visible()
    expect(page.locator(".call")).to_have_count(0)
