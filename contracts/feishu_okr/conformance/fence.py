"""The fence: which calls of a run may reach the target. It reads the calls themselves and believes no label."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2

from feishu_okr.conformance.budget import GuardError
from feishu_okr.conformance.capability import WRITES
from feishu_okr.conformance.permission import Permission
from feishu_okr.contract import Contract

CREATE, UPDATE, DELETE, UPLOAD = (
    "okr.v1.progress_record.create",
    "okr.v1.progress_record.update",
    "okr.v1.progress_record.delete",
    "okr.v1.image.upload",
)
_UNDOABLE = (CREATE, UPDATE, DELETE, UPLOAD)
_ID = re.compile("[0-9]{15,19}")
_NOBODYS = re.compile("7000000000000000[0-9]{3}")
"""Ids that tests use for what there is not; none of the API's falls into that millisecond of 2017."""
_TARGET = re.compile(r"target_?id[^0-9a-z]{1,40}([0-9]{15,19})(?![0-9])", re.IGNORECASE)
_NAMES = ("target_id", "targetId")


@dataclass
class Fence:
    """Lets calls pass that can do no harm.

    Args:
        permission: host, and targets that may be written to.
        contract: knows what each path does.
        own: ids of records that the run wrote.
    """

    permission: Permission
    contract: Contract
    own: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        paths = [(_pattern(found.path), found.method, found.id) for found in self.contract.operations.values()]
        self._operations = paths
        self._unmodelled = [
            (_pattern(path), method, name)
            for path, methods in self.contract.unmodelled.items()
            for method, name in methods.items()
        ]

    def operation(self, request: httpx2.Request) -> str:
        """Name the operation that a call reaches, or "".

        Args:
            request: the call.
        """
        return _found(self._operations, request)

    def is_write(self, request: httpx2.Request) -> bool:
        """Say whether a call may write: those of the contract that do, and all others that are no reads.

        Args:
            request: the call.
        """
        operation = self.operation(request)
        return operation in WRITES if operation else request.method not in ("GET", "HEAD", "OPTIONS")

    def check(self, request: httpx2.Request) -> None:
        """Stop the run before a call that it may not make.

        Args:
            request: the call, its body read.

        Raises:
            GuardError: the call must not be made.
        """
        url = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if url != self.permission.url:
            raise GuardError(f"a test wanted to call {url}; only {self.permission.url} is allowed")
        if not self.is_write(request):
            return
        if not self.permission.targets:
            raise GuardError(f"a test wanted to write ({request.method} {_path(request)}) in a run that only reads")
        operation = self.operation(request)
        name = _found(self._unmodelled, request) or (operation not in ("", *_UNDOABLE) and operation)
        if name:
            raise GuardError(f"a test wanted to call {name}; what that does cannot be taken back")
        self._check_ids(request, operation)

    def _check_ids(self, request: httpx2.Request, operation: str) -> None:
        foreign = {name for name in _targets(request.content) if self._is_real(name)} - set(self.permission.targets)
        if foreign:
            raise GuardError(f"a test wanted to write to {min(foreign)}, which --i-may-write does not name")
        record = _path(request).rpartition("/")[2]
        if operation in (UPDATE, DELETE) and self._is_real(record) and record not in self.own:
            raise GuardError(f"a test wanted to change record {record}, which this run did not write")

    def _is_real(self, name: str) -> bool:
        """Say whether something could have this id."""
        return _ID.fullmatch(name) is not None and not _NOBODYS.fullmatch(name)


def _targets(body: bytes) -> set[str]:
    """Find the targets that a body names, be it JSON in whatever spelling, or a form."""
    try:
        return set(_named(json.loads(body)))
    except (ValueError, RecursionError):
        return set(_TARGET.findall(body.decode("latin-1")))


def _named(value: Any) -> Iterator[str]:
    for name, item in value.items() if isinstance(value, dict) else ():
        yield from [str(item)] if name in _NAMES else ()
        yield from _named(item)
    for item in value if isinstance(value, list) else ():
        yield from _named(item)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(path)) + "/?")


def _path(request: httpx2.Request) -> str:
    """Give the path without slashes that some services overlook."""
    return re.sub("/+", "/", request.url.path).rstrip("/") or "/"


def _found(paths: Iterable[tuple[re.Pattern[str], str, str]], request: httpx2.Request) -> str:
    path, method = _path(request), request.method
    return next((name for pattern, verb, name in paths if verb == method and pattern.fullmatch(path)), "")
