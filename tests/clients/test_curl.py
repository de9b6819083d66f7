"""The vendor page's curl command, to the letter but for the host."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from tests.conftest import EXAMPLES, RECORDS, Serve

SHAPES = {"progress_id": r"\d{19}", "modify_time": r"\d{13}"}


def outline(text: str) -> Any:
    """Read JSON with its order of keys and digits of numbers; what differs by call gives way to its shape."""

    def pairs(found: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return [
            (key, shape if (shape := SHAPES.get(key)) and re.fullmatch(shape, value) else value) for key, value in found
        ]

    return json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on PATH")
@pytest.mark.parametrize(
    ("flags", "authorization"),
    [(("--auth", "off"), "Authorization;"), ((), "Authorization: Bearer t-dev")],
    ids=["as published", "with a token"],
)
def test_the_published_example_gets_the_published_answer(
    serve: Serve, flags: tuple[str, ...], authorization: str
) -> None:
    """The published request gets the published answer: the same keys in the same order, and the same values but ids."""
    command = ["curl", "--location", "--request", "POST", f"{serve(*flags)}{RECORDS}?user_id_type="]
    command += ["--header", authorization, "--header", "Content-Type: application/json"]
    command += ["--data-raw", (EXAMPLES / "create-request.json").read_text(encoding="utf-8")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert outline(done.stdout) == outline((EXAMPLES / "create-response.json").read_text(encoding="utf-8"))
