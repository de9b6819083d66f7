"""The builder: what it makes is the API's v1 form and passes the contract's schema."""

import json
from typing import Any, assert_type

import jsonschema
import pytest
from hypothesis import given, settings

from feishu_okr.client.content import Content, ContentError, doc, image, person, text
from feishu_okr.client.types_content import ContentJson, Element, Image
from feishu_okr.contract import Contract
from feishu_okr.contract.operation import resolve
from feishu_okr.contract.schema import closed
from tests.conftest import EXAMPLES
from tests.feishu_okr.client.content.contents import anything
from tests.feishu_okr.contract.bodies import CONTENT

RED, PINK = "#d83931", (251, 191, 188)
SEED = json.loads((EXAMPLES / "create-request.json").read_bytes())["content"]


def numbers(content: Content) -> list[int | None]:
    return [block["paragraph"].get("style", {}).get("list", {}).get("number") for block in content.to_json()["blocks"]]


def test_builds_the_vendors_example() -> None:
    """The vendor's example is built as it stands, but for empty styles that mean nothing."""
    seen = SEED["blocks"]
    link, picture = seen[11]["paragraph"]["elements"][0]["textRun"]["text"], seen[12]["gallery"]["imageList"][0]
    colored = text("字体背景颜色验证", text_color=RED, back_color=(*PINK, 1))
    built = (
        Content()
        .paragraph(text("粗体验证", bold=True))
        .paragraph(text("*", bold=True), text("删除线验证", strike_through=True))
        .paragraph(text("字体颜色验证", text_color=RED))
        .paragraph(text("背景颜色验证", back_color="#fbbfbcff"))
        .paragraph(
            text(
                "粗体+删除+字体颜色+背景颜色验证", bold=True, strike_through=True, text_color=RED, back_color="#fbbfbc"
            )
        )
        .ordered("有序标题1验证,", text("粗体验证", bold=True))
        .ordered("有序标题2验证,", text("删除线验证", strike_through=True))
        .ordered("有序标题3验证,", colored)
        .bullet("无序标题1验证,", text("粗体", bold=True))
        .bullet("无序标题2验证,", text("删除线", strike_through=True))
        .bullet("无序标题3验证,", colored)
        .paragraph(text(link, link=link))
        .gallery(image(picture["fileToken"], src=picture["src"], width=458, height=372))
        .todo("任务列表未勾选验证")
        .todo("任务列表已勾选验证", done=True)
    )
    assert built == Content.from_json(SEED)
    bare = json.loads(json.dumps(SEED).replace(', "style": {}', ""))
    assert built.to_json() == bare


@settings(max_examples=150)
@given(anything())
def test_passes_the_contract(contract: Contract, content: Content) -> None:
    """Whatever the builder makes keeps the contract, knows no other keys, and is read back as equal."""
    schemas = {"$defs": {}, **closed(resolve(contract.document, {"$ref": "#/components/schemas/Content"}))}
    jsonschema.Draft202012Validator(schemas | {"components": closed(contract.document["components"])}).validate(
        content.to_json()
    )
    again = Content.from_json(content.to_json())
    assert again == content
    assert hash(again) == hash(content)
    assert len(again) == len(content)


@settings(max_examples=150)
@given(CONTENT)
def test_keeps_what_the_contract_allows(content: dict[str, Any]) -> None:
    """Content of an answer is kept as it came."""
    assert Content.from_json(content).to_json() == content


def test_types() -> None:
    """Pieces and results have the contract's types; a type checker refuses what the builder does not know."""
    assert_type(text("a"), Element)
    assert_type(image("box1"), Image)
    assert_type(Content().bullet("a", person("ou_1"), doc("https://a")).gallery(image("box1")), Content)
    assert_type(Content().to_json(), ContentJson)
    with pytest.raises(TypeError):
        text("a", bould=True)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Content().bullet("a", depth=2)  # type: ignore[call-arg]


def test_numbers_lists() -> None:
    """Ordered items count by level, go on after deeper and indented lines, and begin anew after anything else."""
    content = (
        Content().ordered("1").ordered("1.1", level=2).bullet("", level=3).ordered("1.2", level=2).indented("")
    )  # fmt: skip
    content = content.ordered("2").ordered("2.1", level=2).bullet("").ordered("1").paragraph().ordered("1")
    content = content.ordered("7", number=7).ordered("8")
    assert numbers(content) == [1, 1, None, 2, None, 2, 1, None, 1, None, 1, 7, 8]


def test_never_changes() -> None:
    """A builder method leaves what it was called on as it was, and what is given out is the caller's."""
    begun = Content().paragraph("a")
    longer = begun.bullet("b")
    begun.to_json()["blocks"][0]["paragraph"]["elements"].clear()
    piece = text("c")
    with_piece = begun.paragraph(piece)
    piece["textRun"]["text"] = "changed"
    assert (len(begun), len(longer), begun.to_plain_text()) == (1, 2, "a")
    assert with_piece.to_plain_text() == "a\nc"
    assert (begun + longer).to_plain_text() == "a\na\n• b"


def test_equal_when_it_reads_the_same() -> None:
    """Split runs, empty runs and styles, internal ids and tickets make no difference; words and tokens do."""
    one = Content().paragraph("ab", person("ou_1")).gallery(image("box1", src="https://a?ticket=1"))
    elements: list[dict[str, Any]] = [
        {"type": "textRun", "textRun": {"text": "a", "style": {}}},
        {"type": "textRun", "textRun": {"text": "", "style": {"bold": True}}},
        {"textRun": {"text": "b", "style": {"bold": False, "textColor": {}}}},
        {"type": "person", "person": {"openId": "ou_1", "userId": "7"}},
    ]
    other = Content(
        [{"type": "paragraph", "paragraph": {"elements": elements, "style": {}}}, one.to_json()["blocks"][1]]
    )
    other = Content(other.to_json()["blocks"][:1]).gallery(image("box1", src="https://a?ticket=2"))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Content().paragraph("ab", person("ou_2")).gallery(image("box1"))
    assert one != Content().paragraph("ab", person("ou_1")).gallery(image("box2"))
    assert one != "ab"


def test_repr_builds_it_again() -> None:
    """The repr is the calls that build equal content, and shows no ticket."""
    content = (
        Content()
        .paragraph(text("粗", bold=True, strike_through=True, text_color="#010203", link="https://x"), "'\n")
        .paragraph(person("ou_1"))
        .paragraph(doc("https://d", "标题"), doc("https://e"))
        .ordered("a").ordered("b", level=2).todo("c", done=True).todo("d", level=3).indented("e")
        .gallery(image("box1", src="https://x?ticket=secret", width=3))
    )  # fmt: skip
    assert "secret" not in repr(content)
    names = {"Content": Content, "text": text, "person": person, "doc": doc, "image": image}
    assert eval(repr(content), names) == content


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: text("x", text_color=(300, 0, 0)), "/textRun/style/textColor/red: 300 is greater than the maximum"),
        (lambda: text("x", text_color="red"), "'red' is no colour"),
        (lambda: text(7), '/textRun/text: 7 is not of type "string"'),  # type: ignore[arg-type]
        (lambda: text("x", bold="yes"), '/textRun/style/bold: "yes" is not of type "boolean"'),  # type: ignore[arg-type]
        (lambda: text("\ud800"), "cannot be written as JSON"),
        (lambda: text("x", link=b""), "cannot be written as JSON"),  # type: ignore[arg-type]
        (lambda: person(None), '/person/openId: null is not of type "string"'),  # type: ignore[arg-type]
        (lambda: image({"url": "https://x"}), "an image needs the file_token"),
        (lambda: image("box1", width="wide"), '/width: "wide" is not of type "number"'),  # type: ignore[arg-type]
        (lambda: Content().bullet("x", level=17), "/blocks/0/paragraph/style/list/indentLevel: 17 is greater than"),
        (lambda: Content().ordered("x", level=0), "/blocks/0/paragraph/style/list/indentLevel: 0 is less than"),
        (lambda: Content().paragraph("a").paragraph("b", 7), "/blocks/1/paragraph/elements/1: give a string or what"),  # type: ignore[arg-type]
        (lambda: Content().paragraph(image("box1")), "/blocks/0/paragraph/elements/0: Additional properties"),
        (lambda: Content().gallery(text("x")), "/blocks/0/gallery/imageList/0: Additional properties"),
        (lambda: Content([{"type": "table"}]), '/blocks/0/type: "table" is not one of'),
        (lambda: Content.from_json({"blocks": [{"paragraph": 7}]}), '/blocks/0/paragraph: 7 is not of type "object"'),
        (lambda: Content.from_json([]), "content: an object with blocks is wanted, not list"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_names_the_place(make: Any, told: str) -> None:
    """A wrong argument is refused with the place and the reason."""
    with pytest.raises(ContentError) as caught:
        make()
    assert told in str(caught.value)


def test_plain_text() -> None:
    """Plain text keeps marks, depth, addresses and, where they are known, names."""
    content = (
        Content()
        .paragraph(text("见"), text("这里", link="https://x"), text("https://y", link="https://y"), person("ou_1"))
        .ordered("a").bullet("b", level=2).todo("c", done=True).todo("d").indented("e").paragraph()
        .paragraph(doc("https://d", "标题"), doc("https://e")).gallery(image("box1"), image("box2"))
    )  # fmt: skip
    assert content.to_plain_text(names={"ou_1": "李明"}).splitlines() == [
        "见这里 (https://x)https://y@李明", "1. a", "  • b", "☑ c", "☐ d", "  e", "",
        "标题 (https://d)https://e", "[image box1] [image box2]",
    ]  # fmt: skip
    assert content.to_plain_text().startswith("见这里 (https://x)https://y@ou_1")
