"""The deviant: our emulator with one deviation, as an ASGI application."""

import copy
import importlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.routing import compile_path
from starlette.types import Message, Receive, Scope, Send

from feishu_okr.contract import Operation
from okr_mock.app import App, create_app, system_clock
from okr_mock.gateway.envelope import WRITE
from okr_mock.operations import HANDLERS
from okr_mock.settings import Settings
from tests.mutants.deviation import Deviation, Steps
from tests.mutants.memory import misremembering
from tests.mutants.surgery import operate, turned

_OF_REQUEST = {"query", "header", "method"}


def build(deviation: Deviation, settings: Settings, clock: Any = system_clock) -> App:
    """Build the emulator with a deviation; constants it sets are to be set before.

    Args:
        deviation: what differs.
        settings: everything that can be set.
        clock: tells the time in milliseconds since the epoch.
    """
    contract = deviation.contract()
    handlers = {name: misremembering(handler, name, deviation) for name, handler in HANDLERS.items()}
    return Deviant(create_app(settings, clock, handlers, contract=contract), deviation)


@contextmanager
def constants(deviation: Deviation) -> Iterator[None]:
    """Set the constants of the emulator that a deviation sets, and set them back at the end.

    Args:
        deviation: names them.

    Raises:
        AttributeError: there is no such constant.
    """
    before = [(*_constant(name), value) for name, value in deviation.set.items()]
    for module, name, old, value in before:
        setattr(module, name, {int(key): to for key, to in value.items()} if _by_number(old) else type(old)(value))
    try:
        yield
    finally:
        for module, name, old, _ in before:
            setattr(module, name, old)


def _constant(dotted: str) -> tuple[Any, str, Any]:
    module, _, name = dotted.rpartition(".")
    found = importlib.import_module(module)
    return found, name, getattr(found, name)


def _by_number(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, int) for key in value)


class Deviant(App):
    """The emulator with one deviation.

    Args:
        app: our emulator.
        deviation: what is done to requests and answers.
    """

    def __init__(self, app: App, deviation: Deviation) -> None:
        vars(self).update(vars(app))
        self._deviation = deviation
        self._patterns = [(compile_path(found.path)[0], found) for found in app.emulator.contract.operations.values()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call of the API, deviating where it is concerned."""
        path = scope.get("path", "")
        if (
            scope["type"] != "http"
            or path.startswith("/__admin")
            or not self._deviation.concerns(self._operation(scope["method"], path), path)
        ):
            await super().__call__(scope, receive, send)
            return
        if self._deviation.ask:
            scope, receive = await _asked(scope, receive, self._deviation.ask)
        await super().__call__(self._answering(scope, send), receive, send)

    def _operation(self, method: str, path: str) -> str:
        def leads(pattern: re.Pattern[str], operation: Operation) -> bool:
            return operation.method == method and pattern.fullmatch(path.removesuffix("/")) is not None

        return next((operation.id for pattern, operation in self._patterns if leads(pattern, operation)), "")

    def _answering(self, scope: Scope, send: Send) -> Scope:
        """Have answers written through us."""
        extensions = scope.get("extensions", {})
        write = extensions.get(WRITE)

        async def altered(_: Send, status: int, head: bytes, body: bytes) -> None:
            answer = _Answer(status, head, body)
            if self._deviation.takes(status, answer.code):
                answer.alter(self._deviation.answer, scope["path"])
            if write is not None:
                await write(send, answer.status, answer.head, answer.body)
                return
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": answer.body})

        return {**scope, "extensions": {**extensions, WRITE: altered}}


class _Answer:
    """An answer on its way out.

    Args:
        status: HTTP status.
        head: header lines.
        body: the body.
    """

    def __init__(self, status: int, head: bytes, body: bytes) -> None:
        self.status, self.body = status, body
        self._lines = [line.split(b": ", 1) for line in head.strip().split(b"\r\n")]

    @property
    def code(self) -> int | None:
        """Code of the envelope."""
        value = _json(self.body)
        return value.get("code") if isinstance(value, dict) else None

    @property
    def head(self) -> bytes:
        """Header lines as they are to be written."""
        return b"".join(b"%b: %b\r\n" % (name, value) for name, value in self._lines)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """Headers as ASGI has them, spelled as on the wire."""
        return [(name, value) for name, value in self._lines]

    def alter(self, steps: Steps, path: str) -> None:
        """Do what a deviation asks.

        Args:
            steps: what to do.
            path: path that was asked for.
        """
        for step in steps:
            if "status" in step:
                self.status = step["status"]
            elif "header" in step:
                self._set(step["header"], step["with"], path)
            elif "body" in step:
                self.body = step["body"].encode()
            elif "names" in step:
                self._lines = [[name.lower(), value] for name, value in self._lines]
            else:
                self._alter_json(step)
        self._set("Content-Length", str(len(self.body)), path)

    def _set(self, name: str, value: str | None, path: str) -> None:
        """Set a header in its place, or take it out; `{path}` is the path without its slash."""
        text = None if value is None else value.replace("{path}", path.rstrip("/")).encode()
        at = next((n for n, line in enumerate(self._lines) if line[0].lower() == name.lower().encode()), None)
        if at is None:
            self._lines += [] if text is None else [[name.encode(), text]]
        elif text is None:
            del self._lines[at]
        else:
            self._lines[at] = [self._lines[at][0], text]

    def _alter_json(self, step: Mapping[str, Any]) -> None:
        value = _json(self.body)
        if value is None:
            return
        if "turn" in step:
            part = step["turn"].strip("/")
            self.body = orjson.dumps(value | {part: turned(value[part])} if part in value else turned(value))
        elif "written" in step:
            self.body = _WRITINGS[step["written"]](value)
        else:
            is_sorted = self.body == orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
            altered = operate(value, step)
            self.body = orjson.dumps(altered, option=orjson.OPT_SORT_KEYS if is_sorted else None)


def _indented(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def _escaped(value: Any) -> bytes:
    import json

    return json.dumps(value, separators=(",", ":")).encode()


_WRITINGS = {"indented": _indented, "escaped": _escaped}


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


async def _asked(scope: Scope, receive: Receive, steps: Steps) -> tuple[Scope, Receive]:
    """Alter a request: query, headers and JSON body."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return scope, _replayed(message)
        body, more = body + message.get("body", b""), message.get("more_body", False)
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    value = _json(body)
    for step in steps:
        if "query" in step:
            query = _query(query, step)
        elif "header" in step:
            headers = _header(headers, step)
        elif isinstance(value, dict):
            value = operate(copy.deepcopy(value), step)
    if isinstance(value, dict):
        body = orjson.dumps(value)
    altered = {
        **scope,
        "query_string": urlencode(query).encode(),
        "headers": [*headers, (b"content-length", str(len(body)).encode())],
    }
    return altered, _replayed({"type": "http.request", "body": body, "more_body": False}, receive)


def _query(query: list[tuple[str, str]], step: Mapping[str, Any]) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in query if name != step["query"]]
    was_there = len(kept) < len(query)
    return kept + ([(step["query"], step["with"])] if step.get("with") is not None and was_there else [])


def _header(headers: list[tuple[bytes, bytes]], step: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """Give a header where there is none."""
    name = step["header"].lower().encode()
    return headers if any(name == found for found, _ in headers) else [*headers, (name, step["default"].encode())]


def _replayed(message: Message, receive: Receive | None = None) -> Receive:
    messages = [message]

    async def replay() -> Message:
        if messages:
            return messages.pop()
        return await receive() if receive else message

    return replay
