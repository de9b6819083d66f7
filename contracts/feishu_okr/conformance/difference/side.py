"""Sides: the two targets of a difference, as the person at the keyboard names them."""

import shlex
import sys
from typing import Any

from feishu_okr.conformance.options import OPTIONS
from feishu_okr.conformance.session import Session, open_session

FORMS = (
    "mock, mock:PROFILE, mock:CLAIM=OPTION, mock:SCENARIO.yaml, several of these after mock: with commas, "
    "recording:DIR, or a URL"
)
_SCENARIOS = (".yaml", ".yml")


def open_side(text: str) -> Session:
    """Find or start a side.

    Args:
        text: one of `FORMS`.

    Raises:
        StopRun: there is no such target, or it does not answer.
        ValueError: the text is none of the forms.
    """
    return open_session(side_values(text))


def side_values(text: str) -> dict[str, Any]:
    """Give the options of a run against a side.

    Args:
        text: one of `FORMS`.

    Raises:
        ValueError: the text is none of the forms.
    """
    values: dict[str, Any] = {option.key: option.default for option in OPTIONS}
    name, colon, rest = text.partition(":")
    if name != "mock" or not colon:
        if text not in ("mock", "live") and not text.startswith(("http://", "https://", "recording:")):
            raise ValueError(f"{text}: this is no target; say {FORMS}")
        return values | {"target": text}
    parts = [part for part in rest.split(",") if part]
    switches = tuple(part for part in parts if "=" in part)
    scenarios = [part for part in parts if part.endswith(_SCENARIOS)]
    profiles = [part for part in parts if part not in (*switches, *scenarios)]
    if not parts or len(profiles) > 1:
        raise ValueError(f"{text}: say {FORMS}, with one profile at most")
    flags = [flag for scenario in scenarios for flag in ("--scenario", scenario)]
    command = shlex.join([sys.executable, "-m", "okr_mock", "serve", *flags]) if flags else ""
    return values | {"target": "mock", "profile": "".join(profiles), "set": switches, "serve_command": command}
