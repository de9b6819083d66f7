"""The command `okr-mock`."""

import dataclasses
import os
import signal
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from feishu_okr.contract import ContractError
from okr_mock.claims_command import ask_ledger, merge_evidence
from okr_mock.scenario.scenario_file import ScenarioError
from okr_mock.settings import PREFIX, Settings, SettingsError
from okr_mock.world.fixture_file import FixtureError


def main() -> None:
    """Run the command; a mistake of the person at the keyboard is one line and exit code 2."""
    try:
        code = cli.main(standalone_mode=False, prog_name="okr-mock")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        code = _complain(error.format_message())
    except (FixtureError, ScenarioError) as error:
        click.echo(str(error), err=True)  # a line a mistake, as compilers do
        code = 2
    except (ContractError, SettingsError, ValueError) as error:
        code = _complain(str(error))
    except click.Abort:
        code = 130
    sys.exit(code or 0)


def _complain(text: str) -> int:
    click.echo(f"okr-mock: {' '.join(text.split())}", err=True)
    return 2


FOR_TESTS = "OKR_MOCK_URL"
"""Set by our GitHub action, for the tests that ask where the server is; no setting."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="feishu-okr-mock")
def cli() -> None:
    """Run and ask an emulator of the Feishu (Lark) OKR API."""


def _settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for field in reversed(dataclasses.fields(Settings)):
        flag = f"--{field.name.replace('_', '-')}"
        is_list = isinstance(field.default, tuple)
        command = click.option(
            f"{flag}/--no-{flag[2:]}" if isinstance(field.default, bool) else flag,
            field.name,
            envvar=PREFIX + field.name.upper(),
            show_envvar=True,
            default=field.default,
            show_default=field.repr and not is_list and field.default != "",
            multiple=is_list,
            type=None if isinstance(field.default, bool) else _type(field),
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
    """Serve the emulated API until a signal comes; exit code 1 if the calls then do not hold what was asked of them."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # process 1 of a container is deaf without a handler
    from okr_mock import serving

    _warn_of_unknown_names()
    if not serving.run(Settings(**values), as_json):
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("url", required=False)
@click.option("--port-file", type=click.Path(), help="File that `serve --port-file` writes; names the URL.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait.")
@click.option("--ca-file", type=click.Path(exists=True), help="CA to trust for an https URL that is not on loopback.")
def wait(url: str | None, port_file: str | None, timeout: float, ca_file: str | None) -> None:
    """Wait until a server is ready: exit code 0 when it is, 1 when the time is over."""
    from okr_mock.waiting import Target, is_ready_within

    if bool(url) == bool(port_file):
        raise click.UsageError("name either a URL or --port-file")
    if not is_ready_within(Target(url or "", port_file or "", ca_file), timeout):
        raise click.exceptions.Exit(1)


def _warn_of_unknown_names() -> None:
    known = [PREFIX + field.name.upper() for field in dataclasses.fields(Settings)] + [FOR_TESTS]
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            click.echo(f"okr-mock: {name} is set but is no setting{hint}", err=True)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lint(paths: tuple[Path, ...], as_json: bool) -> None:
    """Check scenario and fixture files: exit code 0 if they hold, 1 if not, 2 if there is nothing to check."""
    from okr_mock.linting import lint as check
    from okr_mock.linting import report

    files, mistakes = check(paths)
    click.echo(report(files, mistakes, as_json=as_json), nl=False)
    if mistakes:
        raise click.exceptions.Exit(1)


@cli.command()
@click.argument("request_file", metavar="REQUEST.json", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scenario", multiple=True, required=True, help="Shipped scenario, file or folder; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(request_file: Path, scenario: tuple[str, ...], as_json: bool) -> None:
    """Say which step a call would meet, and for every other one which criterion failed."""
    from okr_mock.explain import explain_file

    click.echo(explain_file(request_file, scenario, as_json=as_json), nl=False)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def codes(as_json: bool) -> None:
    """Print the catalog: every code that the API refuses with."""
    from okr_mock.tables import codes_json, codes_table

    click.echo(codes_json() if as_json else codes_table(), nl=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--profile", default="documented", help="Mark what this profile chooses; also learned:FILE.")
@click.option("--ledger", default="", metavar="FILE", help="Ledger that --stale and --unverified ask; the shipped one.")
@click.option("--stale", default="", metavar="DAYS", help="Name what was last seen live longer ago, such as 90d.")
@click.option("--unverified", is_flag=True, help="Name what was never seen live.")
@click.option("--merge", default="", metavar="EVIDENCE", help="Write the evidence of a run into the ledger --into.")
@click.option("--into", default="", metavar="FILE", help="Ledger file to write; its comments stay.")
def claims(as_json: bool, profile: str, ledger: str, stale: str, unverified: bool, merge: str, into: str) -> None:
    """Print the ledger: what is disputed about the live API, and what the emulator does.

    With --stale or --unverified, exit code 1 if there is any such claim.
    """
    if bool(merge) != bool(into):
        raise click.UsageError("--merge EVIDENCE and --into FILE go together")
    if merge:
        merge_evidence(merge, into)
        return
    if stale or unverified:
        ask_ledger(ledger, stale, unverified)
        return
    from okr_mock.tables import claims_json, claims_table

    click.echo(claims_json(profile) if as_json else claims_table(profile), nl=as_json)


def _suite_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from feishu_okr.conformance.options import OPTIONS

    return _options_of(OPTIONS, command)


def _difference_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from feishu_okr.conformance.options import OF_DIFFERENCES, OPTIONS

    return _options_of([option for option in OPTIONS if option.key in OF_DIFFERENCES], command)


def _options_of(options: Sequence[Any], command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(options):
        command = click.option(
            f"--{option.name}",
            option.key,
            default=option.default,
            show_default=option.default not in ("", (), False),
            multiple=isinstance(option.default, tuple),
            is_flag=option.default is False,
            type=type(option.default) if isinstance(option.default, int) else str,
            metavar=None if option.default is False else option.metavar,
            help=option.help,
        )(command)
    return command


@cli.command()
@_suite_options
@click.option("-x", "--exitfirst", is_flag=True, help="Stop at the first failure.")
@click.option("--only", default="", metavar="WORDS", help="Run the tests whose names have these words, as pytest -k.")
def verify(exitfirst: bool, only: str, **values: Any) -> None:
    """Test an emulator or the live API against the contract: 0 if it holds, 1 if not, 2 if nothing was proved."""
    from feishu_okr.conformance.verify import NotInstalledError, run

    try:
        code = run(values, stop_first=exitfirst, only=only)
    except NotInstalledError as error:
        raise click.ClickException(str(error)) from error
    if code:
        raise click.exceptions.Exit(code)


@cli.command()
@click.argument("a")
@click.argument("b")
@click.option("--only", default="", metavar="FILES", help="Files of cases to send, such as records,okrs; all of them.")
@click.option("--json", default="", metavar="FILE", help="Write the report as JSON.")
@click.option("--junit", default="", metavar="FILE", help="Write it as JUnit.")
@click.option("--html", default="", metavar="FILE", help="Write it as one page.")
@click.option("--patch", default="", metavar="FILE", help="Write a scenario that makes the emulator answer as B.")
@_difference_options
def diff(a: str, b: str, only: str, **values: Any) -> None:
    """Send the same cases to A and B and tell where they differ: 0 nowhere, 1 somewhere.

    A and B are each mock, mock:PROFILE, mock:CLAIM=OPTION, mock:SCENARIO.yaml (several with commas), recording:DIR, a
    URL, or live, which is guarded as by verify.
    """
    from feishu_okr.conformance.difference.diff import diff as compare
    from feishu_okr.conformance.verify import NotInstalledError

    files = {name: values.pop(name) for name in ("json", "junit", "html", "patch")}
    try:
        text, code = compare(a, b, files, only, values)
    except NotInstalledError as error:
        raise click.ClickException(str(error)) from error
    click.echo(text, nl=False)
    if code:
        raise click.exceptions.Exit(code)


@cli.command()
@click.option("--upstream", required=True, metavar="URL", help="Server that calls are passed on to, and no other.")
@click.option("--record", default="", metavar="DIR", help="Empty folder to write a recording into at the end.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=6571, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 for a free one.")
@click.option("--profile", default="documented", show_default=True, help="Options expected of disputed behaviour.")
@click.option("--set", "switches", multiple=True, metavar="CLAIM=OPTION", help="One claim expected differently.")
@click.option("--journal-file", default="", metavar="FILE", help="File that every exchange is appended to.")
@click.option("--json", "as_json", is_flag=True, help="Print the address as one line of JSON.")
def proxy(switches: tuple[str, ...], **values: Any) -> None:
    """Pass calls on to a server, unchanged, and show where they or its answers break the contract."""
    from okr_mock.proxying import run

    pairs = [text.partition("=")[::2] for text in switches]
    if code := run(switches=pairs, **values):
        raise click.exceptions.Exit(code)


@cli.command()
@click.option("--seed", default=0, show_default=True, help="Decides everything that is left to chance.")
@click.option("--users", default=6, show_default=True, type=click.IntRange(1, 1000), help="How many people.")
@click.option(
    "--base-month",
    default="2026-10",
    show_default=True,
    help="Month of the current quarter, on whose 15th the company stands; never today's, so that reruns are equal.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; printed if left out.")
@click.option("--force", is_flag=True, help="Overwrite the file.")
@click.option("--schema", is_flag=True, help="Write the JSON Schema of fixture files instead.")
def world(seed: int, users: int, base_month: str, out: Path | None, force: bool, schema: bool) -> None:
    """Make a company up, as a fixture: people, periods, OKRs, reviews and progress records."""
    from okr_mock.world.fixture_text import fixture_yaml, schema_json
    from okr_mock.world.generator import generate

    text = schema_json() if schema else fixture_yaml(generate(seed, users, base_month))
    if out:
        _write(out, text, force)
    else:
        click.echo(text.encode(), nl=False)  # UTF-8 whatever the terminal's encoding, as in a file


def _write(file: Path, text: str, force: bool) -> None:
    try:
        with file.open("w" if force else "x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise click.BadParameter(f"{file} exists; overwrite it with --force", param_hint="--out") from error
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be written: {error.strerror}", param_hint="--out") from error
