"""Who may use the control routes: no page of another site, and elsewhere than on loopback only who has the token."""

import hmac
from collections.abc import Iterable

import orjson
from starlette.requests import Request
from starlette.responses import Response

_READING = ("GET", "HEAD")


class Guard:
    """Looks at a control call before it is answered.

    Args:
        token: bearer token that is wanted; "" for none.
        hosts: names and addresses that the Host header may have.
    """

    def __init__(self, token: str, hosts: Iterable[str]) -> None:
        self._token = token.encode()
        self._hosts = frozenset(host.lower() for host in hosts)

    def refuse(self, request: Request) -> Response | None:
        """Refuse a call, or let it pass.

        Args:
            request: a control call.
        """
        host = _name(request.headers.get("host", ""))
        if host not in self._hosts:  # a page of another site that has its name point here
            return mistake(403, f"Host {host!r} is not allowed; start the emulator with --allowed-host {host}")
        if self._token and not hmac.compare_digest(_bearer(request), self._token):
            text = "the control routes want Authorization: Bearer and the admin token (OKR_MOCK_ADMIN_TOKEN)"
            return mistake(401, text, {"WWW-Authenticate": "Bearer"})
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method not in _READING and media_type != "application/json":  # which no form can send
            return mistake(415, f"{request.method} wants Content-Type: application/json")
        return None


def mistake(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    """Answer that a control call is not as it should be.

    Args:
        status: HTTP status.
        text: what is wrong and what to do.
        headers: further headers.
    """
    return Response(orjson.dumps({"error": text}), status, headers, media_type="application/json")


def _name(host: str) -> str:
    """Cut the port off a Host header."""
    host = host.lower()
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _bearer(request: Request) -> bytes:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip().encode("latin-1") if kind == "Bearer" else b""
