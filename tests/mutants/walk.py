"""The walk: a fixed set of calls, and what was answered to each."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any

import jsonpointer
import orjson
from starlette.testclient import TestClient

from feishu_okr.contract.source import read
from okr_mock.app import App
from tests.conftest import EXAMPLES
from tests.mutants.deviation import HERE

GIF = b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;"
Seen = tuple[str, int, list[tuple[bytes, bytes]], bytes]
"""A call, and of its answer the status, the headers and the body."""


def walked(build: Callable[[str], App]) -> Iterator[Seen]:
    """Make the calls of `calls.yaml` in turn.

    Args:
        build: builds the emulator of a mode of authentication.
    """
    with ExitStack() as stack:

        @cache
        def client_of(auth: str) -> TestClient:
            client = TestClient(build(auth), base_url="http://localhost", follow_redirects=False)
            return stack.enter_context(client)  # one thread for all calls, where each would start its own

        yield from _walked(client_of)


def _walked(client_of: Callable[[str], TestClient]) -> Iterator[Seen]:
    kept: dict[str, str] = {}
    for entry in _calls():
        client = client_of("strict" if "strict" in entry else "open")
        method, path = _filled(entry["call"], kept).split(" ", 1)
        token = _filled(entry.get("as", "t-dev"), kept)
        headers = {} if path.startswith("/__admin") or not token else {"Authorization": f"Bearer {token}"}
        for _ in range(entry.get("times", 1)):
            answer = client.request(method, path, headers=headers, **_body(entry, kept))
            yield entry["call"], answer.status_code, answer.headers.raw, answer.content
        for name, pointer in entry.get("keep", {}).items():
            kept[name] = str(jsonpointer.resolve_pointer(_json(answer.content), pointer, "lost"))


@cache
def _calls() -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = read(HERE / "calls.yaml").value
    return calls


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}


def _filled(text: str, kept: Mapping[str, str]) -> str:
    return text.format(**kept) if "{" in text else text


def _body(entry: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    if "image" in entry:
        return {"data": {"target_id": "7041430377642082323", "target_type": "3"}, "files": {"data": ("a.gif", GIF)}}
    if "example" in entry:
        return {"json": _json((EXAMPLES / f"{entry['example']}.json").read_bytes())}
    if "body" not in entry:
        return {}
    body = copy.deepcopy(entry["body"])
    if "long" in entry:
        jsonpointer.set_pointer(body, entry["long"], "字" * 2000)
    if "refresh_token" in body:
        body["refresh_token"] = _filled(body["refresh_token"], kept)
    return {"json": body}
