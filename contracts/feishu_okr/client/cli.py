"""The command `python -m feishu_okr`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args

import click
import orjson
from rich.console import Console

from feishu_okr.client.agreement import agreement
from feishu_okr.client.client import Brand, OKRClient
from feishu_okr.client.content import Content, image
from feishu_okr.client.errors import Ambiguous, InvalidParameters, OKRError
from feishu_okr.client.progress_records import UserIdType
from feishu_okr.client.report_file import ReportError, read_report
from feishu_okr.client.shown import printable, show_record, show_targets, standard_output, target_name, upload_bar
from feishu_okr.client.target import ProgressStatus, TargetType
from feishu_okr.client.types import ProgressRate, UploadedImage

MISTAKE, LATER, UNKNOWN, STOPPED = 2, 3, 4, 130
"""Exit codes: change something, try again later, look whether it happened, interrupted."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; each thing that goes wrong is one line, and the exit code says what to do.

    Args:
        arguments: what follows the command; from the command line if None.
    """
    try:
        code = cli.main(arguments, standalone_mode=False, prog_name="python -m feishu_okr")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = MISTAKE
    except click.ClickException as error:
        code = _complain(error.format_message())
    except ReportError as error:
        code = max(_complain(mistake) for mistake in error.mistakes)
    except OKRError as error:
        code = _complain(str(error), _code(error))
    except (ValueError, OSError) as error:
        code = _complain(str(error))
    except click.Abort:
        code = _complain("interrupted; if it was a post, look at the target before posting again", STOPPED)
    sys.exit(code or 0)


def _complain(text: str, code: int = MISTAKE) -> int:
    click.echo(f"feishu_okr: {printable(' '.join(text.split()))}", err=True)
    return code


def _code(error: OKRError) -> int:
    if isinstance(error, Ambiguous):
        return UNKNOWN
    return LATER if error.retryable else MISTAKE


class _Target(click.ParamType[tuple[TargetType, str]]):
    """`objective:ID` or `key_result:ID`."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[TargetType, str]:
        kind, _, target_id = str(value).partition(":")
        if kind not in ("objective", "key_result") or not target_id:
            self.fail(f"{value!r} is neither objective:ID nor key_result:ID; `targets` prints them", param, ctx)
        return TargetType[kind.upper()], target_id


def _client_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--brand", type=click.Choice(get_args(Brand)), default="feishu", show_default=True),
        click.option("--base-url", envvar="FEISHU_BASE_URL", show_envvar=True, help="Address to call instead."),
    ):
        command = option(command)
    return command


_user_id_type = click.option(
    "--user-id-type", type=click.Choice(get_args(UserIdType)), help="Kind of the ids of people; open_id if not given."
)


def _client(base_url: str | None, brand: str, **options: Any) -> OKRClient:
    return OKRClient.from_env(brand=brand, **options, **({"base_url": base_url} if base_url else {}))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="feishu-okr-mock")
def cli() -> None:
    """Post, read and delete progress records of the Feishu (Lark) OKR API.

    FEISHU_APP_ID and FEISHU_APP_SECRET name the app. Exit codes: 0 done; 2 a mistake or a refusal, change something;
    3 unreachable, too busy or failing, try again later; 4 it may have been written, look before trying again.
    """


@cli.command()
@click.option("--target", required=True, type=_Target(), help="objective:ID or key_result:ID.")
@click.option("--markdown", required=True, metavar="FILE", help="The report; - reads it from the standard input.")
@click.option(
    "--image",
    "images",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Picture to put below the report; may be repeated.",
)
@click.option("--plain", is_flag=True, help="Simplify what a record cannot show, and say so, instead of refusing it.")
@click.option("--percent", type=float, help="How far the target is, in percent.")
@click.option("--status", type=click.Choice(ProgressStatus, case_sensitive=False), help="How the target is doing.")
@click.option("--source-title", help="Name of what the record comes from; that of the file if not given.")
@click.option("--source-url", help="Its address; that of the API if not given.")
@click.option(
    "--on-ambiguous",
    type=click.Choice(["raise", "reconcile"]),
    default="raise",
    show_default=True,
    help="Where the answer is lost: stop, or look for the record and send it again only if there is none.",
)
@_user_id_type
@_client_options
def post(
    target: tuple[TargetType, str],
    markdown: str,
    images: tuple[Path, ...],
    plain: bool,
    percent: float | None,
    status: ProgressStatus | None,
    source_title: str | None,
    source_url: str | None,
    on_ambiguous: Literal["raise", "reconcile"],
    user_id_type: UserIdType | None,
    as_json: bool,
    base_url: str | None,
    brand: Brand,
) -> None:
    """Post a report as a progress record; prints the record's id."""
    report = read_report(markdown)
    for loss in report.check("plain" if plain else "refuse"):
        click.echo(f"feishu_okr: {printable(loss)}", err=True)
    with _client(base_url, brand, on_ambiguous=on_ambiguous) as client:
        upload = _uploader(client, target)
        content = report.content(upload) + _gallery(images, upload)
        record = client.progress_records.create(
            target_id=target[1],
            target_type=target[0],
            content=content,
            source_title=source_title or Path(report.name).stem,
            source_url=source_url or base_url or agreement().server(brand),
            progress_rate=_rate(percent, status),
            user_id_type=user_id_type,
        )
    if as_json:
        _print_json(record)
    else:
        click.echo(f"posted to {target_name(*target)}", err=True)
        click.echo(record["progress_id"])


@cli.command()
@click.argument("progress_id")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the content as Markdown.")
@_user_id_type
@_client_options
def get(
    progress_id: str,
    as_markdown: bool,
    as_json: bool,
    user_id_type: UserIdType | None,
    base_url: str | None,
    brand: Brand,
) -> None:
    """Read a progress record."""
    if as_markdown and as_json:
        raise click.UsageError("name either --markdown or --json")
    with _client(base_url, brand) as client:
        record = client.progress_records.get(progress_id, user_id_type=user_id_type)
    if as_json:
        _print_json(record)
    elif as_markdown:
        _print_markdown(Content.from_json(record["content"]))
    else:
        show_record(standard_output(), record)


@cli.command()
@click.argument("progress_id")
@_client_options
def delete(progress_id: str, as_json: bool, base_url: str | None, brand: Brand) -> None:
    """Delete a progress record, at once."""
    with _client(base_url, brand) as client:
        client.progress_records.delete(progress_id)
    if as_json:
        _print_json({"progress_id": progress_id})
    else:
        click.echo(f"deleted {progress_id}")


@cli.command()
@click.argument("user_id")
@click.option("--period", "periods", multiple=True, help="Id of a period to keep to; may be repeated.")
@_user_id_type
@_client_options
def targets(
    user_id: str,
    periods: tuple[str, ...],
    as_json: bool,
    user_id_type: UserIdType | None,
    base_url: str | None,
    brand: Brand,
) -> None:
    """Print a person's objectives and key results as a tree, with the names that `post --target` takes."""
    with _client(base_url, brand) as client:
        okrs = list(client.users.okrs(user_id, period_ids=periods or None, user_id_type=user_id_type))
    if as_json:
        _print_json(okrs)
    else:
        show_targets(standard_output(), user_id, okrs)


def _uploader(client: OKRClient, target: tuple[TargetType, str]) -> Callable[[Path], UploadedImage]:
    console = Console(stderr=True)

    def upload(file: Path) -> UploadedImage:
        try:
            with upload_bar(console, file) as told:
                return client.images.upload(file, target_id=target[1], target_type=target[0], progress=told)
        except InvalidParameters as error:
            raise ReportError(f"{file}: {error}") from error

    return upload


def _gallery(images: tuple[Path, ...], upload: Callable[[Path], UploadedImage]) -> Content:
    return Content().gallery(*(image(upload(file)) for file in images)) if images else Content()


def _rate(percent: float | None, status: ProgressStatus | None) -> ProgressRate | None:
    rate: ProgressRate = {}
    if percent is not None:
        if not isfinite(percent):
            raise click.BadParameter(f"{percent} is no number of percent", param_hint="'--percent'")
        rate["percent"] = percent
    if status is not None:
        rate["status"] = status
    return rate or None


def _print_markdown(content: Content) -> None:
    def tell(loss: object) -> None:
        click.echo(f"feishu_okr: {printable(str(loss))}", err=True)

    click.echo(content.to_markdown(on_unsupported=tell).encode(), nl=False)


def _print_json(value: Mapping[str, Any] | list[Any]) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2))
