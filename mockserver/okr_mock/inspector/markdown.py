"""Markdown as content of a record, read as the client reads it, for those who write one on the page."""

import asyncio

import jsonschema_rs
from starlette.requests import Request
from starlette.responses import Response

from okr_mock.inspector.answer import json_answer
from okr_mock.inspector.body import BodyError, read_body
from okr_mock.inspector.guard import mistake

_MARKDOWN = jsonschema_rs.validator_for(
    {
        "type": "object",
        "required": ["markdown"],
        "additionalProperties": False,
        "properties": {"markdown": {"type": "string", "maxLength": 20_000}},
    }
)


async def read_markdown(request: Request) -> Response:
    """Answer the content that a Markdown text becomes, or every line that has no counterpart."""
    from feishu_okr.client.content import Content, ContentError  # slow to load

    try:
        body = await read_body(request, _MARKDOWN)
        content = await asyncio.to_thread(Content.from_markdown, body["markdown"])
        return json_answer({"content": content.to_json()})
    except (BodyError, ContentError) as error:
        return mistake(400, str(error))
