"""Records, targets and uploads as a terminal shows them; nothing that comes from elsewhere can move its cursor."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.style import Style
from rich.text import Text
from rich.tree import Tree

from feishu_okr.client.call import Progress as Told
from feishu_okr.client.content import Content
from feishu_okr.client.content.plain_text import mark, picture_text
from feishu_okr.client.content.reading import DocLink, Line, Mention, Piece, Row, Run, Tint
from feishu_okr.client.target import ProgressStatus, TargetType
from feishu_okr.client.types import OkrBatch, OkrKeyResult, OkrObjective, ProgressRecord

_JOINER = "\u200d"
_UNBROKEN = 100_000
_STATUS_STYLES = {ProgressStatus.NORMAL: "green", ProgressStatus.AT_RISK: "yellow", ProgressStatus.DELAYED: "red"}


def printable(text: str) -> str:
    """Write what would steer a terminal, or turn its writing around, as its number.

    Args:
        text: any text.
    """
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    is_plain = char == "\n" or char == _JOINER or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return char if is_plain else f"\\x{ord(char):02x}"


def target_name(kind: TargetType, target_id: str) -> str:
    """Name a target as `--target` takes it.

    Args:
        kind: what it is.
        target_id: its id.
    """
    return f"{kind.name.lower()}:{target_id}"


def standard_output() -> Console:
    """Give the console of the standard output; where that is no terminal, lines are as long as they are."""
    console = Console()
    return console if console.is_terminal else Console(width=_UNBROKEN)


def show_record(console: Console, record: ProgressRecord) -> None:
    """Print a record: id, time, rate and content.

    Args:
        console: where to.
        record: the record.
    """
    when = datetime.fromtimestamp(int(record["modify_time"]) / 1000, UTC).astimezone()
    head = Text(record["progress_id"], "bold").append(f"  {when:%Y-%m-%d %H:%M}", "dim")
    rate = record.get("progress_rate", {})
    if "status" in rate or "percent" in rate:
        head.append("  ").append(_rate(rate.get("percent"), rate.get("status", ProgressStatus.NONE)))
    _print(console, head)
    for part in Content.from_json(record["content"]):
        _print(console, _line(part) if isinstance(part, Line) else _row(part))


def show_targets(console: Console, person: str, okrs: Iterable[OkrBatch]) -> None:
    """Print a person's objectives and key results as a tree, each with the name that `--target` takes.

    Args:
        console: where to.
        person: id of the person.
        okrs: the person's OKRs.
    """
    tree = Tree(Text(printable(person), "bold"))
    for okr in okrs:
        name = printable(okr.get("name") or okr["id"])
        branch = tree.add(Text(name, "bold"))
        for objective in okr.get("objective_list", []):
            twig = branch.add(_target(TargetType.OBJECTIVE, objective))
            for key_result in objective.get("kr_list", []):
                twig.add(_target(TargetType.KEY_RESULT, key_result))
    _print(console, tree)


@contextmanager
def upload_bar(console: Console, file: Path) -> Iterator[Told]:
    """Show how far an upload is, where the console is a terminal; gives what is to be told.

    Args:
        console: where to.
        file: the file.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        bar = bars.add_task(printable(file.name), total=None)
        yield lambda sent, total: bars.update(bar, completed=sent, total=total)


def _print(console: Console, shown: Text | Tree) -> None:
    console.print(shown, overflow="fold", highlight=False)


def _target(kind: TargetType, target: OkrObjective | OkrKeyResult) -> Text:
    rate = target.get("progress_rate")
    text = Text(" ".join(printable(target.get("content") or "").split()) or "(hidden)")
    text.append(f"  {target_name(kind, target['id'])}", "cyan")
    return text.append("  ").append(_rate(rate["percent"], int(rate["status"]))) if rate else text


def _rate(percent: float | None, status: int) -> Text:
    known = ProgressStatus(status)
    share = "" if percent is None else f"{percent:g}%"
    named = "" if known is ProgressStatus.NONE else known.name.lower().replace("_", " ")
    return Text(" ".join(filter(None, (share, named))), _STATUS_STYLES.get(known, ""))


def _line(line: Line) -> Text:
    depth = line.level if line.kind == "indent" else max(line.level - 1, 0)
    shown = Text(f"{'  ' * depth}{mark(line)}")
    for piece in line.pieces:
        shown.append(*_piece(piece))
    return shown


def _piece(piece: Piece) -> tuple[str, Style]:
    match piece:
        case Mention(open_id):
            return printable(f"@{open_id}"), Style(color="cyan")
        case DocLink(url, title):
            return printable(title or url), Style(underline=True, link=printable(url) or None)
        case Run():
            link = printable(run_link) if (run_link := piece.link) else None
            color, back = _color(piece.text_color), _color(piece.back_color)
            style = Style(bold=piece.bold, strike=piece.strike, underline=bool(link), link=link)
            return printable(piece.text), style + Style(color=color, bgcolor=back)


def _color(tint: Tint) -> str | None:
    parts = dict(tint)
    levels = (min(max(int(parts.get(name, 0)), 0), 255) for name in ("red", "green", "blue"))
    return f"rgb({','.join(map(str, levels))})" if tint else None


def _row(row: Row) -> Text:
    return Text(printable(" ".join(map(picture_text, row.pictures))), "dim")
