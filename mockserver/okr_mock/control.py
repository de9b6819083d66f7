"""The control routes from outside: one JSON call after the other, as a test makes them."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

__tracebackhide__ = True  # pytest shows the line of the test that asked, not ours
_PATIENCE = 90
"""Seconds to wait for an answer; longer than any wait that can be asked for."""


class ControlError(Exception):
    """A control route has refused what was asked, or nobody answers; says what is wrong.

    Args:
        text: what is wrong.
        status: HTTP status of the refusal; 0 where there was no answer.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Control:
    """Calls the control routes of an emulator, past any proxy; may be used by several threads.

    Args:
        url: base URL of the emulator.
        token: its admin token; "" where it wants none.
        ca_file: CA to trust if the URL is https; "" for the system's.
    """

    def __init__(self, url: str, token: str = "", ca_file: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._ca_file = ca_file

    def __repr__(self) -> str:
        return f"Control({self.url!r})"

    @property
    def facts(self) -> tuple[str, str, str]:
        """What another process needs to make one: the arguments, the token among them."""
        return self.url, self._token, self._ca_file

    def get(self, path: str, **query: Any) -> Any:
        """Ask for something.

        Args:
            path: path after `/__admin/`.
            query: query parameters.

        Raises:
            ControlError: it is refused, or nobody answers.
        """
        return self._call("GET", path, None, query)

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Have something done.

        Args:
            path: path after `/__admin/`.
            body: JSON value to send; None for none.
            query: query parameters.

        Raises:
            ControlError: as above.
        """
        return self._call("POST", path, body, query)

    def put(self, path: str, body: Any, **query: Any) -> Any:
        """Set something; as `post`."""
        return self._call("PUT", path, body, query)

    def delete(self, path: str, **query: Any) -> Any:
        """Take something away; as `post`."""
        return self._call("DELETE", path, None, query)

    def _call(self, method: str, path: str, body: Any, query: Mapping[str, Any]) -> Any:
        from http.client import HTTPException  # slow to load

        target = f"/__admin/{quote(path)}{'?' if query else ''}{urlencode(query)}"
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = self._connection()
        try:
            connection.request(method, target, b"" if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        except (OSError, HTTPException, ValueError) as error:
            text = str(error) or type(error).__name__
            raise ControlError(f"{method} {self.url}{target}: no answer of an emulator ({text})") from error
        finally:
            connection.close()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            text = told["error"] if isinstance(told, dict) and "error" in told else f"{target}: {told}"
            raise ControlError(text, answer.status)
        return told

    def _connection(self) -> Any:
        from http import client  # slow to load
        from ssl import create_default_context

        parts = urlsplit(self.url)
        if parts.scheme == "https":
            context = create_default_context(cafile=self._ca_file or None)
            return client.HTTPSConnection(parts.netloc, timeout=_PATIENCE, context=context)
        return client.HTTPConnection(parts.netloc, timeout=_PATIENCE)
