"""The report is sent once, whatever the API answers. `okr_world` comes from the plugin of feishu-okr-mock."""

from collections.abc import Callable

import lark_oapi
import pytest
from weekly_report import NotSentError, UnclearError, send

from okr_mock import World

CREATE = "okr.v1.progress_record.create"
KEY_RESULT = "7041430377642082323"
Report = Callable[..., str]


@pytest.fixture
def report(okr_world: World) -> Report:
    """Send a report to the test's own world."""
    client = lark_oapi.Client.builder().app_id(okr_world.app_id).app_secret(okr_world.app_secret)
    client = client.domain(okr_world.base_url).build()

    def send_it(*lines: str, **options: object) -> str:
        return send(client, KEY_RESULT, "周报", "https://example.com/weekly", lines, **options)

    return send_it


def test_a_report_is_there(report: Report, okr_world: World) -> None:
    """Each line is a paragraph of one record."""
    record = report("完成 80%", "下周上线")
    okr_world.assert_called(CREATE, times=1, code=0, body_contains=["完成 80%", "下周上线"])
    assert [held["progress_id"] for held in okr_world.records()] == [record]


@pytest.mark.okr_scenario("rate_limited")
def test_it_waits_as_long_as_it_is_told(report: Report, okr_world: World) -> None:
    """The sixth report of a minute waits for the seconds that the header names, and arrives."""
    for number in range(6):
        report(f"第 {number} 份", sleep=lambda seconds: okr_world.clock(advance=seconds))
    okr_world.assert_called(CREATE, times=1, code=99991400)
    assert len(okr_world.records()) == 6


@pytest.mark.okr_scenario("lost_answer")
def test_a_lost_answer_is_no_second_report(report: Report, okr_world: World) -> None:
    """Where the answer is lost, the person is asked; the report is not sent again."""
    with pytest.raises(UnclearError):
        report("完成 80%")
    okr_world.assert_called(CREATE, times=1)
    assert len(okr_world.records()) == 1


@pytest.mark.okr_scenario("no_permission")
def test_a_refusal_is_told_with_its_code(report: Report, okr_world: World) -> None:
    """A refused report says why, and is not tried again."""
    with pytest.raises(NotSentError, match="1001002"):
        report("完成 80%")
    okr_world.assert_called(CREATE, times=1)
