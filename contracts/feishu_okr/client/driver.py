"""The only two places of the client that wait: one drives flows while the caller waits, one while others run."""

import asyncio
import threading
import time
from typing import Any, TypeVar

import httpx2

from feishu_okr.client.action import Action, Alone, Answer, Flow, Send, Sleep
from feishu_okr.client.errors import ContractBroken

T = TypeVar("T")
MOST_BYTES = 64 * 1024 * 1024


class Driver:
    """Drives flows in the caller's thread.

    Args:
        http: sends requests.
        deadline: seconds that an answer may take, from the first byte sent to the last one read; None for any time.
    """

    def __init__(self, http: httpx2.Client, deadline: float | None) -> None:
        self._http = http
        self._deadline = deadline
        self._lock = threading.Lock()

    def drive(self, flow: Flow[T]) -> T:
        """Carry out a flow.

        Args:
            flow: what to do.
        """
        result: Any = None
        failure: Exception | None = None
        while True:
            try:
                action = flow.throw(failure) if failure else flow.send(result)
            except StopIteration as end:
                value: T = end.value
                return value
            result, failure = None, None
            try:
                result = self._do(action)
            except Exception as error:  # the flow decides
                failure = error

    def _do(self, action: Action) -> Any:
        match action:
            case Send(request):
                return self._send(request)
            case Sleep(seconds):
                return time.sleep(seconds)
            case Alone(flow):
                with self._lock:
                    return self.drive(flow)

    def _send(self, request: httpx2.Request) -> Answer:
        begin = time.monotonic()
        response = self._http.send(request, stream=True)
        try:
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                judge(request, len(body), time.monotonic() - begin, self._deadline)
        finally:
            response.close()
        return Answer(response.status_code, response.headers, bytes(body))


class AsyncDriver:
    """Drives flows in an event loop.

    Args:
        http: sends requests.
        deadline: seconds that an answer may take, from the first byte sent to the last one read; None for any time.
    """

    def __init__(self, http: httpx2.AsyncClient, deadline: float | None) -> None:
        self._http = http
        self._deadline = deadline
        self._lock = asyncio.Lock()

    async def drive(self, flow: Flow[T]) -> T:
        """Carry out a flow.

        Args:
            flow: what to do.
        """
        result: Any = None
        failure: Exception | None = None
        while True:
            try:
                action = flow.throw(failure) if failure else flow.send(result)
            except StopIteration as end:
                value: T = end.value
                return value
            result, failure = None, None
            try:
                result = await self._do(action)
            except Exception as error:  # the flow decides
                failure = error

    async def _do(self, action: Action) -> Any:
        match action:
            case Send(request):
                return await self._send(request)
            case Sleep(seconds):
                return await asyncio.sleep(seconds)
            case Alone(flow):
                async with self._lock:
                    return await self.drive(flow)

    async def _send(self, request: httpx2.Request) -> Answer:
        begin = time.monotonic()
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                judge(request, len(body), time.monotonic() - begin, self._deadline)
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, bytes(body))


def judge(request: httpx2.Request, size: int, seconds: float, deadline: float | None) -> None:
    """Refuse an answer that is too long or too late.

    Args:
        request: what is answered.
        size: bytes of the answer so far.
        seconds: how long it takes so far.
        deadline: how long it may take; None for any time.

    Raises:
        ReadTimeout: it is too late.
        ContractBroken: it is too long.
    """
    if size > MOST_BYTES:
        raise ContractBroken(f"the answer of {request.url.path} has more than {MOST_BYTES} bytes", carried_out=True)
    if deadline is not None and seconds > deadline:
        raise httpx2.ReadTimeout(f"the answer did not end within {deadline:g} s", request=request)
