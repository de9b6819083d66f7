"""The routes of the page: files under a strict policy, the stream of calls, and what is shown besides."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.testclient import TestClient

from okr_mock.inspector import page_files
from okr_mock.watchers import MOST_WATCHERS
from tests.conftest import RECORDS, Body, Serve

PAGE = Path(page_files.__file__).with_name("page")
REFUSED = {"target_type": 7}


def of(world: str) -> dict[str, str]:
    return {"Authorization": f"Bearer t-dev.{world}"}


def events(response: httpx2.Response) -> Iterator[tuple[str, Body]]:
    """Read server-sent events."""
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))


@pytest.mark.parametrize("name", sorted(file.name for file in PAGE.iterdir()))
def test_files(client: TestClient, name: str) -> None:
    """Every file of the page comes as it is, under a policy that lets nothing else run."""
    answer = client.get(f"/__admin/page/{name}")
    assert answer.content == (PAGE / name).read_bytes()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", ["../routes.py", "%2e%2e%2froutes.py", "none.js", "..%5Croutes.py"])
def test_no_other_files(client: TestClient, name: str) -> None:
    """Nothing but the files of the page can be had."""
    assert client.get(f"/__admin/page/{name}").status_code == 404


def test_the_way_to_the_page(client: TestClient) -> None:
    """Who leaves the slash out is led to the page."""
    answer = client.get("/__admin", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/__admin/")
    assert client.get("/__admin/").headers["content-type"] == "text/html; charset=utf-8"


def test_words_are_said_in_both_languages() -> None:
    """Every text of the page is there in both languages, names the same things in both, and is used."""
    words = json.loads((PAGE / "words.json").read_bytes())
    scripts = "".join(file.read_text(encoding="utf-8") for file in PAGE.glob("*.js"))
    for key, texts in words.items():
        assert texts.keys() == {"en", "zh"}, key
        assert all(texts.values()), key
        group = key.rpartition(".")[0]
        assert key in scripts or f"`{group}.${{" in scripts or f"`{group.partition('.')[0]}.${{" in scripts, key


def test_the_stream(emulator_url: str) -> None:
    """The stream tells past calls, says when it is up to date, and tells new ones without their bodies."""
    url = f"{emulator_url}/__admin/events?world=events_a&past=1"
    for _ in range(2):
        httpx2.post(f"{emulator_url}{RECORDS}", json=REFUSED, headers=of("events_a"))
    with httpx2.stream("GET", url) as response:
        told = events(response)
        kind, past = next(told)
        assert (kind, [call["n"] for call in past["calls"]]) == ("past", [2])
        assert next(told)[0] == "ready"
        httpx2.post(f"{emulator_url}{RECORDS}", json=REFUSED, headers=of("events_b"))
        httpx2.post(f"{emulator_url}{RECORDS}", json=REFUSED, headers=of("events_a"))
        kind, news = next(told)
    assert (kind, news["missed"], [call["n"] for call in news["calls"]]) == ("calls", 0, [3])
    assert news["calls"][0].keys().isdisjoint({"request", "answer"})


def test_the_past_of_all_worlds(serve: Serve) -> None:
    """Worlds share the past that is told; what a quiet one leaves goes to the busy one, and all stand by time."""
    url = serve()
    for world, times in (("busy", 8), ("quiet", 1), ("busy", 1)):
        for _ in range(times):
            httpx2.post(f"{url}{RECORDS}", json=REFUSED, headers=of(world))
    with httpx2.stream("GET", f"{url}/__admin/events?past=5") as response:
        kind, past = next(events(response))
    found = [(call["world"], call["n"]) for call in past["calls"]]
    assert (kind, found) == ("past", [("busy", 6), ("busy", 7), ("busy", 8), ("quiet", 1), ("busy", 9)])


@pytest.mark.parametrize("past", ["-1", "ten", "10001"])
def test_a_wrong_past(client: TestClient, past: str) -> None:
    """A number of past calls that is none is refused with the bounds."""
    answer = client.get(f"/__admin/events?past={past}")
    assert answer.status_code == 400
    assert "10000" in answer.json()["error"]


def test_one_who_does_not_read(serve: Serve) -> None:
    """Who opens streams and reads nothing takes places, but keeps no call waiting; places come free when they leave."""
    url = serve("--journal-exchanges", "2000")
    address = urlsplit(url)
    ask = b"GET /__admin/events?past=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(MOST_WATCHERS):
            idle = stack.enter_context(closing(socket.create_connection((address.hostname, address.port))))
            idle.sendall(ask)
            assert idle.recv(12) == b"HTTP/1.1 200"
        assert httpx2.get(f"{url}/__admin/events").status_code == 503
        with httpx2.Client(headers=of("flood") | {"X-Long": "x" * 4000}) as client:
            codes = {client.post(f"{url}{RECORDS}", json=REFUSED).status_code for _ in range(500)}
    assert codes == {400}
    assert any(is_let_in(url) for _ in range(200))


def is_let_in(url: str) -> bool:
    """Try to watch; after a refusal wait a moment."""
    with httpx2.stream("GET", f"{url}/__admin/events") as response:
        if response.status_code == 503:
            time.sleep(0.05)
        return response.status_code == 200


def test_okrs(client: TestClient, create_body: Body) -> None:
    """The tree of a person holds the records that were written; nobody else's can be asked for by a wrong id."""
    made = client.post(RECORDS, json=create_body).json()["data"]["progress_id"]
    told = client.get("/__admin/okrs").json()
    assert made in json.dumps(told)
    assert client.get("/__admin/okrs?user=ou_nobody").status_code == 404
    assert client.get(f"/__admin/record?id={made}").json()["record"]["content"] == create_body["content"]
    assert client.get("/__admin/record?id=1").status_code == 404
    assert client.get("/__admin/image?token=none").status_code == 404


def test_drafts(client: TestClient) -> None:
    """A draft is judged with lines; a right one comes back as the value that can be chosen."""
    text = client.get("/__admin/scenario/text?name=flaky_create").json()["text"]
    right = client.post("/__admin/scenario/lint", json={"text": text}).json()
    assert right["mistakes"] == []
    assert client.put("/__admin/scenario", json=right["scenario"]).status_code == 200
    for wrong in (text.replace("operation", "operatoin"), "a: [", "- &a [*a]", "[" * 9000, ""):
        told = client.post("/__admin/scenario/lint", json={"text": wrong}).json()
        assert told["scenario"] is None
        assert told["mistakes"]
        assert all(found["line"] > 0 and found["text"] for found in told["mistakes"])
    missing = client.get("/__admin/scenario/text?name=flaky_creat")
    assert (missing.status_code, "flaky_create" in missing.json()["error"]) == (404, True)


def test_the_page_needs_no_token(serve: Serve) -> None:
    """Under an admin token the page comes without it, and nothing that it shows does."""
    url = serve("--admin-token", "hush-hush")
    assert httpx2.get(f"{url}/__admin/").status_code == 200
    for route in ("events", "okrs", "record?id=1", "image?token=x", "claims", "codes", "scenario/text?name=calm"):
        assert httpx2.get(f"{url}/__admin/{route}").status_code == 401, route


def test_no_admin_no_page(serve: Serve) -> None:
    """--no-admin takes the page away too."""
    url = serve("--no-admin")
    assert httpx2.get(f"{url}/__admin/").status_code == 404
