"""Scenarios as texts: those that are there, to begin from, and what is wrong with one that is being written."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import ContractError, Mistake
from feishu_okr.contract.nesting import read_given_text
from feishu_okr.contract.source import Source
from okr_mock.inspector.answer import json_answer
from okr_mock.inspector.body import BodyError, read_body
from okr_mock.inspector.guard import mistake
from okr_mock.scenario.library import INLINE, Library
from okr_mock.scenario.scenario_file import find_mistakes
from okr_mock.scenario.shape import hint

_DRAFT = jsonschema_rs.validator_for(
    {
        "type": "object",
        "required": ["text"],
        "additionalProperties": False,
        "properties": {"text": {"type": "string", "maxLength": 262_144}},
    }
)


class Drafts:
    """What the control routes of scenario texts do.

    Args:
        library: all scenarios.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    async def text(self, request: Request) -> Response:
        """Give a scenario as its file says it, comments included."""
        name = request.query_params.get("name", "")
        path = self._library.files.get(name)
        if path is None:
            return mistake(404, f"there is no scenario {name!r}; {hint(name, self._library.files)}")
        try:
            return json_answer({"name": name, "text": path.read_text(encoding="utf-8")})
        except (OSError, UnicodeDecodeError) as error:
            return mistake(404, f"scenario {name!r} cannot be read: {error}")

    async def lint(self, request: Request) -> Response:
        """Say what is wrong with the text of a scenario, with line and column; gives the value of a right one."""
        try:
            body = await read_body(request, _DRAFT)
        except BodyError as error:
            return mistake(400, str(error))
        value, mistakes = await asyncio.to_thread(self._judged, body["text"])
        return json_answer({"mistakes": [_told(found) for found in mistakes], "scenario": None if mistakes else value})

    def _judged(self, text: str) -> tuple[Any, Sequence[Mistake]]:
        try:
            source: Source = read_given_text(Path(INLINE), text)
            found = [source.mistake(at, says) for at, says in find_mistakes(source.value, self._library.contract)]
        except ContractError as error:
            return None, error.mistakes
        return source.value, sorted(found)


def _told(found: Mistake) -> dict[str, Any]:
    return {"line": found.line, "column": found.column, "pointer": found.pointer, "text": found.text}
