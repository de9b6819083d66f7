"""Sides: the two targets of a difference, as the person at the keyboard names them."""

import shlex
import sys
from collections.abc import Mapping
from typing import Any

from feishu_okr.conformance.options import OPTIONS
from feishu_okr.conformance.session import LIVE, Session, open_session

FORMS = (
    "mock, mock:PROFILE, mock:CLAIM=OPTION, mock:SCENARIO.yaml, several of these after mock: with commas, "
    "recording:DIR, a URL, or live"
)
OF_ALL = ("know", "ca_file")
"""Options that are meant for every side but an emulator of our own; the others are for `live` alone."""
_SCENARIOS = (".yaml", ".yml")


def open_side(text: str, given: Mapping[str, Any]) -> Session:
    """Find or start a side.

    Args:
        text: one of `FORMS`.
        given: values of `OF_DIFFERENCES`, by key.

    Raises:
        StopRun: there is no such target, it does not answer, or its guard says no.
        ValueError: the text is none of the forms.
    """
    return open_session(side_values(text, given))


def side_values(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options of a run against a side: of those that are given, the ones that are meant for it.

    Args:
        text: one of `FORMS`.
        given: values of `OF_DIFFERENCES`, by key.

    Raises:
        ValueError: the text is none of the forms.
    """
    values: dict[str, Any] = {option.key: option.default for option in OPTIONS}
    name, colon, rest = text.partition(":")
    if name != "mock":
        if text != LIVE and not text.startswith(("http://", "https://", "recording:")):
            raise ValueError(f"{text}: this is no target; say {FORMS}")
        meant = given if text == LIVE else {key: given[key] for key in OF_ALL if key in given}
        return {**values, **meant, "target": text}
    if not colon:
        return values
    parts = [part for part in rest.split(",") if part]
    switches = tuple(part for part in parts if "=" in part)
    scenarios = [part for part in parts if part.endswith(_SCENARIOS)]
    profiles = [part for part in parts if part not in (*switches, *scenarios)]
    if not parts or len(profiles) > 1:
        raise ValueError(f"{text}: say {FORMS}, with one profile at most")
    flags = [flag for scenario in scenarios for flag in ("--scenario", scenario)]
    command = shlex.join([sys.executable, "-m", "okr_mock", "serve", *flags]) if flags else ""
    return values | {"target": "mock", "profile": "".join(profiles), "set": switches, "serve_command": command}
