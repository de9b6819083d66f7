"""Every decoder takes whatever comes: a few drawn inputs here, very many with `make fuzz`."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.conftest import RECORDS, MakeClient
from tests.fuzz.targets import TARGETS, files

JSON = {"Content-Type": "application/json"}
DEEP = b"[" * 300 + b"]" * 300


@pytest.mark.once
@pytest.mark.parametrize("name", TARGETS)
def test_takes_whatever_comes(name: str) -> None:
    """No input makes a decoder fail as a bug of the emulator would."""
    take, inputs = TARGETS[name]

    @settings(
        max_examples=10 if name in ("files", "recordings") else 30,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def run(drawn: object) -> None:
        take(drawn)

    run()


@pytest.mark.parametrize("text", ["[" * 30_000, "- " * 100_000, "&a [*a]", "{a: " * 5000 + "}" * 5000])
def test_found_yaml(text: str) -> None:
    """Nesting that once ended the process, or never ended, is a mistake with a place."""
    files(text)


@pytest.mark.parametrize("path", ["/__admin/requests/find", "/__admin/explain", "/__admin/worlds", "/__admin/content"])
def test_found_deep_control_bodies(make_client: MakeClient, path: str) -> None:
    """A control body that nests too deeply is refused in words."""
    answer = make_client().post(path, content=b'{"body":%b}' % DEEP, headers=JSON)
    assert answer.status_code == 400
    assert "nested deeper than 100 levels" in answer.json()["error"]


def test_found_deep_bodies(make_client: MakeClient) -> None:
    """A body that nests too deeply is no JSON to the API, and its exchange can be asked about."""
    client = make_client()
    assert client.post(RECORDS, content=b'{"x":%b}' % DEEP).status_code == 400
    near = client.post("/__admin/requests/near-misses", content=b'{"method":"PUT"}', headers=JSON)
    assert near.status_code == 200


@pytest.mark.parametrize("seconds", [b"1e308", b"-1e308"])
def test_found_far_clocks(make_client: MakeClient, seconds: bytes) -> None:
    """A clock that is advanced beyond all numbers stays where it is."""
    answer = make_client().put("/__admin/clock", content=b'{"advance":%b}' % seconds, headers=JSON)
    assert answer.status_code == 400
