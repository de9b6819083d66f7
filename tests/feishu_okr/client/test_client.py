"""The clients themselves: what they do against an emulator, how they are made, what importing them costs."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import feishu_okr
import feishu_okr.client
from feishu_okr import AsyncOKRClient, OKRClient, OKRDataNotFound, TargetType
from feishu_okr.client.face import AsyncResource, Resource
from feishu_okr.contract import Contract
from tests.feishu_okr.client.conftest import OBJECTIVE, PERSON, TARGET, Do, content, report

FORBIDDEN = ("starlette", "schemathesis", "pytest", "faker", "okr_mock", "uvicorn")


def test_a_record_lives_and_dies(do: Do) -> None:
    """A record is created, read, changed, listed and deleted, and unknown afterwards."""
    created = do(lambda client: client.progress_records.create(**report("开始", target_type=TargetType.KEY_RESULT)))
    progress_id = created["progress_id"]
    assert do(lambda client: client.progress_records.get(progress_id)) == created
    changed = do(
        lambda client: client.progress_records.update(
            progress_id, content=content("继续"), progress_rate={"percent": 40, "status": 1}
        )
    )
    assert changed["progress_rate"] == {"percent": 40, "status": 1}
    (shown,) = do(lambda client: client.key_results.progresses(TARGET))
    assert (shown["id"], shown["progress_rate"]["progress_percent"]) == (progress_id, 40)
    assert do(lambda client: client.progress_records.delete(progress_id)) is None
    with pytest.raises(OKRDataNotFound):
        do(lambda client: client.progress_records.get(progress_id))


def test_okrs_periods_and_reviews(do: Do) -> None:
    """OKRs, periods, their rules and reviews are read, and a period is opened and hidden."""
    okrs = do(lambda client: client.users.okrs(PERSON, limit=1))
    assert len({okr["id"] for okr in okrs}) == 2
    assert do(lambda client: client.okrs.batch_get([okr["id"] for okr in okrs], lang="en_us"))[0]["id"] == okrs[0]["id"]
    periods = do(lambda client: client.periods.list(page_size=1))
    assert {okr["period_id"] for okr in okrs} <= {period["id"] for period in periods}
    rule = next(rule for rule in do(lambda client: client.period_rules.list()) if rule["length"] == 3)
    period = do(lambda client: client.periods.create(period_rule_id=rule["period_rule_id"], start_month="2031-01"))
    assert do(lambda client: client.periods.patch(period["period_id"], status=3))["status"] == 3
    reviews = do(lambda client: client.reviews.query([PERSON], period_ids=[okrs[0]["period_id"]]))
    assert reviews[0]["user_id"]["open_id"] == PERSON


def test_v2_is_read_from_cycles_down_to_records(do: Do) -> None:
    """The cycles of a person lead to objectives, key results and their records."""
    cycles = do(lambda client: client.cycles.list(PERSON, page_size=1))
    assert len(cycles) == 2
    objective = do(lambda client: client.objectives.get(OBJECTIVE))
    objectives = do(lambda client: client.cycles.objectives(objective["cycle_id"], page_size=1))
    assert objective in objectives
    assert objective["cycle_id"] in [cycle["id"] for cycle in cycles]
    key_results = do(lambda client: client.objectives.key_results(OBJECTIVE, page_size=1))
    assert do(lambda client: client.key_results.get(key_results[0]["id"])) == key_results[0]
    do(lambda client: client.progress_records.create(**report(target_id=OBJECTIVE, target_type=2)))
    assert len(do(lambda client: client.objectives.progresses(OBJECTIVE))) == 1


def test_every_operation_has_a_method(contract: Contract) -> None:
    """Each OKR operation of the contract is the source of one method, of both clients."""
    operations = {name for name in contract.operations if name.startswith("okr.")}
    for client, kind in ((OKRClient("a", "b"), Resource), (AsyncOKRClient("a", "b"), AsyncResource)):
        groups = [group for group in vars(client).values() if isinstance(group, kind)]
        methods = [value for group in groups for name, value in vars(type(group)).items() if name[0] != "_"]
        named = [operation for method in methods for operation in operations if f"`{operation}`" in method.__doc__]
        assert sorted(named) == sorted(operations)


@pytest.mark.parametrize(
    ("method", "shown"),
    [
        (lambda: OKRClient("a", "b").progress_records.delete, "(progress_id: str) -> None"),
        (lambda: AsyncOKRClient("a", "b").progress_records.delete, "(progress_id: str) -> None"),
        (lambda: OKRClient("a", "b").periods.list, "(*, page_size: int | None = None) -> collections.abc.Iterator[P"),
        (lambda: AsyncOKRClient("a", "b").periods.list, "(*, page_size: int | None = None) -> collections.abc.AsyncI"),
    ],
)
def test_help_shows_arguments(method: Any, shown: str) -> None:
    """`help()` shows a method with its arguments and its result."""
    assert str(inspect.signature(method())).replace("feishu_okr.client.types.", "").startswith(shown)


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"brand": "larc"}, "brand 'larc'"),
        ({"base_url": "open.feishu.cn"}, "base_url 'open.feishu.cn'"),
        ({"base_url": "ftp://x"}, "base_url 'ftp://x'"),
        ({"rate": "100"}, "rate '100'"),
        ({"retries": -1}, "retries -1"),
        ({"retries": "3"}, "retries '3'"),
        ({"timeout": 0}, "timeout 0"),
        ({"timeout": "3"}, "timeout '3'"),
        ({"base_url": "https://open.feishu.cn/open-apis/"}, "leave it out"),
        ({"app_id": ""}, "app_id is empty"),
        ({"app_secret": None}, "app_secret is no text"),
        ({"user_access_token": ""}, "user_access_token is empty"),
        ({"user_access_token": "u-周"}, "user_access_token is empty, or has characters that no token has"),
        ({"on_ambiguous": "ignore"}, "on_ambiguous 'ignore'"),
    ],
)
@pytest.mark.parametrize("kind", [OKRClient, AsyncOKRClient])
def test_bad_arguments_are_named(kind: type[OKRClient], options: dict[str, Any], place: str) -> None:
    """An argument that is not of its form is refused when the client is made, with what it was."""
    with pytest.raises(ValueError, match=place):
        kind(**{"app_id": "app", "app_secret": "secret"} | options)


def test_brands_lead_to_their_sites() -> None:
    """Without an address the client calls the site of its brand, as the contract names it."""
    assert "https://open.feishu.cn" in repr(OKRClient("a", "b"))
    assert "https://open.larksuite.com" in repr(AsyncOKRClient("a", "b", brand="lark"))


def test_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment gives app, secret and address, and a missing name is told."""
    for name, value in (("APP_ID", "cli_env"), ("APP_SECRET", "s"), ("BASE_URL", "http://127.0.0.1:1/")):
        monkeypatch.setenv(f"FEISHU_{name}", value)
    assert repr(OKRClient.from_env(rate="5/s")) == "OKRClient(app_id='cli_env', base_url='http://127.0.0.1:1')"
    monkeypatch.delenv("FEISHU_APP_SECRET")
    with pytest.raises(ValueError, match="FEISHU_APP_SECRET must be set"):
        AsyncOKRClient.from_env()


def test_exported_names() -> None:
    """The package names what the client names, sorted, and each is there."""
    assert feishu_okr.__all__ == feishu_okr.client.__all__ == sorted(feishu_okr.__all__)
    assert all(getattr(feishu_okr, name) is getattr(feishu_okr.client, name) for name in feishu_okr.__all__)
    with pytest.raises(AttributeError, match="no attribute 'OKRClint'"):
        feishu_okr.OKRClint  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_client_is_light(tmp_path: Path) -> None:
    """Importing the client loads neither the emulator's stack nor a test tool; the contract loads no HTTP client."""
    program = "import sys, feishu_okr.client; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert set(FORBIDDEN) & set(loaded.stdout.split()) == set()
    assert {"tenacity", "jsonschema_rs", "yaml", "filetype"} & set(loaded.stdout.split()) == set()
    program = "import sys, feishu_okr.contract; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert {*FORBIDDEN, "httpx2"} & set(loaded.stdout.split()) == set()
