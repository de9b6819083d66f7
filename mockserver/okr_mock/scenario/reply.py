"""Replies: answers that a step gives in place of the operation's, or makes of it; nothing is wrong with their bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonpatch
import orjson
from jsonpointer import JsonPointerException

from okr_mock.gateway.envelope import Answer
from okr_mock.scenario.comparison import MISSING
from okr_mock.scenario.outcome import Idle, Steered, StepError
from okr_mock.scenario.template import filled
from okr_mock.store import STEP, Meter

FACTS = frozenset({"method", "path", "query", "header", "body", "log_id", "request_id", "now", "id", "world", "app"})
"""What templates can name."""
_OK = 200


class Proceed(Idle):
    """The usual answer."""


@dataclass(frozen=True)
class Error(Idle):
    """A refusal of the catalog, maybe with another status or text.

    Args:
        name: name in the catalog.
        status: other HTTP status; 0 for the catalog's.
        msg: other text; "" for the catalog's.
        params: values of placeholders in its text.
    """

    name: str
    status: int = 0
    msg: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    async def before(self, call: Steered) -> Answer | None:
        answer = call.refuse(self.name, self.params)
        if self.msg:
            body = answer.body if answer.code is None else _with_text(answer.body, self.msg)
            answer = answer._replace(msg=self.msg, body=self.msg.encode() if answer.code is None else body)
        return answer._replace(status=self.status) if self.status else answer


def _with_text(body: bytes, msg: str) -> bytes:
    payload = orjson.loads(body)
    payload["msg" if "msg" in payload else "error_description"] = msg
    return orjson.dumps(payload)


@dataclass(frozen=True)
class Respond(Idle):
    """An answer as the scenario writes it, with parts of the call in it.

    Args:
        status: HTTP status.
        headers: header names and values.
        body: JSON value, or text.
        violates: whether it breaks the contract on purpose.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    violates: bool

    async def before(self, call: Steered) -> Answer | None:
        body = filled(self.body, _facts(call))
        is_text = isinstance(body, str)
        payload = b"" if body is None else body.encode() if is_text else orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        if not self.violates and call.operation is not None and self.status == _OK:
            broken = call.effective.rules(call.operation.id).broken(body)
            if broken:
                raise StepError(f"step {call.step} breaks the contract without `violates`: {'; '.join(broken)}")
        headers = {name.lower(): value for name, value in self.headers.items()}
        content_type = headers.pop("content-type", "text/plain" if is_text else "application/json")
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items() if name.lower() in headers)
        code = body.get("code") if isinstance(body, dict) and isinstance(body.get("code"), int) else None
        msg = str(body.get("msg", "")) if isinstance(body, dict) else ""
        return Answer(self.status, code, msg, payload, content_type.encode("latin-1"), extra.encode("latin-1"))


def _facts(call: Steered) -> dict[str, Any]:
    occasion = call.occasion
    return {
        "method": call.request.method,
        "path": dict(call.request.params),
        "query": occasion.query,
        "header": occasion.headers,
        "body": None if occasion.body is MISSING else occasion.body,
        "log_id": call.turn.log_id,
        "request_id": call.turn.request_id,
        "now": str(call.turn.now),
        "id": call.turn.entity_id,
        "world": call.turn.world,
        "app": occasion.app,
    }


@dataclass(frozen=True)
class RateLimit(Idle):
    """A quota of the step's own.

    Args:
        calls: calls that a window allows.
        seconds: length of the window.
    """

    calls: int
    seconds: int

    async def before(self, call: Steered) -> Answer | None:
        quota = await call.store.count(call.turn.world, Meter((STEP, call.step), self.calls, self.seconds))
        call.turn = call.turn._replace(quota=quota)
        return call.refuse("rate_limited") if quota.is_spent else None


class ExpireToken(Idle):
    """All tokens issued so far are no longer valid; a call that carries one is refused, a token route goes on."""

    async def before(self, call: Steered) -> Answer | None:
        generation = await call.store.expire_tokens(call.turn.world)
        call.turn = call.turn._replace(generation=generation)
        if call.operation is None or call.operation.issues_tokens:
            return None
        return call.refuse(f"{call.kind}_token_invalid")


class AnswerWithoutWrite(Idle):
    """The usual answer, and nothing is kept."""

    commits = False


@dataclass(frozen=True)
class Patch(Idle):
    """A successful answer changed by JSON Patch.

    Args:
        steps: the patch.
    """

    steps: list[dict[str, Any]]

    def after(self, call: Steered, answer: Answer) -> Answer:
        if answer.code != 0:
            return answer
        try:
            changed = jsonpatch.apply_patch(orjson.loads(answer.body), self.steps)
        except (jsonpatch.JsonPatchException, JsonPointerException) as error:
            raise StepError(f"step {call.step}: the patch does not fit the answer: {error}") from error
        return answer._replace(body=orjson.dumps(changed, option=orjson.OPT_SORT_KEYS))
