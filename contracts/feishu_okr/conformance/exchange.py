"""Exchanges as reports may show them: without credentials, and bounded."""

import os
import re
from collections.abc import Mapping
from typing import Any

import orjson

from feishu_okr.conformance.options import CREDENTIALS
from feishu_okr.conformance.wire import Answer

GONE = "[redacted]"
LONGEST = 2000
"""Characters of a body that are kept."""
SHORTEST = 8
"""Characters of a credential that is looked for in texts; a shorter one is none, but would be found everywhere."""
_SECRET_NAMES = re.compile(r"(?i)(secret|token|password|authorization|ticket|code_verifier)")
_KEPT_TOKENS = ("page_token", "file_token", "fileToken", "token_type")
_IN_TEXT = re.compile(
    r"(?i)(\b\w{0,40}(?:ticket|code|secret|token)=)[^&\s\"]+|\b[tua]-[A-Za-z0-9_.-]{8,}|\beyJ[A-Za-z0-9_.-]{8,}"
)


def shown_exchange(answer: Answer) -> dict[str, Any]:
    """Give an exchange as a report may show it.

    Args:
        answer: the answer, which knows its request.
    """
    request = answer.request
    return {
        "request": f"{request.method} {redacted_text(request.path)}",
        "sent": _body(request.body),
        "status": answer.status,
        "log_id": answer.log_id,
        "answer": _body(answer.body),
    }


def redacted(value: Any) -> Any:
    """Give a JSON value without what its names call a secret, and without tokens in its texts.

    Args:
        value: JSON value.
    """
    if isinstance(value, Mapping):
        return {name: GONE if _is_secret(name, item) else redacted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return redacted_text(value) if isinstance(value, str) else value


def redacted_text(text: str) -> str:
    """Give a text without tokens, tickets, codes and the credentials of the environment.

    Args:
        text: any text.
    """
    for name in CREDENTIALS:
        value = os.environ.get(name, "")
        if len(value) >= SHORTEST:
            text = text.replace(value, GONE)
    return _IN_TEXT.sub(lambda found: f"{found[1] or ''}{GONE}", text)


def _is_secret(name: str, value: Any) -> bool:
    is_grant = name == "code" and isinstance(value, str)
    return is_grant or (bool(_SECRET_NAMES.search(name)) and name not in _KEPT_TOKENS)


def _body(data: bytes | None) -> Any:
    if not data:
        return None
    try:
        value = redacted(orjson.loads(data))
    except orjson.JSONDecodeError:
        value = redacted_text(data[:LONGEST].decode("utf-8", "replace"))
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return value if len(text) <= LONGEST else f"{text[:LONGEST]}…"
