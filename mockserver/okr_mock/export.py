"""Exchanges in the forms other tools read: NDJSON for scripts, HAR for browsers and proxies."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from okr_mock.exchange import Exchange

_HTTP = "HTTP/1.1"
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_OURS = ("world", "n", "operation", "code", "log_id", "violations", "warnings")


def ndjson(exchanges: Iterable[Exchange]) -> bytes:
    """Write exchanges one a line, each line ended.

    Args:
        exchanges: what to write, in this order.
    """
    return b"".join(_one_line(exchange.data) + b"\n" for exchange in exchanges)


def _one_line(data: bytes) -> bytes:
    """Blank line ends: in JSON they stand only between values, and unlike writing it anew this keeps long numbers."""
    return data.replace(b"\n", b" ").replace(b"\r", b" ")


def har(exchanges: Iterable[Exchange], url: str, version: str) -> bytes:
    """Write exchanges as an HTTP Archive 1.2; what only we know is in fields that begin with `_okr_`.

    Args:
        exchanges: what to write, in this order.
        url: where the emulator is reached, without a path.
        version: version of the emulator.
    """
    entries = [_entry(orjson.loads(exchange.data), url) for exchange in exchanges]
    creator = {"name": "feishu-okr-mock", "version": version}
    return orjson.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}})


def _entry(told: dict[str, Any], url: str) -> dict[str, Any]:
    took = told["duration_us"] / 1000
    return {
        "startedDateTime": told["time"],
        "time": took,
        "request": _request(told, url),
        "response": _response(told),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": _comment(told),
        **{f"_okr_{name}": told[name] for name in _OURS},
    }


def _request(told: dict[str, Any], url: str) -> dict[str, Any]:
    request = {
        "method": told["method"],
        "url": _url(told, url),
        "httpVersion": _HTTP,
        "headers": _pairs(told["headers"].items()),
        "queryString": _pairs(told["query"]),
        "cookies": [],
        "headersSize": -1,
        "bodySize": told["request_bytes"],
    }
    was_kept = told["operation"] and told["request_bytes"]
    return request | {"postData": _post_data(told)} if was_kept else request


def _url(told: dict[str, Any], url: str) -> str:
    """Put the address together; the path is percent-encoded already, but for bytes that no address may hold."""
    path = quote(told["path"].removeprefix("/"), safe="/%:@!$&'()*+,;=~", encoding="latin-1", errors="replace")
    query = urlencode(list(map(tuple, told["query"])), safe="*")  # hidden values stay three stars
    return f"{url.rstrip('/')}/{path}" + (f"?{query}" if query else "")


def _post_data(told: dict[str, Any]) -> dict[str, Any]:
    return {"mimeType": told["headers"].get("content-type", ""), "text": _text(told["request"])}


def _response(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": told["status"] or 0,
        "statusText": _PHRASES.get(told["status"], ""),
        "httpVersion": _HTTP,
        "headers": [],
        "cookies": [],
        "content": _content(told),
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,  # not known: what we have may be cut or redacted
    }


def _content(told: dict[str, Any]) -> dict[str, Any]:
    if told["status"] is None:
        return {"size": 0, "mimeType": "x-unknown", "text": ""}
    text = _text(told["answer"])
    mime_type = "text/plain" if told["code"] is None else "application/json"
    return {"size": len(text.encode()), "mimeType": mime_type, "text": text}


def _text(body: Any) -> str:
    """Write a body; a string is no JSON, but what was not JSON, or our note on what was not kept."""
    return body if isinstance(body, str) else orjson.dumps(body).decode()


def _comment(told: dict[str, Any]) -> str:
    name = told["operation"] or "no operation"
    if told["status"] is None:
        return f"{name}: the caller left"
    return f"{name}: {'no code' if told['code'] is None else told['code']}"


def _pairs(pairs: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
