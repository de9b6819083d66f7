"""An exchange as a recording keeps it: JSON that a person can read, and nothing that is secret."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from feishu_okr.contract.nesting import NestingError, read_json
from feishu_okr.recording.pseudonym import Pseudonyms, kind_of

KEPT = ("content-type", "date", "user-agent", "accept", "location", "retry-after", "x-tt-logid", "x-request-id")
"""Headers that are kept, beside those of quotas; all others are left out."""
_CREDENTIALS = ("authorization", "cookie", "set-cookie", "x-api-key", "proxy-authorization")
_QUOTA = "x-ogw-"
MOST_DEPTH = 90
"""Levels of a body that is kept, so that its file can be read again."""
_PLAIN = (
    "user_id_type",
    "department_id_type",
    "page_size",
    "page_token",
    "offset",
    "limit",
    "lang",
    "period_ids",
    "okr_ids",
    "period_id",
)
"""Parameters of queries whose values are kept."""


@dataclass(frozen=True)
class Raw:
    """An exchange as it went over the wire.

    Args:
        operation: id of the operation, "" for none.
        method: HTTP method.
        path: path, percent-encoded.
        query: query string.
        asked: headers of the request, names in any case.
        sent: body of the request.
        status: HTTP status.
        answered: headers of the answer.
        body: body of the answer; None where it was too large to keep.
        params: parameters of the path.
    """

    operation: str
    method: str
    path: str
    query: str
    asked: tuple[tuple[str, str], ...] = field(repr=False)
    sent: bytes | None = field(repr=False)
    status: int
    answered: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def learn(self, pseudonyms: Pseudonyms) -> None:
        """Find what has to go.

        Args:
            pseudonyms: learns it.
        """
        pairs = parse_qsl(self.query, keep_blank_values=True)
        pseudonyms.learn([name for name, _ in pairs])
        for name, value in [*self.params, *pairs]:
            if kind := kind_of(name, value):
                pseudonyms.of(kind, value)
            elif value and name not in _PLAIN and (name, value) not in self.params:
                pseudonyms.of("query", value)
        for name, value in (*self.asked, *self.answered):
            if name.lower() in _CREDENTIALS:
                scheme, secret = _credential(value)
                pseudonyms.of("token" if scheme.lower() == "bearer" else "secret", secret)
        shown = [_shown(self.sent, self.asked), _shown(self.body, self.answered)]
        pseudonyms.learn([[value for _, value in self.asked], [value for _, value in self.answered], shown, self.path])

    def written(self, n: int, pseudonyms: Pseudonyms) -> dict[str, Any]:
        """Give the exchange as it is written.

        Args:
            n: its number in the recording.
            pseudonyms: has learned what has to go.
        """
        pairs = parse_qsl(self.query, keep_blank_values=True)
        query: list[list[str]] = [list(*pseudonyms.replaced({name: value}).items()) for name, value in pairs]
        value = {
            "n": n,
            "operation": self.operation,
            "request": {
                "method": self.method,
                "path": self.path,
                "query": query,
                "headers": [*self._authorization(pseudonyms), *_kept(self.asked)],
                "body": _shown(self.sent, self.asked),
            },
            "answer": {
                "status": self.status,
                "headers": _kept(self.answered),
                "body": _shown(self.body, self.answered),
            },
        }
        written: dict[str, Any] = pseudonyms.replaced(value)
        return written

    def _authorization(self, pseudonyms: Pseudonyms) -> Iterable[list[str]]:
        """Give the header that tells callers apart, with the pseudonym of what it shows."""
        for name, value in self.asked:
            if name.lower() == "authorization":
                scheme, shown = _credential(value)
                yield [name, " ".join(filter(None, [scheme, pseudonyms.of("secret", shown)]))]


def _credential(value: str) -> tuple[str, str]:
    """Divide what stands in a header into the scheme, where it is a known one, and what is secret."""
    scheme, _, shown = value.partition(" ")
    return (scheme, shown) if scheme.lower() in ("bearer", "basic") else ("", value)


def _kept(headers: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[name, value] for name, value in headers if name.lower() in KEPT or name.lower().startswith(_QUOTA)]


def _shown(body: bytes | None, headers: Iterable[tuple[str, str]]) -> Any:
    """Give a body as JSON value, as fields of a form, as text or in base64; what cannot be looked into is left out."""
    if body is None or not body:
        return None
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").lower()
    if kind.startswith("multipart/"):
        return {"left_out": f"{len(body)} bytes of {kind.partition(';')[0]}"}
    if kind.startswith("application/x-www-form-urlencoded"):
        return {"form": dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))}
    try:
        return {"json": read_json(body, MOST_DEPTH)}
    except NestingError:
        return {"left_out": f"{len(body)} bytes of JSON, which nest too deeply"}
    except orjson.JSONDecodeError:
        pass
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}


@dataclass(frozen=True)
class Exchange:
    """An exchange of a recording.

    Args:
        operation: id of the operation, "" for none.
        request: `method`, `path`, `query`, `headers` and `body` as they are written.
        answer: `status`, `headers` and `body` as they are written.
    """

    operation: str
    request: dict[str, Any]
    answer: dict[str, Any]

    @property
    def address(self) -> str:
        """Path and query of the request."""
        return f"{self.request['path']}?{urlencode([(name, value) for name, value in self.request['query']])}"

    @property
    def log_id(self) -> str:
        """Id of the call in the server's logs, or ""."""
        return next((value for name, value in self.answer["headers"] if name.lower() == "x-tt-logid"), "")

    def header(self, name: str) -> str:
        """Give the value of a header of the request, "" for none.

        Args:
            name: its name in lower case.
        """
        return next((value for known, value in self.request["headers"] if known.lower() == name), "")

    @property
    def sent(self) -> bytes | None:
        """Body of the request."""
        return _bytes(self.request["body"])

    @property
    def body(self) -> bytes:
        """Body of the answer."""
        return _bytes(self.answer["body"]) or b""


def _bytes(shown: Any) -> bytes | None:
    if shown is None or "left_out" in shown:
        return None
    if "json" in shown:
        return orjson.dumps(shown["json"])
    if "form" in shown:
        return urlencode(shown["form"]).encode()
    return shown["text"].encode() if "text" in shown else b64decode(shown["base64"], validate=True)
