"""Generated calls are aimed at what there is; what is malformed stays as it is."""

from types import SimpleNamespace
from typing import Any

import pytest

from feishu_okr.conformance.aim import FREE_MONTH, PICTURE, Aim

KNOWN = {
    "okr": "1001",
    "key_result": "1003",
    "objective": "1002",
    "person": "ou_1",
    "record": "1004",
    "period_rule": "134",
}


def aimed(*, path: Any = None, query: Any = None, body: Any = None) -> Any:
    case = SimpleNamespace(path_parameters=path or {}, query=query or {}, body=body)
    Aim(KNOWN).take(case)
    return case


@pytest.mark.parametrize(
    ("sent", "real"),
    [
        ({"cycle_id": "7"}, {"cycle_id": "1001"}),
        ({"cycle_id": "abc"}, {"cycle_id": "abc"}),
        ({"cycle_id": True}, {"cycle_id": True}),
        ({"okr_ids": ["7", "x"]}, {"okr_ids": ["1001", "x"]}),
        ({"user_id": "anybody"}, {"user_id": "ou_1"}),
        ({"user_id": ""}, {"user_id": ""}),
        ({"user_id_type": "union_id"}, {"user_id_type": "open_id"}),
        ({"user_id_type": "nickname"}, {"user_id_type": "nickname"}),
        ({"page_size": ""}, {"page_size": "none"}),
        ({"page_size": 10**30}, {"page_size": 2**31 - 1}),
        ({"page_token": "abc"}, {"page_token": ""}),
        ({"period_id": "7"}, {"period_id": "7"}),
    ],
)
def test_parameters(sent: dict[str, Any], real: dict[str, Any]) -> None:
    """What is well-formed in path and query names what there is, as far as that is known."""
    assert aimed(path=dict(sent)).path_parameters == real
    assert aimed(query=dict(sent)).query == real


@pytest.mark.parametrize(
    ("sent", "real"),
    [
        ({"target_type": 3, "target_id": "7"}, {"target_type": 3, "target_id": "1003"}),
        ({"target_type": "2", "target_id": 7}, {"target_type": "2", "target_id": "1002"}),
        ({"target_type": 3, "target_id": 1.5}, {"target_type": 3, "target_id": 1.5}),
        ({"target_type": 3, "target_id": ""}, {"target_type": 3, "target_id": ""}),
        ({"target_type": 4, "target_id": "7"}, {"target_type": 4, "target_id": "7"}),
        ({"data": b"GIF?"}, {"data": PICTURE}),
        ({"period_rule_id": "x", "start_month": "2026-05"}, {"period_rule_id": "134", "start_month": FREE_MONTH}),
        ({"start_month": "2026-13"}, {"start_month": "2026-13"}),
        (
            {"content": {"blocks": [{"openId": "a"}, {"openId": 7}]}},
            {"content": {"blocks": [{"openId": "ou_1"}, {"openId": 7}]}},
        ),
        ({"content": {"blocks": [{"text_run": 7, "x": 1}]}}, {"content": {"blocks": [{"x": 1}]}}),
    ],
)
def test_bodies(sent: dict[str, Any], real: dict[str, Any]) -> None:
    """What is well-formed in a body names what there is; types and what is malformed stay."""
    assert aimed(body=sent).body == real


def test_what_was_drawn_is_left_alone() -> None:
    """The call that was drawn may be drawn again, so only a copy of it is changed."""
    body = {"content": {"blocks": [{"openId": "a"}]}}
    aimed(body=body)
    assert body == {"content": {"blocks": [{"openId": "a"}]}}
