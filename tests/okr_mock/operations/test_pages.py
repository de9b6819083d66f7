import pytest
from starlette.testclient import TestClient

from tests.okr_mock.operations.conftest import A, Small
from tests.okr_mock.operations.test_v2 import CYCLES, KEY_RESULTS, OBJECTIVES, OF_KEY_RESULT, PROGRESSES, read, write

LISTS = [CYCLES, OBJECTIVES, KEY_RESULTS, PROGRESSES, OF_KEY_RESULT]


def all_pages(client: TestClient, path: str, size: int) -> list[list[str]]:
    """Go through the pages of a list; gives the ids on each."""
    pages, token = [], ""
    while True:
        data = read(client, path, page_size=size, page_token=token, user_id=A)
        pages.append([item["id"] for item in data["items"]])
        assert data["has_more"] == ("page_token" in data)
        if not data["has_more"]:
            return pages
        token = data["page_token"]


@pytest.mark.parametrize("size", [1, 7, 10, 25, 26, 100])
def test_pages_of_records(small: Small, size: int) -> None:
    """Pages of any size show each record once, the latest first, and only the last page is short."""
    client = small()
    records = [write(client, str(n)) for n in range(25)]
    pages = all_pages(client, PROGRESSES, size)
    assert [record for page in pages for record in page] == records[::-1]
    assert all(len(page) == size for page in pages[:-1])
    assert len(read(client, PROGRESSES)["items"]) == 10


def test_oldest_first(small: Small) -> None:
    """The claim `progress_order` turns the list round, pages and all."""
    client = small(set=("progress_order=oldest_first",))
    records = [write(client) for _ in range(5)]
    assert all_pages(client, PROGRESSES, 2) == [records[:2], records[2:4], records[4:]]


@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_order_of_short_ids(small: Small, order: str) -> None:
    """Records of a fixture with short ids are in the order of their numbers."""
    given = {"target_id": "31", "target_type": 2, "modify_time": "1780000000000", "content": {}}
    names = ["8", "9", "10", "11", "100"]
    client = small({"records": [given | {"id": name} for name in names]}, set=(f"progress_order={order}",))
    expected = names if order == "oldest_first" else names[::-1]
    assert [item["id"] for item in read(client, PROGRESSES)["items"]] == expected


def test_new_record_between_pages(small: Small) -> None:
    """A record written between two pages neither repeats nor hides an older one."""
    client = small()
    records = [write(client) for _ in range(4)]
    first = read(client, PROGRESSES, page_size=2)
    write(client)
    second = read(client, PROGRESSES, page_size=2, page_token=first["page_token"])
    assert [item["id"] for item in first["items"] + second["items"]] == records[::-1]


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_every_list(small: Small, path: str) -> None:
    """Every list comes in pages, and one at a time gives the same as all at once."""
    client = small()
    for _ in range(2):
        write(client)
        write(client, target_id="41", target_type=3)
    (whole,) = all_pages(client, path, 100)
    assert all_pages(client, path, 1) == [[item] for item in whole]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "-1"),
        ("page_size", "x"),
        ("page_size", "1.0"),
        ("page_token", "9999"),
        ("page_token", "x"),
        ("page_token", " "),
    ],
)
def test_malformed_pages(small: Small, path: str, name: str, value: str) -> None:
    """A page size beyond 1 to 100, or a token that nobody was given, is refused in the short text."""
    client = small()
    write(client)
    answer = client.get(path, params={"user_id": A, name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, 1001001)
    assert answer.json()["msg"] == "invalid parameters"


def test_token_of_another_list(small: Small) -> None:
    """A page token of one list is none of another."""
    client = small()
    for _ in range(2):
        write(client)
    token = read(client, PROGRESSES, page_size=1)["page_token"]
    assert client.get(OF_KEY_RESULT, params={"page_token": token}).json()["code"] == 1001001
