"""A report as a file of Markdown, with the images beside it."""

import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from feishu_okr.client.content import Content, ContentError, MarkdownError, MarkdownSimplified
from feishu_okr.client.content.markdown import LONGEST
from feishu_okr.client.types import UploadedImage

Upload = Callable[[Path], UploadedImage]
_MOST_BYTES = 4 * LONGEST
_UNSENT = {"file_token": "unsent", "url": "https://unsent"}
_SIMPLER = "has no counterpart"
_HINT = f"--plain simplifies what {_SIMPLER}"


class ReportError(ValueError):
    """A report that cannot be posted as it is.

    Args:
        mistakes: what is wrong, each with its place: `report.md: line 3: a table has no counterpart`.
    """

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class ReportFile:
    """A report that was read.

    Args:
        name: what it is called in messages.
        markdown: its text.
        folder: where its images are; those of other folders are not read.
    """

    name: str
    markdown: str
    folder: Path

    def check(self, on_unsupported: Literal["refuse", "plain"]) -> list[str]:
        """See that the report can be posted, before anything is sent; gives what it loses.

        Args:
            on_unsupported: what becomes of what a record cannot show.

        Raises:
            ReportError: it cannot be posted; names every line.
        """

        def unsent(address: str) -> Mapping[str, Any]:
            self._file(address)
            return _UNSENT

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", MarkdownSimplified)
            try:
                content = Content.from_markdown(self.markdown, images=unsent, on_unsupported=on_unsupported)
            except MarkdownError as error:
                raise self._refused(error.problems) from error
        if not content.to_plain_text().strip():
            raise ReportError(f"{self.name}: says nothing")
        return [f"{self.name}: {warning.message}" for warning in told]

    def content(self, upload: Upload) -> Content:
        """Make the content of a report that was checked.

        Args:
            upload: uploads an image.

        Raises:
            OKRError: an image was not uploaded.
        """
        sent: dict[Path, UploadedImage] = {}

        def uploaded(address: str) -> Mapping[str, Any]:
            file = self._file(address)
            if file not in sent:
                sent[file] = upload(file)
            return sent[file]

        return Content.from_markdown(self.markdown, images=uploaded, on_unsupported=lambda _: None)

    def _refused(self, problems: tuple[str, ...]) -> ReportError:
        hint = (_HINT,) if any(problem.endswith(_SIMPLER) for problem in problems) else ()
        return ReportError(*(f"{self.name}: {told}" for told in (*problems, *hint)))

    def _file(self, address: str) -> Path:
        if urlsplit(address).scheme:
            raise ContentError("it is no file; save it beside the report and name the file")
        folder = self.folder.resolve()
        try:
            file = (folder / unquote(address)).resolve()
            is_file = file.is_file()
        except (OSError, ValueError) as error:
            raise ContentError("it is no name of a file") from error
        if not file.is_relative_to(folder):
            raise ContentError("it is outside of the report's folder; copy it there, or add it with --image")
        if not is_file:
            raise ContentError(f"there is no such file in {folder}")
        return file


def read_report(path: str) -> ReportFile:
    """Read a report.

    Args:
        path: its file, or `-` for the standard input, whose images are in the current folder.

    Raises:
        ReportError: it cannot be read, is too long or is not UTF-8.
    """
    name = "stdin" if path == "-" else path
    try:
        with sys.stdin.buffer if path == "-" else Path(path).open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ReportError(f"{name}: cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise ReportError(f"{name}: is longer than {LONGEST} characters")
    try:
        markdown = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReportError(f"{name}: line {line}: is not UTF-8; save the file as UTF-8") from error
    return ReportFile(name, markdown, Path() if path == "-" else Path(path).parent)
