"""A report is read with the images beside it, and with no other file of the machine."""

from pathlib import Path

import pytest

from feishu_okr.client.report_file import ReportError, ReportFile, read_report
from feishu_okr.client.types import UploadedImage

PROBLEMS = {
    "![](https://example.com/a.png)": "it is no file; save it beside the report and name the file",
    "![](ftp://example.com/a.png)": "it is no file; save it beside the report and name the file",
    "![](../secret.png)": "it is outside of the report's folder; copy it there, or add it with --image",
    "![](/etc/hostname)": "it is outside of the report's folder; copy it there, or add it with --image",
    "![](link.png)": "it is outside of the report's folder; copy it there, or add it with --image",
    "![](gone.png)": "there is no such file in ",
    "![](.)": "there is no such file in ",
    "![](a%00b)": "it is no name of a file",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a report, with a secret outside."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "趋势 图.png").write_bytes(b"picture")
    return folder


@pytest.mark.parametrize("markdown", PROBLEMS)
def test_reads_images_of_its_folder_only(folder: Path, markdown: str) -> None:
    """An image that is no file below the report's folder is refused with its line, whatever way its name takes."""
    with pytest.raises(ReportError) as refused:
        ReportFile("week.md", f"text\n\n{markdown}\n", folder).check("refuse")
    (mistake,) = refused.value.mistakes
    assert mistake.startswith("week.md: line 3: image ")
    assert PROBLEMS[markdown] in mistake


def test_uploads_each_file_once(folder: Path) -> None:
    """A file that the report shows twice, by whatever name, is uploaded once and stands at both places."""
    report = ReportFile("week.md", "![](<趋势 图.png>)\n\n![](%E8%B6%8B%E5%8A%BF%20图.png)\n", folder)
    sent: list[Path] = []

    def upload(file: Path) -> UploadedImage:
        sent.append(file)
        return {"file_token": "box1", "url": "https://a.b"}

    assert report.check("refuse") == []
    assert [part.pictures[0].token for part in report.content(upload)] == ["box1", "box1"]  # type: ignore[union-attr]
    assert [file.read_bytes() for file in sent] == [b"picture"]


FILES = {
    "says nothing": b" \n\n",
    "line 3: is not UTF-8; save the file as UTF-8": "a\nb\n周".encode("gbk"),
    "is longer than 131072 characters": b"a" * (4 * 131_072 + 1),
    "line 1: the text has 131073 characters; 131072 are the most that is read": b"a" * 131_073,
}


@pytest.mark.parametrize("problem", FILES)
def test_refuses_what_is_no_report(tmp_path: Path, problem: str) -> None:
    """A file that is empty, too long or no UTF-8 is refused with its name."""
    file = tmp_path / "week.md"
    file.write_bytes(FILES[problem])
    with pytest.raises(ReportError) as refused:
        read_report(str(file)).check("plain")
    assert refused.value.mistakes == (f"{file}: {problem}",)


def test_reads_what_windows_writes(tmp_path: Path) -> None:
    """A byte order mark and CRLF are no part of the text."""
    file = tmp_path / "week.md"
    file.write_bytes("\ufeff**完成**\r\n\r\n- a\r\n".encode())
    report = read_report(str(file))
    assert report.check("refuse") == []
    assert report.content(lambda _: {"file_token": "", "url": ""}).to_markdown() == "**完成**\n\n- a\n"


def test_tells_trifles(folder: Path) -> None:
    """What is not worth a refusal is told all the same."""
    report = ReportFile("week.md", "![趋势](<趋势 图.png>)\n", folder)
    assert report.check("refuse") == [
        "week.md: line 1: the text '趋势' for an image has no counterpart; it became nothing"
    ]
