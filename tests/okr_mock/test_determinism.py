"""The same seed, clock and sequence of calls give the same bytes, in any process."""

import json
import os
import socket

import pytest

from tests.conftest import EXAMPLES, RECORDS, TENANT_TOKEN, Body, emulator

PERSON = "ou_7dab8a3d3cdcc9da365777c7ad535d62"
KEY_RESULT, OBJECTIVE = "7041430377642082323", "7043693679567028244"
JSON = "application/json"
V1, V2 = "/open-apis/okr/v1", "/open-apis/okr/v2"
V3_TOKEN, V2_TOKEN = "/oauth/v3/token", "/open-apis/authen/v2/oauth/token"
APP = {"app_id": "default", "app_secret": "s"}
CLIENT = {"client_id": "default", "client_secret": "s"}
FORM = (
    '--b\r\nContent-Disposition: form-data; name="target_id"\r\n\r\n7041430377642082323\r\n'
    '--b\r\nContent-Disposition: form-data; name="target_type"\r\n\r\n3\r\n'
    '--b\r\nContent-Disposition: form-data; name="data"; filename="x.gif"\r\nContent-Type: image/gif\r\n\r\n'
    "GIF89a....\r\n--b--\r\n"
)
Said = list[tuple[str, bytes]]


class Speaker:
    """Speaks to a server byte by byte, always by the same name, and remembers what it says."""

    def __init__(self, url: str) -> None:
        self._port = int(url.rsplit(":", 1)[1])
        self.said: Said = []

    def ask(self, method: str, path: str, body: Body | str = "", token: str = "t-dev", media: str = JSON) -> Body:
        """Make a call; gives the value of its answer, or nothing where that is no JSON."""
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:6570\r\nAuthorization: Bearer {token}\r\n"
        head += f"Connection: close\r\nContent-Type: {media}\r\nContent-Length: {len(data)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as sock:
            sock.sendall(head.encode() + data)
            answer = b"".join(iter(lambda: sock.recv(65536), b""))
        self.said.append((f"{method} {path}", answer))
        content = answer.partition(b"\r\n\r\n")[2]
        value: Body = json.loads(content) if content.startswith(b"{") else {}
        return value


def story(url: str) -> Said:
    """Make calls of all kinds in a world that stands still, each following from the answers before it."""
    speaker = Speaker(url)
    ask = speaker.ask
    for world in ("default", "-"):  # calls that lead to no world have a clock too
        ask("PUT", f"/__admin/clock?world={world}", {"set": "2026-10-15T09:00:00+08:00", "freeze": True})
    tenant = ask("POST", TENANT_TOKEN, APP)["tenant_access_token"]
    ask("POST", TENANT_TOKEN.replace("tenant_access", "app_access"), APP)
    ask("POST", V3_TOKEN, CLIENT | {"grant_type": "client_credentials"})
    person = ask("POST", V2_TOKEN, CLIENT | {"grant_type": "authorization_code", "code": "code-liming"})
    ask("POST", V3_TOKEN, CLIENT | {"grant_type": "authorization_code", "code": "code-liming"})
    grant = {"grant_type": "refresh_token", "refresh_token": person["refresh_token"]}
    person = ask("POST", V3_TOKEN, CLIENT | grant)
    ask("POST", V3_TOKEN, CLIENT | grant)
    user = person["access_token"]
    image = ask("POST", f"{V1}/images/upload", FORM, tenant, "multipart/form-data; boundary=b")["data"]
    ask("GET", image["url"].removeprefix("http://localhost:6570"))
    record = json.loads((EXAMPLES / "create-request.json").read_bytes())
    first = ask("POST", RECORDS, record, tenant)["data"]["progress_id"]
    second = ask("POST", RECORDS, record | {"target_id": KEY_RESULT, "target_type": 3}, user)["data"]["progress_id"]
    ask("PUT", "/__admin/clock?world=default", {"advance": 3600.25})
    ask("PUT", f"{RECORDS}/{second}", {"content": record["content"], "progress_rate": {"percent": 12.345}}, user)
    ask("GET", f"{RECORDS}/{first}?user_id_type=union_id", token=user)
    ask("GET", f"{V1}/users/{PERSON}/okrs?offset=0&limit=5&lang=en_us", token=tenant)
    ask("GET", f"{V1}/periods?page_size=2", token=tenant)
    ask("GET", f"{V1}/period_rules", token=tenant)
    ask("POST", f"{V1}/periods", {"period_rule_id": "134", "start_month": "2027-04"}, tenant)
    ask("GET", f"{V1}/reviews/query?user_ids={PERSON}&period_ids=7651945480804368404", token=tenant)
    ask("GET", f"{V2}/cycles?user_id={PERSON}", token=user)
    ask("GET", f"{V2}/objectives/{OBJECTIVE}", token=user)
    ask("GET", f"{V2}/key_results/{KEY_RESULT}/progresses", token=user)
    ask("DELETE", f"{RECORDS}/{first}", token=tenant)
    refusals(speaker, first, record, user)
    ask("GET", "/__admin/world?format=yaml")
    ask("GET", "/__admin/world")
    return speaker.said


def refusals(speaker: Speaker, gone: str, record: Body, user: str) -> None:
    """Make calls that are refused, each for another reason."""
    speaker.ask("GET", f"{RECORDS}/{gone}")
    speaker.ask("POST", RECORDS, {"target_type": 7, "zzz": 1})
    speaker.ask("POST", RECORDS, "{")
    speaker.ask(
        "POST", RECORDS, record | {"target_id": "7654830367387419668"}, "u-dev@ou_21a7e080dbdb4e9c207553adb9d52f85"
    )
    speaker.ask("GET", f"{V1}/periods", token=user)
    speaker.ask("GET", f"{RECORDS}/1", token="t-unknown")
    speaker.ask("GET", "/open-apis/okr/v1/nothing")


def parted(call: tuple[str, bytes]) -> tuple[bytes, bytes]:
    """Part an answer into its head and its body."""
    head, _, body = call[1].partition(b"\r\n\r\n")
    return head, body


def told(seed: str, hash_seed: str) -> Said:
    """Tell the story to a server of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKR_MOCK_")}
    flags = ("--seed", seed, "--log-level", "error")
    with emulator(*flags, env=environment | {"PYTHONHASHSEED": hash_seed}) as (url, _):
        return story(url)


@pytest.fixture(scope="module")
def first() -> Said:
    """The story as a first process answered it."""
    return told("7", "1")


def test_same_bytes(first: Said) -> None:
    """Two processes with the same seed and other hashes answer a story alike to the byte, headers and all."""
    second = told("7", "2")
    assert len(first) >= 30
    for ours, theirs in zip(first, second, strict=True):
        assert ours == theirs
    values = [value for _, value in map(parted, first) if value.startswith(b'{"')]
    codes = [value.get("code", -1) for value in map(json.loads, values)]
    assert codes.count(0) >= 18
    assert len(set(codes)) >= 8


def test_other_seed(first: Said) -> None:
    """Another seed gives other tokens, tickets and log ids to the same calls, and the same data."""
    other = told("8", "1")
    assert len(other) == len(first)
    called = [pair for pair in zip(first, other, strict=True) if "/__admin/" not in pair[0][0]]
    assert all(ours[1] != theirs[1] for ours, theirs in called)

    shown = [parted(call) for call in first if call[0].startswith((f"GET {V1}/users", f"GET {V2}"))]
    assert len(shown) == 4
    assert {value for _, value in shown} <= {value for _, value in map(parted, other)}
