"""Content becomes Markdown that reads as the same content; what Markdown cannot say is refused or told."""

from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feishu_okr.client.content import Content, MarkdownError, Unsupported, doc, image, person, text
from feishu_okr.client.content.reading import Line, Run
from feishu_okr.client.content.rules import JSON
from tests.feishu_okr.client.content.contents import WORDS, anything, runs, with_counterpart

WRITTEN: Mapping[str, tuple[Content, str]] = {
    "nothing": (Content(), ""),
    "styles": (
        Content()
        .paragraph("a ", text("b", bold=True), text("c ", bold=True, link="u"), text("d", link="u"), " e")
        .paragraph(text("f ", bold=True), text("g", bold=True, strike_through=True)),
        "a **b[c ](u)**[d](u) e\n\n**f ~~g~~**\n",
    ),
    "styles that touch": (
        Content()
        .paragraph(text("完成。", bold=True), "下一步", text("(x)", strike_through=True), "y", text(" z ", bold=True)),
        "**完成。**&#19979;一&#27493;~~(x)~~&#121;**&#32;z&#32;**\n",
    ),
    "characters that mean something": (
        Content().paragraph("# *a* [b](c) <d> &amp; & snake_case 1. `e`").paragraph("- f\n1. g\n---"),
        "\\# \\*a\\* \\[b\\](c) \\<d> \\&amp; & snake_case 1. \\`e\\`\n\n\\- f\\\n1\\. g\\\n\\---\n",
    ),
    "blanks": (Content().paragraph(" a\t\n b ").paragraph().paragraph("\u3000c"),
               "&#32;a&#9;\\\n&#32;b&#32;\n\n<br>\n\n&#12288;c\n"),
    "lists": (
        Content().ordered("a").ordered("b", level=2).bullet("c\nd", level=3).indented("e", level=2).ordered("f")
        .ordered("g", number=7).todo("h").todo("i", done=True, level=2).bullet().paragraph("j"),
        "1. a\n   1. b\n      - c\\\n        d\n\n      e\n2. f\n\n7) g\n- [ ] h\n  - [x] i\n\n-\n\nj\n",
    ),
    "people and documents": (
        Content().paragraph(person("ou_1"), " @", text("x", link="y"), "!", doc("https://d", "a]b")),
        '@[李明](ou_1) \\@[x](y)\\![a\\]b](https://d "feishu:doc")\n',
    ),
    "addresses": (
        Content().paragraph(text("https://a/?b=1&c=2", link="https://a/?b=1&c=2"), text("x", link="a b\n(<\\&lt;")),
        "<https://a/?b=1&c=2>[x](<a b&#10;(\\<\\\\\\&lt;>)\n",
    ),
    "images": (
        Content().gallery(image("box1", src="https://x?a=1&b=2", width=3, height=4.5), image("box2", width=1)),
        '![](https://x?a=1&b=2 "feishu:box1 3x4.5")![](<> "feishu:box2 1x")\n',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRITTEN)
def test_writes(case: str) -> None:
    """Content is written as readable Markdown, escaped where it would mean something else."""
    content, markdown = WRITTEN[case]
    assert content.to_markdown(names={"ou_1": "李明"}) == markdown
    assert Content.from_markdown(markdown) == content


REFUSED: Mapping[str, tuple[Content, str, str]] = {
    "a colour": (Content().paragraph("a", text("b", text_color="#010203")), "block 1: a colour", "ab\n"),
    "a control character": (Content().paragraph("a\x1bb"), "block 1: a control character", "ab\n"),
    "a stray indent": (Content().paragraph("a").indented("b"),
                       "block 2: an indented line that belongs to no item", "a\n\nb\n"),
    "a jump": (Content().bullet("a").bullet("b", level=3),
               "block 2: an item of level 3 without one above it", "- a\n  - b\n"),
    "a script": (Content().paragraph(text("a", link="javascript:alert(1)")),
                 "block 1: a link to what is no address", "a\n"),
    "a document nowhere": (Content().paragraph(doc("javascript:x", "t")),
                           "block 1: a link to what is no address", "t\n"),
    "a person nowhere": (Content().paragraph(person("a b")), "block 1: a mention of what is no id", "@a b\n"),
    "a number": (Content().ordered("a", number=-1), "block 1: the number -1", "1. a\n"),
    "no images": (Content().paragraph("a").gallery(), "block 2: a row without images", "a\n\n<br>\n"),
    "an odd token": (Content().gallery(image("a b")), "block 1: an image without token", "\\[image a b\\]\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_what_markdown_cannot_say(case: str) -> None:
    """By default it is refused with its block; otherwise it is told and made simpler."""
    content, expected, simpler = REFUSED[case]
    with pytest.raises(MarkdownError) as caught:
        content.to_markdown()
    assert str(caught.value) == f"{expected} has no counterpart; on_unsupported='plain' simplifies it"
    told: list[Unsupported] = []
    assert content.to_markdown(on_unsupported=told.append) == simpler
    assert [f"block {one.number}: {one.what}" for one in told] == [expected]


@settings(max_examples=250)
@given(with_counterpart())
def test_reads_as_the_same(content: Content) -> None:
    """Content that Markdown can say is equal after it was written and read."""
    markdown = content.to_markdown()
    assert Content.from_markdown(markdown) == content


@settings(max_examples=150)
@given(anything())
def test_is_stable(content: Content) -> None:
    """What was made simpler once is simple: any content is written, read and written again without further change."""
    markdown = content.to_markdown(on_unsupported=lambda _: None)
    assert Content.from_markdown(markdown).to_markdown() == markdown


class Seen(HTMLParser):
    """The characters of a page but blanks, each with the styles it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.characters: list[tuple[str, bool, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.tags.remove(tag)

    def handle_data(self, data: str) -> None:
        self.characters += characters(data, "strong" in self.tags, "s" in self.tags)


def characters(words: str, bold: bool, strike: bool) -> list[tuple[str, bool, bool]]:
    return [(char, bold, strike) for char in words if not char.isspace()]


@settings(max_examples=150)
@example([text("*", bold=True, strike_through=True), text("a", strike_through=True), text("b")])
@example([text("a"), text("b", strike_through=True), text("*", bold=True, strike_through=True)])
@given(st.lists(runs(WORDS, st.just("https://x")), max_size=5))
def test_is_common_markdown(elements: list[JSON]) -> None:
    """A reader of CommonMark that knows nothing of us sees the same characters in the same styles."""
    content = Content().paragraph(*elements)
    (line,) = content.lines
    assert isinstance(line, Line)
    expected = [seen for run in line.pieces if isinstance(run, Run) for seen in characters(*run[:3])]
    page = MarkdownIt("commonmark").enable("strikethrough").render(content.to_markdown())
    assert Seen(page).characters == expected
