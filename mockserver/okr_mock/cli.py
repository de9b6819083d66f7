"""The command `okr-mock`."""

import dataclasses
import json
import logging
import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import click

from feishu_okr.contract import ContractError
from okr_mock.settings import PREFIX, Settings


def main() -> None:
    """Run the command; a mistake of the person at the keyboard is one line and exit code 2."""
    try:
        code = cli.main(standalone_mode=False, prog_name="okr-mock")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        code = _complain(error.format_message())
    except (ContractError, ValueError) as error:
        code = _complain(str(error))
    except click.Abort:
        code = 130
    sys.exit(code or 0)


def _complain(text: str) -> int:
    click.echo(f"okr-mock: {' '.join(text.split())}", err=True)
    return 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="feishu-okr-mock")
def cli() -> None:
    """Run and ask an emulator of the Feishu (Lark) OKR API."""


def _settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for field in reversed(dataclasses.fields(Settings)):
        flag = f"--{field.name.replace('_', '-')}"
        is_list = isinstance(field.default, tuple)
        command = click.option(
            flag,
            field.name,
            envvar=PREFIX + field.name.upper(),
            show_envvar=True,
            default=field.default,
            show_default=field.repr and not is_list and field.default != "",
            is_flag=isinstance(field.default, bool),
            multiple=is_list,
            type=_type(field),
            help=field.metadata["text"],
        )(command)
    return command


def _type(field: dataclasses.Field[Any]) -> Any:
    if field.metadata["choices"]:
        return click.Choice(field.metadata["choices"])
    if field.metadata["span"]:
        return click.IntRange(*field.metadata["span"])
    return str if isinstance(field.default, tuple) else type(field.default)


@cli.command()
@_settings_options
@click.option("--json", "as_json", is_flag=True, help="Print the address as one line of JSON.")
def serve(as_json: bool, **values: Any) -> None:
    """Serve the emulated API until a signal comes."""
    from okr_mock.app import create_app
    from okr_mock.server import SettingsError, address, bind
    from okr_mock.server import serve as run

    settings = Settings(**values)
    _warn_of_unknown_names()
    logging.basicConfig(level=settings.log_level.upper(), format="%(message)s", stream=sys.stderr)
    app = create_app(settings)
    try:
        sock = bind(settings.host, settings.port)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    url = address(sock)
    click.echo(json.dumps(_facts(url, settings)) if as_json else _greeting(url, settings))
    sys.stdout.flush()
    run(app, sock)


def _facts(url: str, settings: Settings) -> dict[str, Any]:
    return {"url": url, "profile": settings.profile, "auth": settings.auth, "seed": settings.seed, "pid": os.getpid()}


def _greeting(url: str, settings: Settings) -> str:
    lines = [
        f"feishu-okr-mock serves {url} (profile {settings.profile}, auth {settings.auth}, seed {settings.seed})",
        f"  contract  {url}/openapi.json",
        f"  journal   {url}/__admin/requests",
    ]
    if settings.auth != "strict":
        lines.append("  tokens    t-dev and u-dev lead to the world 'default', t-dev.NAME to the world NAME")
    else:
        lines.append("  tokens    only declared apps get one")
    return "\n".join(lines)


def _warn_of_unknown_names() -> None:
    known = [PREFIX + field.name.upper() for field in dataclasses.fields(Settings)]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            click.echo(f"okr-mock: {name} is set but is no setting{hint}", err=True)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def codes(as_json: bool) -> None:
    """Print the catalog: every code that the API refuses with."""
    from okr_mock.tables import codes_json, codes_table

    click.echo(codes_json() if as_json else codes_table(), nl=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--profile", default="documented", help="Mark what this profile chooses.")
def claims(as_json: bool, profile: str) -> None:
    """Print the ledger: what is disputed about the live API, and what the emulator does."""
    from okr_mock.tables import claims_json, claims_table

    click.echo(claims_json(profile) if as_json else claims_table(profile), nl=as_json)
