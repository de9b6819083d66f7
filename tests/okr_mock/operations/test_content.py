import pytest
from starlette.testclient import TestClient

from tests.conftest import RECORDS, Body, MakeClient


def stored(client: TestClient, body: Body, paragraph: Body) -> Body:
    blocks = [{"type": "paragraph", "paragraph": paragraph}]
    answer = client.post(RECORDS, json=body | {"content": {"blocks": blocks}}).json()
    assert answer["code"] == 0, answer
    shown: Body = answer["data"]["content"]["blocks"][0]["paragraph"]
    assert client.get(f"{RECORDS}/{answer['data']['progress_id']}").json()["data"] == answer["data"]
    return shown


def run(text: str, **style: Body) -> Body:
    return {"elements": [{"type": "textRun", "textRun": {"text": text, "style": style}}]}


def test_clamped(make_client: MakeClient, create_body: Body) -> None:
    """With `style_ranges=clamp` values out of range become the nearest one in range, and others stay."""
    client = make_client(set=("style_ranges=clamp",))
    sent = run(" x ", textColor={"red": 300, "green": -1, "blue": 7, "alpha": 1.5})
    sent["style"] = {"list": {"type": "number", "indentLevel": 17, "number": 300}}
    shown = stored(client, create_body, sent)
    assert shown["elements"][0]["textRun"]["style"]["textColor"] == {"alpha": 1, "blue": 7, "green": 0, "red": 255}
    assert shown["style"]["list"] == {"indentLevel": 16, "number": 300, "type": "number"}
    assert shown["elements"][0]["textRun"]["text"] == " x "


@pytest.mark.parametrize(("option", "text"), [("keep", " \t周报\n"), ("trim", "周报")])
def test_edges(make_client: MakeClient, create_body: Body, option: str, text: str) -> None:
    """White space at the edges of text is kept or removed as the claim says."""
    shown = stored(make_client(set=(f"text_edges={option}",)), create_body, run(" \t周报\n"))
    assert shown["elements"][0]["textRun"]["text"] == text
