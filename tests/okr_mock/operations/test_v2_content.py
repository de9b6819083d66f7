from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from feishu_okr.contract import load
from feishu_okr.contract.operation import resolve
from tests.conftest import RECORDS, Body
from tests.feishu_okr.contract.bodies import CREATE, TEXT
from tests.okr_mock.operations.conftest import KINDS, A, Fresh, Small

OBJECTIVE = "7043693679567028244"
V2 = "/open-apis/okr/v2/objectives"
DOCUMENT = load().document
COLORS = {"red": 255, "green": 0, "blue": 7, "alpha": 0.5}
V1_STYLE = {"bold": True, "strikeThrough": False, "backColor": COLORS, "textColor": {}, "link": {"url": "https://x/"}}
V2_STYLE = {
    "bold": True,
    "strike_through": False,
    "back_color": COLORS,
    "text_color": {},
    "link": {"url": "https://x/"},
}
V1_ELEMENTS: dict[str, Body] = {
    "text": {"type": "textRun", "textRun": {"text": "周报 \n", "style": V1_STYLE}},
    "bare text": {"type": "textRun", "textRun": {}},
    "link": {"type": "docsLink", "docsLink": {"url": "https://example.feishu.cn/docx/x", "title": "标题"}},
    "person": {"type": "person", "person": {"openId": A}},
    "nobody": {"type": "person", "person": {"openId": "nobody"}},
    "no person": {"type": "person", "person": {}},
    "type alone": {"type": "person"},
    "nothing": {},
    "untyped": {"textRun": {"text": "x"}},
    "two at once": {"type": "textRun", "textRun": {"text": "x"}, "docsLink": {"title": "y"}},
}
V2_ELEMENTS: dict[str, Body] = {
    "text": {"paragraph_element_type": "textRun", "text_run": {"text": "周报 \n", "style": V2_STYLE}},
    "bare text": {"paragraph_element_type": "textRun", "text_run": {}},
    "link": {"paragraph_element_type": "docsLink",
             "docs_link": {"url": "https://example.feishu.cn/docx/x", "title": "标题"}},
    "person": {"paragraph_element_type": "mention", "mention": {"user_id": A}},
    "nobody": {"paragraph_element_type": "mention", "mention": {"user_id": "nobody"}},
    "no person": {"paragraph_element_type": "mention", "mention": {}},
    "type alone": {"paragraph_element_type": "mention"},
    "nothing": {},
    "untyped": {"text_run": {"text": "x"}},
    "two at once": {"paragraph_element_type": "textRun", "text_run": {"text": "x"}, "docs_link": {"title": "y"}},
}  # fmt: skip
RENAMED = {
    "textRun": "text_run",
    "docsLink": "docs_link",
    "person": "mention",
    "indentLevel": "indent_level",
    "strikeThrough": "strike_through",
    "backColor": "back_color",
    "textColor": "text_color",
    "imageList": "images",
    "fileToken": "file_token",
    "openId": "user_id",
}


def line(*elements: Body, **more: Any) -> Body:
    return {"blocks": [{"type": "paragraph", "paragraph": {"elements": list(elements), **more}}]}


def paragraphs(*elements: Body, **more: Any) -> Body:
    return {"blocks": [{"block_element_type": "paragraph", "paragraph": {"elements": list(elements), **more}}]}


def written(client: TestClient, content: Body, target_id: str = "31") -> str:
    source = {"source_title": "周报", "source_url": "https://example.com/"}
    body = source | {"target_id": target_id, "target_type": 2, "content": content}
    answer = client.post(RECORDS, json=body).json()
    assert answer["code"] == 0, answer
    record: str = answer["data"]["progress_id"]
    return record


def latest(client: TestClient, target_id: str = "31", kind: str = "") -> Any:
    query: Body = {"page_size": 1, "user_id_type": kind}
    answer = client.get(f"{V2}/{target_id}/progresses", params=query).json()
    assert answer["code"] == 0, answer
    return answer["data"]["items"][0]


@pytest.mark.parametrize("name", V1_ELEMENTS)
def test_elements(small: Small, name: str) -> None:
    """Every kind of element has its v2 spelling; what was not written is not made up."""
    client = small()
    written(client, line(V1_ELEMENTS[name]))
    assert latest(client)["content"] == paragraphs(V2_ELEMENTS[name])


@pytest.mark.parametrize("kind", ["number", "bullet", "checkBox", "checkedBox", "indent"])
def test_lists(small: Small, kind: str) -> None:
    """Every kind of list keeps its name; the keys beside it change theirs."""
    client = small()
    written(client, line(style={"list": {"type": kind, "indentLevel": 16, "number": -3}}))
    assert latest(client)["content"] == paragraphs(
        style={"list": {"list_type": kind, "indent_level": 16, "number": -3}}
    )


@pytest.mark.parametrize("style", [{}, {"list": {}}])
def test_bare_styles(small: Small, style: Body) -> None:
    """An empty style stays an empty style."""
    client = small()
    written(client, line(style=style))
    assert latest(client)["content"] == paragraphs(style=style)


def test_galleries(small: Small) -> None:
    """Images keep their order, sizes and addresses."""
    client = small()
    images = [{"fileToken": "boxa", "src": "https://x/?ticket=y", "width": 458, "height": 372.5}, {}]
    written(client, {"blocks": [{"type": "gallery", "gallery": {"imageList": images}}, {"type": "gallery"}]})
    shown = [{"file_token": "boxa", "src": "https://x/?ticket=y", "width": 458, "height": 372.5}, {}]
    assert latest(client)["content"] == {
        "blocks": [
            {"block_element_type": "gallery", "gallery": {"images": shown}},
            {"block_element_type": "gallery"},
        ]
    }


@pytest.mark.parametrize("content", [{}, {"blocks": []}, {"blocks": [{}]}])
def test_empty_content(small: Small, content: Body) -> None:
    """Empty content is shown as empty as it is."""
    client = small()
    written(client, content)
    assert latest(client)["content"] == content


@pytest.mark.parametrize("kind", ["open_id", "union_id", "user_id"])
def test_mentions_by_kind(small: Small, kind: str) -> None:
    """Mentions of a record are shown in the kind of id that the query names; unknown ones as they were sent."""
    client = small()
    written(client, line(V1_ELEMENTS["person"], V1_ELEMENTS["nobody"]))
    elements = latest(client, kind=kind)["content"]["blocks"][0]["paragraph"]["elements"]
    assert [element["mention"] for element in elements] == [{"user_id": KINDS[kind]}, {"user_id": "nobody"}]


def test_unknown_id_that_is_an_open_id(small: Small) -> None:
    """An id that nobody has in the kind it was sent as is nobody here too, even if it is somebody's open id."""
    client = small()
    content = line(V1_ELEMENTS["person"])
    source = {"source_title": "周报", "source_url": "https://example.com/", "target_id": "31", "target_type": 2}
    client.post(RECORDS, params={"user_id_type": "user_id"}, json=source | {"content": content})
    elements = latest(client, kind="user_id")["content"]["blocks"][0]["paragraph"]["elements"]
    assert elements == [V2_ELEMENTS["person"]]


def test_texts_that_look_like_keys(small: Small) -> None:
    """Texts are never renamed, whatever they say."""
    client = small()
    names = [*RENAMED, *RENAMED.values(), "type", "blocks"]
    written(client, line(*({"type": "textRun", "textRun": {"text": name}} for name in names)))
    elements = latest(client)["content"]["blocks"][0]["paragraph"]["elements"]
    assert [element["text_run"]["text"] for element in elements] == names


def test_out_of_range(small: Small) -> None:
    """What v1 stored beyond the documented ranges, as a claim allows, v2 shows too."""
    client = small(set=("style_ranges=store", "unknown_kinds=store"))
    style = {"backColor": {"red": 300, "alpha": -1}}
    run = {"type": "marquee", "textRun": {"text": "x", "style": style}}
    written(client, line(run, style={"list": {"type": "stars", "indentLevel": 99}}))
    (block,) = latest(client)["content"]["blocks"]
    assert block["paragraph"]["style"] == {"list": {"list_type": "stars", "indent_level": 99}}
    (element,) = block["paragraph"]["elements"]
    assert element["paragraph_element_type"] == "marquee"
    assert element["text_run"]["style"] == {"back_color": {"red": 300, "alpha": -1}}


PLAIN: list[tuple[str, list[str], list[list[str]]]] = [
    ("", [], []),
    ("一行", [], [["一行"]]),
    ("上\n下", [], [["上"], ["下"]]),
    ("上\n", [], [["上"], []]),
    ("@李明", [A], [[f"<{A}>"]]),
    ("和 @李明 一起", [A], [["和 ", f"<{A}>", " 一起"]]),
    ("@李明@李明\n@李明", [A], [[f"<{A}>", f"<{A}>"], [f"<{A}>"]]),
    ("和 @李明 一起", [], [["和 @李明 一起"]]),
    ("李明", [A], [["李明"]]),
]


@pytest.mark.parametrize("n", range(len(PLAIN)))
def test_plain_texts(small: Small, n: int) -> None:
    """A plain text becomes a paragraph a line, with its mentions as elements of their own."""
    goals = [{"id": f"3{n}", "content": text, "mentions": people} for n, (text, people, _) in enumerate(PLAIN)]
    client = small({"okrs": [{"id": "21", "user": A, "period": "11", "objectives": goals}]})
    content = client.get(f"{V2}/3{n}").json()["data"]["objective"]["content"]
    shown = []
    for block in content["blocks"]:
        assert block["block_element_type"] == "paragraph"
        elements = block["paragraph"]["elements"]
        shown.append(
            [
                element["text_run"]["text"]
                if element["paragraph_element_type"] == "textRun"
                else f"<{element['mention']['user_id']}>"
                for element in elements
            ]
        )
    assert shown == PLAIN[n][2]


def allowed(schema: Any) -> st.SearchStrategy[Any]:
    """Draw whatever a schema of the contract allows, any part of it left out."""
    schema = resolve(DOCUMENT, schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    least, most = schema.get("minimum"), schema.get("maximum")
    if schema["type"] == "object":
        parts = {name: resolve(DOCUMENT, part) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries(
            {}, optional={name: allowed(part) for name, part in parts.items() if not part.get("readOnly")}
        )
    if schema["type"] == "array":
        return st.lists(allowed(schema["items"]), max_size=3)
    if schema["type"] == "integer":
        whole = st.integers(least, most)
        return whole | whole.map(float).filter(lambda number: most is None or number <= most)
    if schema["type"] == "number":
        return st.floats(least, most, allow_nan=False, allow_infinity=False) | st.integers(0, 1)
    return {"boolean": st.booleans(), "string": TEXT}[schema["type"]]


def in_v2(value: Any, parent: str = "") -> Any:
    """Spell content as the documentation's table of the two dialects has it."""
    if isinstance(value, list):
        return [in_v2(item, parent) for item in value]
    if not isinstance(value, dict):
        return value
    kinds = {"blocks": "block_element_type", "elements": "paragraph_element_type", "list": "list_type"}
    spelled: dict[Any, Any] = {}
    for key, item in value.items():
        if key == "type" and parent in kinds:
            spelled[kinds[parent]] = "mention" if (parent, item) == ("elements", "person") else item
        else:
            spelled[RENAMED.get(key, key)] = in_v2(item, key)
    return spelled


@settings(max_examples=150, deadline=None)
@given(content=allowed({"$ref": "#/components/schemas/Content"}))
def test_whatever_the_contract_allows(fresh: Fresh, content: Body) -> None:
    """Content that keeps the contract is created, shown unchanged by get, and shown by v2 in its own spelling."""
    client = fresh()
    record = written(client, content, OBJECTIVE)
    assert client.get(f"{RECORDS}/{record}").json()["data"]["content"] == content
    item = latest(client, OBJECTIVE)
    assert (item["id"], item["content"]) == (record, in_v2(content))


@settings(max_examples=40, deadline=None)
@given(body=CREATE, update=CREATE)
def test_what_is_written_is_shown(fresh: Fresh, body: Body, update: Body) -> None:
    """Created and updated, content and rate of a record are the same in v1 and v2; once deleted it is in neither."""
    client = fresh()
    path = f"{RECORDS}/{client.post(RECORDS, json=body).json()['data']['progress_id']}"
    check_both(client, path, body["content"], body.get("progress_rate"))
    client.put(path, json=update)
    check_both(client, path, update["content"], update.get("progress_rate", body.get("progress_rate")))
    assert client.delete(path).json()["code"] == 0
    assert client.get(path).json()["code"] == 1001004
    assert client.get(f"{V2}/{OBJECTIVE}/progresses").json()["data"]["items"] == []


def check_both(client: TestClient, path: str, content: Body, rate: Body | None) -> None:
    """Check what v1 and v2 show of a record."""
    shown, item = client.get(path).json()["data"], latest(client, OBJECTIVE)
    assert (shown["content"], shown.get("progress_rate")) == (content, rate)
    renamed = None if rate is None else {f"progress_{name}": value for name, value in rate.items()}
    assert (item["content"], item.get("progress_rate")) == (in_v2(content), renamed)
