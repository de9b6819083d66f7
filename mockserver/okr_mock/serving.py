"""`okr-mock serve`: from settings to a running server that has said where it is."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from feishu_okr.whole_file import write_whole
from okr_mock.app import App, create_app
from okr_mock.certificate import tls_context
from okr_mock.json_log import JSONFormatter, own_line
from okr_mock.server import Server, address, bind, limits, serve
from okr_mock.settings import Settings, SettingsError
from okr_mock.verdict import Said, check, judge
from okr_mock.workers import Workers, check_workers

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def run(settings: Settings, as_json: bool, build: Callable[[Settings], App] = create_app) -> bool:
    """Serve until a signal comes; gives whether the run was as good as the settings ask.

    Args:
        settings: everything that can be set.
        as_json: whether the address is printed as JSON.
        build: makes the application.

    Raises:
        SettingsError: what was set cannot be done.
    """
    _set_up_logging(settings)
    check(settings)
    check_workers(settings)
    settings, is_made = with_admin_token(settings)
    context = tls_context(settings)
    app = build(settings)
    sock = bind(settings.host, settings.port)
    url = address(sock, "https" if context else "http")
    line = json.dumps(_facts(url, settings)) + "\n"
    make_server = partial(Server, app, limits(settings), context)
    announce = partial(_announce, line, line if as_json else _greeting(url, settings, is_made, app), settings)
    try:
        if settings.workers == 1:
            serve(make_server(announce), sock)
        else:
            Workers(app, make_server, sock, settings.ready_fd).serve(settings.workers, announce)
    finally:
        if settings.port_file:
            _remove_port_file(Path(settings.port_file), line)
    verdict = judge(app, settings)
    never_fired = _never_fired(app)
    app.emulator.store.close()
    for said in [*never_fired, *verdict.said]:
        sys.stderr.write(f"{own_line(said.told)}\n" if settings.log_format == "json" else said.text)
    return verdict.is_good


def _set_up_logging(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONFormatter() if settings.log_format == "json" else logging.Formatter("%(message)s"))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])


def _never_fired(app: App) -> list[Said]:
    """Name the steps that no world has seen fire."""
    steps = app.emulator.library.usual.steps
    fired = asyncio.run(app.emulator.store.fired()) if steps else set()
    names = [step.name for step in steps if (step.claim.scenario, step.claim.step) not in fired]
    text = f"steps that never fired: {', '.join(names)}"
    return [Said(f"okr-mock: {text}\n", {"message": text})] if names else []


def with_admin_token(settings: Settings) -> tuple[Settings, bool]:
    """Make an admin token where one is needed and none is set; says whether it was.

    Args:
        settings: what is set.
    """
    is_needed = settings.admin and not settings.admin_token and settings.host not in LOOPBACK
    return (replace(settings, admin_token=secrets.token_urlsafe(24)), True) if is_needed else (settings, False)


def _facts(url: str, settings: Settings) -> dict[str, Any]:
    facts = {"url": url, "profile": settings.profile, "auth": settings.auth, "seed": settings.seed, "pid": os.getpid()}
    return facts | ({"ca_file": str(Path(settings.ca_file).resolve())} if settings.tls else {})


def _announce(line: str, greeting: str, settings: Settings) -> None:
    """Tell people, files and descriptors that the server is ready."""
    click.echo(greeting, nl=False)
    if settings.port_file:
        _write_port_file(Path(settings.port_file), line)
    if settings.ready_fd >= 0:
        try:
            os.write(settings.ready_fd, line.encode())
            os.close(settings.ready_fd)
        except OSError as error:
            raise SettingsError(f"--ready-fd {settings.ready_fd}: {error.strerror}; pass an open descriptor") from error


def _write_port_file(path: Path, text: str) -> None:
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise SettingsError(f"cannot write --port-file {path}: {error.strerror}; name another") from error


def _remove_port_file(path: Path, text: str) -> None:
    """Remove the file, unless a server that was started since has written its own."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.read_text(encoding="utf-8") == text:
            path.unlink()


def _greeting(url: str, settings: Settings, is_made: bool, app: App) -> str:
    lines = [
        f"feishu-okr-mock serves {url} (profile {settings.profile}, auth {settings.auth}, seed {settings.seed})",
        f"  contract  {url}/openapi.json",
    ]
    if settings.admin:
        lines.append(f"  page      {url}/__admin/")
        lines.append(f"  journal   {url}/__admin/requests")
    if settings.auth == "strict":
        lines.append("  tokens    only declared apps get one")
    else:
        lines.append("  tokens    t-dev and u-dev lead to the world 'default', t-dev.NAME to the world NAME")
    script = app.emulator.library.usual
    if script.scenarios:
        names = ", ".join(scenario.name for scenario in script.scenarios)
        lines.append(f"  scenarios {len(script.scenarios)} loaded, {len(script.steps)} steps: {names}")
    if is_made:
        lines.append(f"  admin     Authorization: Bearer {settings.admin_token}")
    if settings.tls:
        lines += _trust(settings)
    return "\n".join([*lines, ""])


def _trust(settings: Settings) -> list[str]:
    """Say how each SDK is told to trust the CA."""
    path = Path(settings.ca_file).resolve()
    return [
        f"  CA        {path}; clients trust it by",
        f"    Python  REQUESTS_CA_BUNDLE={path} SSL_CERT_FILE={path}",
        f"    Node    NODE_EXTRA_CA_CERTS={path}",
        f"    Go      SSL_CERT_FILE={path}",
        f"    Java    keytool -importcert -noprompt -alias okr-mock -file {path} -cacerts -storepass changeit",
        f"    curl    --cacert {path}",
    ]
