"""Exchanges to be recorded, and what must not be left of them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract import load
from feishu_okr.recording import Raw, Recorder

TOKEN = "t-g1044qeGEDXTB6NDJOGV4JQCYDGHRBARFTGT1234"
SECRET = "Qx7Zp3Lk9Vb2Nm5TyU8wR4eA1sD6fG0h"
APP = "cli_9f8e7d6c5b4a3f2e"
PERSON = "ou_3245842393d09e9428ad4655da6e30b3"
INTERNAL = "6969864184272078374"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJmaWxlIjoiYm94In0.c2lnbmF0dXJlLW9mLXRoaXM"
NAME = "Zhang Sanfeng"
PLANTED = (TOKEN, SECRET, APP, PERSON, INTERNAL, JWT, NAME)
PROFILE = load().ledger.profile()
CREATE = "okr.v1.progress_record.create"


def raw(**parts: Any) -> Raw:
    """An exchange; what is not named is as usual."""
    body = parts.pop("body", {"code": 0})
    usual: dict[str, Any] = {
        "operation": CREATE,
        "method": "POST",
        "path": "/open-apis/okr/v1/progress_records",
        "query": "",
        "asked": (("Content-Type", "application/json"),),
        "sent": b"{}",
        "status": 200,
        "answered": (("Content-Type", "application/json"),),
        "body": body if isinstance(body, bytes) else orjson.dumps(body),
    }
    return Raw(**usual | parts)


LEARNS = raw(
    asked=(("Authorization", f"Bearer {TOKEN}"), ("Content-Type", "application/json")),
    sent=orjson.dumps({"app_id": APP, "app_secret": SECRET}),
    body={
        "code": 0,
        "users": [{"open_id": PERSON, "user_id": INTERNAL, "name": NAME}],
        "url": f"http://x/?ticket={JWT}",
    },
)
"""Tells of everything that is planted that it has to go."""


def record(folder: Path, raws: Iterable[Raw]) -> list[str]:
    """Record a run; gives what was told."""
    told: list[str] = []
    recorder = Recorder(folder, PROFILE, told.append)
    for one in raws:
        recorder.take(one)
    recorder.close()
    return told
