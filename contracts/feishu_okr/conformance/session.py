"""Sessions: a target, found or started, and everything that ends with the run."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from feishu_okr.conformance.capability import CAPABILITIES
from feishu_okr.conformance.knowledge import of_fixture, read_known
from feishu_okr.conformance.launch import emulator
from feishu_okr.conformance.options import REPORTS
from feishu_okr.conformance.target import ADMIN, App, Target
from feishu_okr.conformance.wire import HttpWire, Request, StopRun, Wire
from feishu_okr.contract import Contract, Profile, chosen_profile, load

if TYPE_CHECKING:
    from feishu_okr.conformance.guard import Guard

OURS = "feishu-okr-mock"
ALL = frozenset(CAPABILITIES)
USERS = ("user", "other_user")
LIVE = "live"
LIVE_ONLY = ("i_may_write", "read_only", "plan", "sweep", "resume")
FORMS = "mock, live, recording:DIR, or a URL that begins with http:// or https://"


@dataclass
class Session:
    """A run's target, and one like it that enforces secrets, started when it is asked for.

    Args:
        target: what the suite looks at.
        values: options of the run.
        stack: ends what the run began.
        guard: stands between the run and a live target.
    """

    target: Target
    values: Mapping[str, Any]
    stack: ExitStack
    guard: "Guard | None" = None
    _enforcing: Target | None = None

    def enforcing(self) -> Target:
        """Give a target that enforces the secrets of apps."""
        if self.values["target"] != "mock":
            return self.target
        if self._enforcing is None:
            url = self.stack.enter_context(_serve(self.values, "--auth", "strict"))
            wire = HttpWire(url)
            self.stack.callback(wire.close)
            declared = replace(self.target, wire=wire).caller().control("GET", "/world?world=default")["apps"][0]
            self._enforcing = replace(self.target, wire=wire, app=App(declared["id"], declared["secret"]))
        return self._enforcing

    def close(self) -> None:
        """End what the run began."""
        self.stack.close()


def check_values(values: Mapping[str, Any]) -> None:
    """Find what is wrong with the options of a run before anything is called, started or written.

    Args:
        values: options of the run, by key.

    Raises:
        ValueError: an option is none.
    """
    _check_target(values)
    if values["generated"] < 0:
        raise ValueError(f"--generated {values['generated']}: say how many calls, 0 for none")
    if values["per_minute"] < 1:
        raise ValueError(f"--per-minute {values['per_minute']}: say how many calls, 1 at least")
    read_known(values["know"])
    chosen_profile(load().ledger, values["profile"] or "documented", _switches(values))
    for name in values["without"]:
        if name not in CAPABILITIES:
            raise ValueError(f"--without {name}: there is no such capability; there are {', '.join(CAPABILITIES)}")
    for key in REPORTS:
        if values[key]:
            check_file(key, Path(values[key]))
    if values["ca_file"] and not Path(values["ca_file"]).is_file():
        raise ValueError(f"--ca-file {values['ca_file']}: there is no such file")


def _check_target(values: Mapping[str, Any]) -> None:
    if not _is_target(values["target"]):
        raise ValueError(f"--target {values['target']}: say {FORMS}")
    if values["target"] != LIVE and (given := [key for key in LIVE_ONLY if values[key]]):
        raise ValueError(f"--{given[0].replace('_', '-')} is for --target live")


def is_recording(text: str) -> bool:
    """Say whether a target is a recording, `recording:DIR`.

    Args:
        text: as it is named.
    """
    return text.startswith("recording:")


def _recorded(name: str) -> Wire:
    from feishu_okr.conformance.recorded import PREFIX, RecordedWire

    return RecordedWire(Path(name.removeprefix(PREFIX)))


def _is_target(text: str) -> bool:
    if is_recording(text):
        return True
    return text in ("mock", "live") or (text.startswith(("http://", "https://")) and bool(urlsplit(text).hostname))


def _switches(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    switches = []
    for text in values["set"]:
        claim, equals, option = text.partition("=")
        if not equals:
            raise ValueError(f"--set {text}: write CLAIM=OPTION; `okr-mock claims` lists both")
        switches.append((claim, option))
    return switches


def check_file(key: str, path: Path) -> None:
    """Find whether a file can be written, and make its folder.

    Args:
        key: option that names it.
        path: the file.

    Raises:
        ValueError: it cannot.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"--{key} {path}: the folder cannot be made: {error.strerror}") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"--{key} {path}: this is no file that can be written")


def open_session(values: Mapping[str, Any], transport: httpx2.BaseTransport | None = None) -> Session:
    """Find or start the target.

    Args:
        values: options of the run, by key.
        transport: what to send with, for a guarded target.

    Raises:
        StopRun: there is no such target, or it does not answer.
        ValueError: an option is none.
    """
    check_values(values)
    if values["target"] == LIVE:
        return _guarded(values)
    stack = ExitStack()
    try:
        contract = load()
        name = values["target"]
        url = stack.enter_context(_serve(values)) if name == "mock" else name
        wire: Wire = HttpWire(url, transport, values["ca_file"] or True) if not is_recording(name) else _recorded(name)
        stack.callback(wire.close)
        target = _found(name, wire, contract, values, is_ours=transport is None)
        return Session(target, values, stack)
    except BaseException:
        stack.close()
        raise


def _guarded(values: Mapping[str, Any]) -> Session:
    """Open a session whose every call goes through a guard; ending it deletes what was written."""
    from feishu_okr.conformance.guard import open_guard

    guard = open_guard(values)
    try:
        session = open_session({**guard.values, **dict.fromkeys(LIVE_ONLY, ())}, guard.transport)
    except BaseException:
        guard.close()
        raise
    session.stack.callback(guard.close)
    had = session.target.capabilities - (frozenset() if guard.may_write else {"write"})
    return replace(session, target=replace(session.target, name=LIVE, capabilities=had), guard=guard)


def _serve(values: Mapping[str, Any], *flags: str) -> Any:
    return emulator(values["serve_command"], [*behaviour(values), *flags])


def behaviour(values: Mapping[str, Any]) -> list[str]:
    """Give the flags of an emulator that behaves as a run expects.

    Args:
        values: options of the run, by key.
    """
    profile = ["--profile", values["profile"]] if values["profile"] else []
    return [*profile, *(part for text in values["set"] for part in ("--set", text))]


def _found(name: str, wire: Wire, contract: Contract, values: Mapping[str, Any], *, is_ours: bool) -> Target:
    about = _about(wire) if is_ours else None
    profile = _profile(contract, about, values)
    environment = {key: os.environ.get(f"FEISHU_{key}", "") for key in ("APP_ID", "APP_SECRET", "USER_TOKEN")}
    app = App(environment["APP_ID"], environment["APP_SECRET"]) if environment["APP_ID"] else None
    tokens = {"user": environment["USER_TOKEN"], "other_user": os.environ.get("FEISHU_OTHER_USER_TOKEN", "")}
    tokens = {kind: token for kind, token in tokens.items() if token}
    if is_recording(name) and about is None:
        app = app or App("recorded", "recorded")
    target = Target(name, wire, contract, profile, frozenset(), read_known(values["know"]), app, tokens, is_ours)
    if not is_recording(name):
        _greet(target, is_known=about is not None or not is_ours)
    had = _capabilities(name, about, target) - ({"generated"} if is_recording(name) else frozenset())
    target = replace(target, capabilities=had - frozenset(values["without"]))
    if about is None:
        return target
    target = replace(target, app=None if "isolate" in had else app)
    return _with_people(replace(target, known={**_known(target), **target.known}))


def _greet(target: Target, *, is_known: bool) -> None:
    """End the run where every test would fail for one reason: no Feishu, or credentials that it does not take."""
    if not is_known:
        answer = target.caller().call("okr.v1.period.list", who="none")
        if answer.code is None or not answer.log_id:
            says = f"HTTP {answer.status} without the header X-Tt-Logid and a code in JSON"
            raise StopRun(f"{target.name} is no Feishu API: {says}")
    if target.app:
        try:
            target.caller().token("tenant")
        except AssertionError as error:
            raise StopRun(f"FEISHU_APP_ID and FEISHU_APP_SECRET are not taken; {error}") from error


def _capabilities(name: str, about: Mapping[str, Any] | None, target: Target) -> frozenset[str]:
    if about is None:
        return frozenset(["write", *(["credentials", "enforce"] if target.app else []), *target.tokens])
    had = ALL if about.get("auth") == "open" else ALL - {"isolate"} if target.app else frozenset(["steer"])
    return had if name == "mock" else had - {"enforce"}


def _about(wire: Wire) -> dict[str, Any] | None:
    """Ask an emulator about itself; None where it is none."""
    try:
        answer = wire.send(Request("GET", f"{ADMIN}/version", purpose="control"))
    except httpx2.TransportError as error:
        raise StopRun(f"the target does not answer: {error}") from error
    about = answer.json if answer.status == 200 and isinstance(answer.json, dict) else {}
    return about if about.get("name") == OURS else None


def _profile(contract: Contract, about: Mapping[str, Any] | None, values: Mapping[str, Any]) -> Profile:
    switches = _switches(values)
    if about is None or values["profile"]:
        return chosen_profile(contract.ledger, values["profile"] or "documented", switches)
    shown = [(claim, option) for claim, option in about["switches"].items() if claim in contract.ledger.claims]
    return replace(contract.ledger.profile("documented", [*shown, *switches]), name=about["profile"])


def _with_people(target: Target) -> Target:
    """Get the tokens of people where one app gets them for all tests; a code that was used before earns none."""
    lost = {kind for kind in USERS if target.app and kind in target.capabilities and not _has_token(target, kind)}
    return replace(target, capabilities=target.capabilities - lost)


def _has_token(target: Target, kind: str) -> bool:
    try:
        return bool(target.caller().token(kind))
    except (AssertionError, KeyError):
        return False


def _known(target: Target) -> dict[str, str]:
    caller = target.caller()
    if "credentials" not in target.capabilities:
        return {}
    caller.token("tenant")  # the world begins with its first call
    return of_fixture(caller.control("GET", f"/world?world={caller.app.id}"))
