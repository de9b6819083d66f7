"""The generator: Schemathesis, whose calls go over the suite's own wire. Imported only where calls are generated."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis.errors import Unsatisfiable
from requests.adapters import HTTPAdapter
from schemathesis import BaseSchema, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.errors import FailureGroup, SerializationNotPossible
from schemathesis.specs.openapi import checks as openapi
from urllib3 import HTTPResponse

from feishu_okr.conformance.target import Caller, Target
from feishu_okr.conformance.wire import Answer, Request

ADDRESS = "http://target.invalid"
CONFIG: dict[str, Any] = {
    "generation": {"deterministic": True, "database": "none", "with-security-parameters": False},
    "phases": {"coverage": {"unexpected-methods": []}, "stateful": {"generation": {"mode": "positive"}}},
}
# The token routes refuse with 200; the law looks at the code.
OPERATIONS: list[Any] = [
    {
        "include-operation-id": ["auth.v3.tenant_access_token.internal", "auth.v3.app_access_token.internal"],
        "checks": {"negative_data_rejection": {"expected-statuses": [200]}},
    }
]
# Left out, for they cannot hold for this vendor: ignored_auth and missing_required_header (tokens are refused with 400,
# not 401), unsupported_method and allow_header_conformance (plain-text 404 without Allow). test_routes stands in.
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
]
PHASES = (Phase.generate,)
"""A failing call is told as it is: to look for a simpler one takes hundreds of calls."""
ON_LINKS: list[CheckFunction] = [*CHECKS, openapi.use_after_free, openapi.ensure_resource_availability]


class NoCallsError(Exception):
    """An operation without parameters and body has no bad calls."""


class WireAdapter(HTTPAdapter):
    """Lets Schemathesis call over the suite's wire.

    Args:
        caller: who calls; may change.
        operation: id of what is called, where that is one operation.
    """

    answer: Answer

    def __init__(self, caller: Caller, operation: str = "") -> None:
        super().__init__()
        self.caller = caller
        self._operation = operation

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send a call over the wire."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        assert body is None or isinstance(body, bytes), "Schemathesis writes bodies whole"
        headers = tuple((name, _text(value)) for name, value in request.headers.items() if name != "Content-Length")
        method = request.method or "GET"
        sent = Request(method, request.path_url, headers, body, _purpose(method, self._operation), self._operation)
        self.answer = self.caller.send(sent)
        raw = HTTPResponse(
            body=BytesIO(self.answer.body),
            headers=self.answer.headers,
            status=self.answer.status,
            preload_content=False,
            decode_content=False,
        )
        return self.build_response(request, raw)


@lru_cache(maxsize=2)
def schema_of(target: Target, only: tuple[str, ...] = ()) -> BaseSchema:
    """Give the contract under the target's profile to Schemathesis.

    Args:
        target: knows both.
        only: ids of operations, where not all are wanted.
    """
    document = target.contract.effective(target.profile).document
    # what is included by an entry of `operations` would be there in spite of `only`
    settings = CONFIG if only else CONFIG | {"operations": OPERATIONS}
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(settings))
    schema.config.update(base_url=ADDRESS)
    return schema.include(operation_id=list(only)) if only else schema


def session_over(adapter: WireAdapter) -> requests.Session:
    """Give a session whose calls go over the wire.

    Args:
        adapter: leads there.
    """
    session = requests.Session()
    session.trust_env = False
    session.mount(ADDRESS, adapter)
    return session


def validate(case: Any, response: Any, checks: list[CheckFunction], **more: Any) -> None:
    """Let Schemathesis check an answer; says in a line a check what is wrong.

    Args:
        case: the call.
        response: the answer to it.
        checks: which checks.
        more: further arguments of Schemathesis.

    Raises:
        AssertionError: the answer is not as it must be.
    """
    try:
        case.validate_response(response, checks=checks, **more)
    except FailureGroup as group:
        wrong = [f"{failure.title}: {failure.message.partition(chr(10))[0]}" for failure in group.exceptions]
        raise AssertionError("\n".join([*wrong, told(case)])) from None


def told(case: Any) -> str:
    """Tell what was called, in a few words.

    Args:
        case: the call.
    """
    query, body = (
        "" if not value or isinstance(value, NotSet) else f"{value!r:.400}" for value in (case.query, case.body)
    )
    return f"{case.method} {case.formatted_path} {query} {body}".rstrip()


def generate(operation: Any, number: int, is_good: bool, check: Callable[[Any], None]) -> None:
    """Make calls of an operation, the same in every run.

    Args:
        operation: an operation of Schemathesis.
        number: how many.
        is_good: whether the calls keep the contract.
        check: makes a call and checks its answer.

    Raises:
        NoCallsError: there is no such call.
    """
    mode = GenerationMode.POSITIVE if is_good else GenerationMode.NEGATIVE

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        try:
            with kept(failures):
                check(case)
        except SerializationNotPossible:  # such as an object where the bytes of a picture should be
            reject()

    failures: list[AssertionError] = []
    try:
        with first_of(failures):
            run()
    except Unsatisfiable as error:
        raise NoCallsError from error


@contextmanager
def kept(failures: list[AssertionError]) -> Iterator[None]:
    """Keep what failed, for Hypothesis tries it again and may find that the target has changed.

    Args:
        failures: where.
    """
    try:
        yield
    except AssertionError as error:
        failures.append(error)
        raise


@contextmanager
def first_of(failures: list[AssertionError]) -> Iterator[None]:
    """Tell of the first that failed in place of what Hypothesis made of it.

    Args:
        failures: what was kept.

    Raises:
        AssertionError: something failed.
    """
    try:
        yield
    except Exception:
        if failures:
            raise AssertionError(str(failures[0])) from None
        raise


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _purpose(method: str, operation: str) -> str:
    return "token" if "token" in operation else "read" if method == "GET" else "write"
