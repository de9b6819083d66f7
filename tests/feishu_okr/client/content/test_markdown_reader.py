"""Markdown becomes content; what has no counterpart is refused or told, and nothing hangs or ends the process."""

from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings

from feishu_okr.client.content import (
    Content,
    ContentError,
    MarkdownError,
    MarkdownSimplified,
    Unsupported,
    doc,
    image,
    person,
    text,
)
from feishu_okr.client.content.markdown import LONGEST
from feishu_okr.client.content.markdown_reader import image_addresses
from tests.feishu_okr.client.content.contents import MARKDOWN

UPLOADED = {"file_token": "box1", "url": "https://x/?ticket=1"}

READ: Mapping[str, tuple[str, Content]] = {
    "styles": (
        "**粗体** ~~删除~~ **a ~~b~~** [c **d**](https://x)",
        Content().paragraph(
            text("粗体", bold=True), " ", text("删除", strike_through=True), " ", text("a ", bold=True),
            text("b", bold=True, strike_through=True), " ", text("c ", link="https://x"),
            text("d", bold=True, link="https://x"),
        ),
    ),
    "lists": (
        "3. a\n   - b\n     - [ ] c\n     - [x] d\n   - e\n4. f\n\n   g\n5) h\n",
        Content().ordered("a", number=3).bullet("b", level=2).todo("c", level=3).todo("d", done=True, level=3)
        .bullet("e", level=2).ordered("f").indented("g").ordered("h", number=5),
    ),
    "a list that begins with a list": ("- - a", Content().bullet().bullet("a", level=2)),
    "empty items": ("-\n- [ ]\n1.", Content().bullet().todo().ordered()),
    "breaks": (
        "one\ntwo  \nthree\\\nfour<br>five",
        Content().paragraph("one two\nthree\nfour\nfive"),
    ),
    "breaks in Chinese": (
        "完成了\n登录，\n**上线**\nok\n한국\n어",
        Content().paragraph("完成了登录，", text("上线", bold=True), " ok 한국 어"),
    ),
    "an empty line": ("a\n\n<br>\n\nb", Content().paragraph("a").paragraph().paragraph("b")),
    "people": (
        r"@[李明](ou_1) \@[李明](ou_1) @[x](https://x) a@[b](c)",
        Content().paragraph(
            person("ou_1"), " @", text("李明", link="ou_1"), " @", text("x", link="https://x"), " a", person("c")
        ),
    ),
    "documents": (
        '[标题](https://a.feishu.cn/docx/x "feishu:doc") [](https://b "feishu:doc") [c](https://a.feishu.cn/docx/x)',
        Content().paragraph(
            doc("https://a.feishu.cn/docx/x", "标题"), " ", doc("https://b"), " ",
            text("c", link="https://a.feishu.cn/docx/x"),
        ),
    ),
    "links as they are": (
        "<https://例子.cn/路径> [a]( <b c> ) []()[](d) [e][f]\n\n[f]: https://f",
        Content().paragraph(
            text("https://例子.cn/路径", link="https://例子.cn/路径"), " ", text("a", link="b c"), " ",
            text("d", link="d"), " ", text("e", link="https://f"),
        ),
    ),
    "images": (
        '![](a.png)\n![](<> "feishu:box2 3x4.5")\n\n![](b.png)',
        Content().gallery(image(UPLOADED), image("box2", width=3, height=4.5)).gallery(image(UPLOADED)),
    ),
    "no harm": (
        "[x](javascript:alert(1)) &lt;b&gt; \\<script>",
        Content().paragraph("[x](javascript:alert(1)) <b> <script>"),
    ),
    "nothing": (" \n\n", Content()),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_reads(case: str) -> None:
    """What has a counterpart is read as that."""
    markdown, content = READ[case]
    assert Content.from_markdown(markdown, images=lambda _: UPLOADED) == content


REFUSED: Mapping[str, tuple[str, list[str], Content]] = {
    "heading": ("a\n\n# b **c**", ["line 3: a heading"], Content().paragraph("a").paragraph(text("b c", bold=True))),
    "italic": ("a\n*b*", ["line 2: italic text"], Content().paragraph("a b")),
    "code": ("`b*`", ["line 1: code"], Content().paragraph("b*")),
    "block of code": ("```py\n a\n\nb\n```", ["line 1: a block of code"],
                      Content().paragraph(" a").paragraph().paragraph("b")),
    "quotation": ("> a\n> - b", ["line 1: a quotation"], Content().paragraph("a").bullet("b")),
    "rule": ("a\n\n---\nb", ["line 3: a horizontal rule"], Content().paragraph("a").paragraph("b")),
    "table": ("| a | **b** |\n|---|---|\n| 1 | |", ["line 1: a table"],
              Content().paragraph("a | ", text("b", bold=True)).paragraph("1 | ")),
    "HTML": ("<div>\na\n</div>\n\n<i>b", ["line 1: HTML", "line 5: HTML"],
             Content().paragraph("<div>").paragraph("a").paragraph("</div>").paragraph("<i>b")),
    "image in a line": ("a ![](a.png) b", ["line 1: an image within a line"],
                        Content().paragraph("a ").gallery(image(UPLOADED)).paragraph(" b")),
    "image in a list": ("- ![](a.png)", ["line 1: an image in a list"], Content().bullet().gallery(image(UPLOADED))),
    "link on an image": ("[![](a.png)](b)", ["line 1: a link on an image"], Content().gallery(image(UPLOADED))),
    "numbered task": ("1. [x] a", ["line 1: a task in a numbered list"], Content().todo("a", done=True)),
    "control characters": ("a\x1bb\n&#12;\x00", ["line 2: a control character", "line 1: a control character",
                           "line 2: a control character"], Content().paragraph("ab \ufffd")),
    "deep list": ("\n".join("  " * depth + "- a" for depth in range(18)),
                  ["line 17: an item deeper than 16", "line 18: an item deeper than 16"],
                  sum((Content().bullet("a", level=min(depth, 16)) for depth in range(1, 19)), Content())),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_has_no_counterpart(case: str) -> None:
    """By default each thing without a counterpart is refused with its line; otherwise it is told and made simpler."""
    markdown, expected, simpler = REFUSED[case]
    with pytest.raises(MarkdownError) as caught:
        Content.from_markdown(markdown, images={"a.png": UPLOADED})
    lines = str(caught.value).removesuffix("; on_unsupported='plain' simplifies it").splitlines()
    assert lines == [f"{place} has no counterpart" for place in expected]
    told: list[Unsupported] = []
    assert Content.from_markdown(markdown, images={"a.png": UPLOADED}, on_unsupported=told.append) == simpler
    assert [f"line {one.number}: {one.what}" for one in told] == expected


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("![一张图](a.png)", "line 1: the text '一张图' for an image has no counterpart; it became nothing"),
        ('![](a.png "title")', "line 1: the title of an image has no counterpart; it became nothing"),
        ('a\n[b](c "title")', "line 2: the title of a link has no counterpart; it became nothing"),
        ("**@[b](c)**", "line 1: a style on a mention or document has no counterpart; it became none"),
    ],
)
def test_tells_of_trifles(markdown: str, expected: str) -> None:
    """What nobody would refuse a report for is told by a warning, whatever the policy."""
    with pytest.warns(MarkdownSimplified) as warned:
        Content.from_markdown(markdown, images={"a.png": UPLOADED})
    assert [str(warning.message) for warning in warned] == [expected]


def test_plain_warns() -> None:
    """With `plain`, what became simpler is told by warnings."""
    with pytest.warns(MarkdownSimplified, match="line 1: a heading has no counterpart; it became bold text"):
        assert Content.from_markdown("# a", on_unsupported="plain") == Content().paragraph(text("a", bold=True))


@pytest.mark.parametrize(
    ("images", "told"),
    [
        (None, "line 2: image 'a.png': it is not uploaded; pass what its upload answered in images"),
        ({"b.png": UPLOADED}, "line 2: image 'a.png': it is not uploaded"),
        ({"a.png": {"url": "https://x"}}, "line 2: image 'a.png': an image needs the file_token"),
        (lambda _: {"file_token": 7}, "line 2: image 'a.png': /fileToken: 7 is not of type \"string\""),
    ],
)
def test_wants_uploaded_images(images: Mapping[str, Mapping[str, object]], told: str) -> None:
    """An image that was not uploaded is refused with its line, whatever the policy."""
    with pytest.raises(MarkdownError) as caught:
        Content.from_markdown("\n![](a.png)", images=images, on_unsupported=lambda _: None)
    assert told in str(caught.value)


def test_wants_a_policy() -> None:
    """A policy that is none is refused before anything is read."""
    with pytest.raises(ContentError, match="on_unsupported is 'refuse', 'plain' or a function, not 'ignore'"):
        Content.from_markdown("a", on_unsupported="ignore")  # type: ignore[arg-type]


def test_names_images() -> None:
    """The images to upload are named once each, in order; those with a token are not."""
    markdown = "![](a.png)\n\n- ![x](<b c.png>) ![](a.png)\n\n![](d.png 'feishu:box1')"
    assert image_addresses(markdown) == ["a.png", "b c.png"]


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 2000, "![" * 2000, "[a](" * 4000, "*a " * 4000, "`" * 4000 + "a", "> " * 500, "- " * 500, "<a " * 4000,
        "&#" * 9000, "<" * 9000, "x" * LONGEST, "x" * (LONGEST + 1), "\\" * 9001, "| a " * 500 + "\n" + "|-" * 500,
        "\ud800", "~~a **b " * 2000,
    ],
    ids=lambda hostile: f"{hostile[:5]!a} x {len(hostile)}",
)  # fmt: skip
def test_bears_hostile_text(hostile: str) -> None:
    """Hostile Markdown becomes harmless text or is refused by a clear error."""
    with suppress(ContentError):
        content = Content.from_markdown(hostile, on_unsupported=lambda _: None, images=lambda _: UPLOADED)
        content.to_markdown(on_unsupported=lambda _: None)


def test_refuses_what_is_too_deep_or_too_long() -> None:
    """Text that would be cut short is refused instead, with the line."""
    with pytest.raises(MarkdownError, match="line 2: nested too deeply"):
        Content.from_markdown("a\n" + "> " * 200 + "x", on_unsupported=lambda _: None)
    with pytest.raises(MarkdownError, match=f"the text has {LONGEST + 1} characters; {LONGEST} are the most"):
        Content.from_markdown("x" * (LONGEST + 1))


@settings(max_examples=200)
@given(MARKDOWN)
def test_is_stable(markdown: str) -> None:
    """Any Markdown reads as content that is written and read again without further change."""
    lost: list[Unsupported] = []
    content = Content.from_markdown(markdown, images=lambda _: UPLOADED, on_unsupported=lambda _: None)
    written = content.to_markdown(on_unsupported=lost.append)
    again = Content.from_markdown(written)
    assert again.to_markdown() == written
    assert lost or again == content
