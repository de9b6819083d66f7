"""The message of a call: read from path, query and body, and judged where it breaks the contract."""

from collections.abc import Mapping
from typing import Any

import orjson

from feishu_okr.contract import Violation
from okr_mock.call import Call
from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.multipart import read_form
from okr_mock.gateway.request import FORM, MULTIPART, Kinds, typed


def read_message(call: Call, kinds: Mapping[str, Kinds]) -> dict[str, Any]:
    """Read the message: path, query, and the body.

    Args:
        call: the call; files of its body are kept in it.
        kinds: JSON type of what is sent as text, by place and name.

    Raises:
        Refusal: the body cannot be read.
    """
    message: dict[str, Any] = {"path": call.request.params, "query": call.request.arguments(kinds["query"])}
    if not call.operation.has_body:
        return message
    try:
        message["body"] = _body(call, kinds["body"])
    except Refusal as refusal:
        if refusal.name != "body_not_json":
            raise
        reason = refusal.params["reason"]
        text = reason if MULTIPART in call.operation.media else f"not JSON: {reason}"
        call.noted.violations = [Violation("body", "", "body", "json", text, None)]
        name = call.operation.on_violation or call.profile["unparsable_body"]
        raise Refusal(name, reason=reason) from refusal
    return message


def _body(call: Call, kinds: Kinds) -> Any:
    """Read the body: JSON whatever its Content-Type, unless the operation takes forms."""
    media = call.operation.media
    if MULTIPART in media:
        form = read_form(call.request, frozenset({"data"}))
        call.files = form.files
        body = typed(form.texts, kinds) | {name: f"[{len(data)} bytes]" for name, data in form.files.items()}
        call.noted.body = orjson.dumps(body)
        return body
    if FORM in media and call.request.media == FORM:
        fields = call.request.form()
        call.noted.body = orjson.dumps(fields)
        return fields
    return call.request.json()


def judged(call: Call) -> Refusal:
    """Choose the refusal of a message that breaks the contract. Source: claims `wrong_type`, `broken_constraint`.

    Args:
        call: its violations are known.
    """
    if call.operation.on_violation:
        return Refusal(call.operation.on_violation)
    mistyped = next((found for found in call.noted.violations if found.keyword == "type"), None)
    if mistyped is None:
        return Refusal(call.profile["broken_constraint"])
    return Refusal(call.profile["wrong_type"], field=mistyped.field, value=mistyped.json)
