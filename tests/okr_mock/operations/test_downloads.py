import jwt
import orjson
import pytest

from tests.okr_mock.operations.conftest import OAUTH, Fresh, journal, moved
from tests.okr_mock.operations.test_images import GIF, KEY_RESULT, fetch, ticket_of, uploaded


def test_address(fresh: Fresh) -> None:
    """The address has the vendor's form, and its ticket the vendor's claims."""
    client = fresh()
    now = moved(client, 0) // 1000
    found = uploaded(client, headers={"Authorization": "Bearer u-dev"})
    token, url = found["file_token"], found["url"]
    ticket = ticket_of(url)
    assert len(token) == 27
    assert url == f"http://localhost/stream/api/downloadFile/?file_token={token}&ticket={ticket}"
    assert jwt.get_unverified_header(ticket) == {"alg": "HS512", "typ": "JWT"}
    claims = jwt.decode(ticket, options={"verify_signature": False})
    assert claims.items() >= {"target_id": KEY_RESULT, "target_type": 3, "action": 2, "file_token": token}.items()
    assert claims["user_id"].isdecimal()
    assert claims["tenant_id"].isdecimal()
    assert claims["exp"] == now + 86_400


def test_address_is_that_of_the_caller(fresh: Fresh) -> None:
    """The address is on the host that the caller reached."""
    found = uploaded(fresh(), headers={"Host": "mock.example:8443"})
    assert found["url"].startswith("http://mock.example:8443/stream/api/downloadFile/")


@pytest.mark.parametrize(("life", "seconds"), [("hour", 3600), ("day", 86_400), ("week", 604_800)])
def test_ticket_expires(fresh: Fresh, life: str, seconds: int) -> None:
    """A ticket holds until its time is over on the world's clock, as the claim says, and again if that is set back."""
    client = fresh(set=(f"ticket_life={life}",))
    moved(client, 0)
    url = uploaded(client)["url"]
    moved(client, seconds - 1)
    assert fetch(client, url).status_code == 200
    moved(client, 1)
    answer = fetch(client, url)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/plain")
    assert answer.text == "the ticket of this image is not valid or has expired"
    moved(client, -1)
    assert fetch(client, url).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"ticket": "-"},
        {"ticket": ""},
        {"ticket": "x"},
        {"ticket": "eyJhbGciOiJub25lIn0.e30."},
        {"file_token": "-"},
        {"file_token": ""},
        {"file_token": "box000000000000000000000000"},
        {"ticket": "-", "file_token": "-"},
        {"ticket": "t-dev"},
    ],
)
def test_wrong_ticket(fresh: Fresh, changes: dict[str, str]) -> None:
    """Without its own ticket an image is not given away."""
    client = fresh()
    assert fetch(client, uploaded(client)["url"], **changes).status_code == 403


def test_tampered_tickets(fresh: Fresh) -> None:
    """A ticket of another image or another emulator, one without signature, and a token are no tickets."""
    client = fresh()
    url, other = uploaded(client)["url"], uploaded(client)["url"]
    assert fetch(client, url, ticket=ticket_of(other)).status_code == 403
    claims = jwt.decode(ticket_of(url), options={"verify_signature": False})
    token = claims["file_token"]
    code = {"grant_type": "authorization_code", "code": "code-liming", "client_id": "cli_x", "client_secret": "s"}
    granted = client.post(OAUTH, json=code).json()
    for forged in (
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, "k" * 64, "HS512"),
        ticket_of(url)[:-4] + "AAAA",
        granted["access_token"],
        granted["refresh_token"],
    ):
        assert fetch(client, url, ticket=forged, file_token=token).status_code == 403
    foreign = uploaded(fresh(token_key="another"))["url"]
    assert fetch(client, foreign).status_code == 403
    assert fetch(client, url).status_code == 200


def test_image_of_a_world(fresh: Fresh) -> None:
    """A ticket finds its world by itself; once that forgets the image, there is none."""
    client = fresh()
    url = uploaded(client, headers={"Authorization": "Bearer t-dev.w"})["url"]
    assert fetch(client, url).content == GIF
    assert [entry["world"] for entry in journal(client, "w")] == ["w", "w"]
    client.post("/__admin/reset?world=w", json={})
    answer = fetch(client, url)
    assert (answer.status_code, answer.text) == (404, "404 page not found")


def test_download_takes_get_alone(fresh: Fresh) -> None:
    """Other methods on the download's path do not exist."""
    client = fresh()
    path = uploaded(client)["url"].removeprefix("http://localhost")
    assert client.post(path).status_code == client.put(path).status_code == 404


def test_journal_of_an_image(fresh: Fresh) -> None:
    """The journal keeps neither the bytes of an image nor the ticket that fetched it."""
    client = fresh()
    found = uploaded(client)
    fetch(client, found["url"])
    fetch(client, found["url"], file_token="-")
    entries = journal(client)
    assert entries[0]["request"] == {"target_id": KEY_RESULT, "target_type": 3, "data": f"[{len(GIF)} bytes]"}
    assert entries[1]["query"] == [["file_token", found["file_token"]], ["ticket", "***"]]
    assert entries[1]["answer"] == f"[{len(GIF)} bytes, not kept]"
    assert ticket_of(found["url"]).encode() not in orjson.dumps(entries[1:])
