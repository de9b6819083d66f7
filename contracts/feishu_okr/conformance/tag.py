"""Run tags: what is written into the text of every record of a guarded run, so that it can be found again."""

import json
import re
from secrets import token_hex
from typing import Any

TAG = re.compile(r"\[okr-verify ([0-9a-f]{8})\]")
"""A tag, and the name of its run."""
_RUNS = ("textRun", "text_run")


def new_run() -> str:
    """Make the name of a run."""
    return token_hex(4)


def tag_of(run: str) -> str:
    """Write the tag of a run.

    Args:
        run: its name.
    """
    return f"[okr-verify {run}]"


def tagged(body: bytes, tag: str) -> bytes:
    """Add a paragraph with the tag to a record that is to be written; a body that has no blocks stays as it is.

    Args:
        body: body of a create or update.
        tag: the tag.
    """
    try:
        value = json.loads(body, object_pairs_hook=_without_twins)
        blocks = value["content"]["blocks"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return body
    if not isinstance(blocks, list) or not blocks:
        return body
    element = {"type": "textRun", "textRun": {"text": tag}}
    blocks.append({"type": "paragraph", "paragraph": {"elements": [element]}})
    return _dumped(value)


def untagged(body: bytes, tag: str) -> bytes:
    """Take the paragraphs with the tag out of an answer; one without stays as it is, byte for byte.

    Args:
        body: body of an answer.
        tag: the tag.
    """
    if tag.encode() not in body:
        return body
    try:
        return _dumped(_cleared(json.loads(body), tag))
    except (ValueError, RecursionError):
        return body


def runs_in(value: Any) -> set[str]:
    """Name the runs whose tags stand in a JSON value.

    Args:
        value: such as the content of a record.
    """
    return set(TAG.findall(json.dumps(value, ensure_ascii=False)))


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Read an object, but none that has a key twice: written again it would be another text."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _cleared(value: Any, tag: str) -> Any:
    if isinstance(value, list):
        return [_cleared(item, tag) for item in value if not _is_ours(item, tag)]
    return {key: _cleared(item, tag) for key, item in value.items()} if isinstance(value, dict) else value


def _is_ours(block: Any, tag: str) -> bool:
    """Say whether a block is the paragraph that `tagged` added, in the spelling of v1 or v2."""
    paragraph = block.get("paragraph") if isinstance(block, dict) else None
    elements = paragraph.get("elements") if isinstance(paragraph, dict) else None
    if not isinstance(elements, list) or len(elements) != 1 or not isinstance(elements[0], dict):
        return False
    runs = [elements[0].get(name) for name in _RUNS]
    return any(isinstance(run, dict) and run.get("text") == tag for run in runs)
