"""Content in the spelling of v2, or in snake_case, is read as v1's."""

import json
from typing import Any

import pytest

from feishu_okr.client.content import Content, doc, image, person, text
from tests.conftest import EXAMPLES

V1 = (
    Content()
    .paragraph(text("a", bold=True, strike_through=True, text_color="#010203", link="https://x"), person("ou_1"))
    .ordered("b", doc("https://d", "t"))
    .gallery(image("box1", src="https://s", width=1, height=2))
)
COLOR = {"red": 1, "green": 2, "blue": 3, "alpha": 1}
STYLE = {"bold": True, "strike_through": True, "text_color": COLOR, "link": {"url": "https://x"}}
V2_BLOCKS: list[dict[str, Any]] = [
    {
        "block_element_type": "paragraph",
        "paragraph": {
            "elements": [
                {"paragraph_element_type": "textRun", "text_run": {"text": "a", "style": STYLE}},
                {"paragraph_element_type": "mention", "mention": {"user_id": "ou_1"}},
            ]
        },
    },
    {
        "block_element_type": "paragraph",
        "paragraph": {
            "style": {"list": {"list_type": "number", "indent_level": 1, "number": 1}},
            "elements": [
                {"paragraph_element_type": "textRun", "text_run": {"text": "b"}},
                {"paragraph_element_type": "docsLink", "docs_link": {"url": "https://d", "title": "t"}},
            ],
        },
    },
    {
        "block_element_type": "gallery",
        "gallery": {"images": [{"file_token": "box1", "src": "https://s", "width": 1, "height": 2}]},
    },
]


def test_reads_v2() -> None:
    """Content of v2 becomes v1's form."""
    assert Content.from_json({"blocks": V2_BLOCKS}).to_json() == V1.to_json()


def test_reads_the_vendors_v2_answer() -> None:
    """Every record of v2's example answer is read."""
    answer = json.loads((EXAMPLES / "v2-objective-progresses-response.json").read_bytes())
    contents = [Content.from_json(item["content"]) for item in answer["data"]["items"]]
    assert contents
    assert all(content.to_plain_text() for content in contents)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"list_type": "bullet", "indent_level": 0}, {"type": "bullet"}),
        ({"type": "bullet", "indent_level": 2}, {"type": "bullet", "indentLevel": 2}),
        ({"type": "bullet", "color": "new"}, {"type": "bullet"}),
    ],
    ids=["lark-cli's first level", "snake_case of v1", "unknown key"],
)
def test_reads_other_spellings(sent: dict[str, Any], read: dict[str, Any]) -> None:
    """What other writers spell differently is read; what nobody knows is left out."""
    block = {"type": "paragraph", "paragraph": {"style": {"list": sent}, "elements": []}, "added_later": 1}
    made = Content.from_json({"blocks": [block]}).to_json()
    assert made == {"blocks": [{"type": "paragraph", "paragraph": {"style": {"list": read}, "elements": []}}]}


def test_keeps_the_internal_id_apart() -> None:
    """The user id beside a person of v1 is not taken for the mention of v2."""
    element = {"type": "person", "person": {"open_id": "ou_1", "userId": "7"}}
    content = Content.from_json({"blocks": [{"type": "paragraph", "paragraph": {"elements": [element]}}]})
    assert content == Content().paragraph(person("ou_1"))
