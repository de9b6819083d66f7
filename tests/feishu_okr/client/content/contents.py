"""Contents for property-based tests."""

from hypothesis import strategies as st

from feishu_okr.client.content import Content, doc, image, person, text
from feishu_okr.client.types_content import Element

TRICKY = st.sampled_from(
    ["*", "_", "`", "~~", "[x](y)", "![", "<br>", "&amp;", "&#65;", "\\", "# ", "- ", "+ ", "1. ", "2) ", "> ", "===",
     "---", "|", "|---|", ":--", "@", "!", "[ ] ", "    ", "\t", "\n", "\r", "\n\n", "\u3000", "\u2028", "\u00a0", "。",
     "，", "“", "完成", "周报", "שלום", "مرحبا", "\u202e", "😀", "👩\u200d👩\u200d👧", "é", "e\u0301", "$", "a", "1",
     " ", "https://a.b/c_d", "<!-- -->", "ou_1", "&", "amp;", ";", "(", ")", "]", "[a]: b", "feishu:doc"]
)  # fmt: skip
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
WORDS = st.lists(TRICKY | PRINTABLE, max_size=4).map("".join)
ID = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
URL = st.sampled_from(
    ["https://a.b/c", "https://例子.cn/路径 1?a=1&b=2&amp;c", "http://x/(y", "mailto:a@b.c", "", "#a", "x y\n<z>\\"]
)
COLOR = st.sampled_from([None, "#d83931", (1, 2, 3), (1, 2, 3, 0.5), {"red": 255}])
SIZE = st.none() | st.integers(0, 5000) | st.floats(0, 1e6, allow_nan=False)


def runs(words: st.SearchStrategy[str], url: st.SearchStrategy[str]) -> st.SearchStrategy[Element]:
    return st.builds(text, words, bold=st.booleans(), strike_through=st.booleans(), link=st.none() | url)


SIMPLE = st.one_of(
    runs(WORDS, URL), WORDS.map(text), st.builds(person, ID), st.builds(doc, URL.filter(bool), st.none() | WORDS)
)
IMAGE = st.builds(image, ID, src=st.none() | URL.filter(bool), width=SIZE, height=SIZE)
FREE_ELEMENT = st.one_of(
    st.builds(
        text,
        ANY,
        bold=st.booleans(),
        strike_through=st.booleans(),
        text_color=COLOR,
        back_color=COLOR,
        link=st.none() | ANY,
    ),
    st.builds(person, ANY),
    st.builds(doc, ANY, st.none() | ANY),
    ANY,
)
METHODS = ("bullet", "ordered", "todo", "indented")


@st.composite
def with_counterpart(draw: st.DrawFn) -> Content:
    """Content that Markdown can say."""
    content, depth = Content(), 0
    for _ in range(draw(st.integers(0, 5))):
        elements = draw(st.lists(SIMPLE, max_size=4))
        method = draw(st.sampled_from(["paragraph", "gallery", *METHODS, *METHODS]))
        if method == "indented" and not depth:
            method = "bullet"
        if method == "paragraph":
            content, depth = content.paragraph(*elements), 0
        elif method == "gallery":
            content, depth = content.gallery(*draw(st.lists(IMAGE, min_size=1, max_size=2))), 0
        else:
            depth = draw(st.integers(1, min(16, depth + (method != "indented"))))
            extra = {"number": draw(st.none() | st.integers(0, 12))} if method == "ordered" else {}
            extra |= {"done": draw(st.booleans())} if method == "todo" else {}
            content = getattr(content, method)(*elements, level=depth, **extra)
    return content


@st.composite
def anything(draw: st.DrawFn) -> Content:
    """Content that the builder can make."""
    content = Content()
    for _ in range(draw(st.integers(0, 4))):
        elements = draw(st.lists(FREE_ELEMENT, max_size=3))
        method = draw(st.sampled_from(["paragraph", "gallery", *METHODS]))
        if method == "gallery":
            content = content.gallery(*draw(st.lists(st.builds(image, ANY, src=ANY, width=SIZE), max_size=2)))
        elif method == "paragraph":
            content = content.paragraph(*elements)
        else:
            content = getattr(content, method)(*elements, level=draw(st.integers(1, 16)))
    return content


SYNTAX = st.sampled_from(
    ["**", "*", "~~", "`", "```", "[a](b)", "![](i.png)", "![a](i.png 'feishu:box1 3x4')", "@[n](ou_1)", "  ", "\n",
     "[t](u 'feishu:doc')", "\n- ", "\n  - ", "\n1. ", "\n   3) ", "\n> ", "\n| a | b |\n|---|---|\n|c|", "\n- [x] ",
     "<br>", "<b>", "\x00", "\x1b", "&#12;"]
)  # fmt: skip
MARKDOWN = st.lists(TRICKY | PRINTABLE | SYNTAX, max_size=12).map("".join)
