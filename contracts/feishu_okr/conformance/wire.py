"""The wire: the one place through which every call of the suite goes."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import httpx2
import orjson

PURPOSES = ("read", "write", "token", "login", "control")
TIMEOUT = 30.0
"""Seconds that a call may take."""


class StopRun(Exception):  # noqa: N818 - the name says what is done
    """The run must end at once, such as when a budget is spent; says why in one sentence."""


@dataclass(frozen=True)
class Request:
    """A call before it is sent.

    Args:
        method: HTTP method.
        path: path below the target's address, with its query.
        headers: names and values.
        body: bytes of the body; None for none.
        purpose: `read`, `write`, `token`, `control`, or `login` for a token that the caller itself needs.
        operation: id of the contract's operation, or "" where the path leads to none.
        agent: who calls, for the header User-Agent; "" for what the library says of itself.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    purpose: str = "read"
    operation: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back.

    Args:
        status: HTTP status.
        headers: names in lower case and values; of several lines of one name the last.
        body: bytes of the body.
        request: what was asked.
    """

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    request: Request

    @cached_property
    def json(self) -> Any:
        """The JSON value of the body; None where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def code(self) -> int | None:
        """The business code; None where there is none."""
        code = self.json.get("code") if isinstance(self.json, dict) else None
        return code if isinstance(code, int) and not isinstance(code, bool) else None

    @property
    def log_id(self) -> str:
        """Id of the call in the target's logs, or ""."""
        return self.headers.get("x-tt-logid", "")


class Wire(Protocol):
    """Sends calls to one target."""

    def send(self, request: Request) -> Answer:
        """Send a call and wait for its answer.

        Args:
            request: the call.

        Raises:
            StopRun: the run must end.
            httpx2.TransportError: no whole answer came.
        """

    def close(self) -> None:
        """Close the connections."""


class HttpWire:
    """Sends calls over HTTP; never follows a redirect.

    Args:
        url: address of the target.
        transport: what to send with, if not plain HTTP; sees `purpose` and `operation` in a request's extension `okr`.
        verify: file of the CA to trust; True for the system's.
    """

    def __init__(self, url: str, transport: httpx2.BaseTransport | None = None, verify: str | bool = True) -> None:
        context: Any = verify
        if isinstance(verify, str):
            import ssl

            context = ssl.create_default_context(cafile=verify)
        self._client = httpx2.Client(
            base_url=url, transport=transport, verify=context, timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )

    def send(self, request: Request) -> Answer:
        """Send a call and wait for its answer.

        Args:
            request: the call.

        Raises:
            StopRun: the transport ends the run.
            httpx2.TransportError: no whole answer came.
        """
        extension = {"purpose": request.purpose, "operation": request.operation}
        answer = self._client.request(
            request.method,
            request.path,
            headers=[*([("User-Agent", request.agent)] if request.agent else []), *request.headers],
            content=request.body,
            extensions={"okr": extension},
        )
        headers = {name.lower(): value for name, value in answer.headers.multi_items()}
        return Answer(answer.status_code, headers, answer.content, request)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
