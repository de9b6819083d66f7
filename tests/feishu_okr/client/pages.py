"""Pages as programs: what they tell to do is done, in order, and what they show is compared with what came."""

import base64
import contextlib
import io
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from feishu_okr import OKRClient

ADDRESS = "http://127.0.0.1:6570"
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
_BLOCK = re.compile(r"<!-- (file: \S+|do|run|prints) -->\n```(\w+)\n(.*?)```", re.DOTALL)
_CHANGING = {
    r"\b77\d{17}  \d{4}-\d\d-\d\d \d\d:\d\d": "ID  TIME",
    r"\b77\d{17}\b": "ID",
    r"image box\w+": "image TOKEN",
}


class Shown(NamedTuple):
    """What a page shows and what came."""

    shown: str
    came: str


class Stage(Protocol):
    """Where the blocks of one mark are carried out."""

    mark: str

    def act(self, language: str, text: str) -> str:
        """Carry out a block; gives what it prints."""
        ...


class Shell:
    """A folder in which blocks are commands and scripts, each a process of its own; names they export stay.

    Args:
        folder: empty, but gets a picture, `trend.png`.
        programs: folder of the `python` to run.
    """

    mark = "do"

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        self._names = ""
        self.keep("trend.png", PICTURE)

    def keep(self, name: str, data: bytes) -> None:
        """Write a file that the page shows."""
        (self._folder / name).write_bytes(data)

    def act(self, language: str, text: str) -> str:
        """Run a block of the shell or of Python."""
        if language == "python":
            self.keep("example.py", text.encode())
            text = "python example.py"
        self._names += "".join(re.findall(r"^export .*\n", text, re.MULTILINE))
        done = subprocess.run(
            ["bash", "-euc", f"{self._names}{text}"], cwd=self._folder, env=self._environment, check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout


class Session:
    """One Python program in this process, of which each block is a part."""

    mark = "run"

    def __init__(self) -> None:
        self._names: dict[str, Any] = {"__name__": "page"}

    def act(self, language: str, text: str) -> str:
        """Run the next part of the program."""
        assert language == "python"
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            exec(compile(text, "page", "exec"), self._names)
        return shown.getvalue()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        """Close the clients that the page has left open."""
        for value in self._names.values():
            if isinstance(value, OKRClient):
                value.close()


def play(page: Path, stage: Stage, url: str) -> Iterator[Shown]:
    """Do what a page says, in the order in which it does.

    Args:
        page: the page.
        stage: where; blocks of other marks are for others.
        url: address of an emulator.
    """
    came = ""
    for mark, language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if mark.startswith("file") and isinstance(stage, Shell):
            stage.keep(mark.split()[1], text.encode())
        elif mark == "prints":
            yield Shown(_steady(text), _steady(came.replace(url, ADDRESS)))
        elif mark == stage.mark:
            came = stage.act(language, text.replace(ADDRESS, url))


def _steady(text: str) -> str:
    for pattern, name in _CHANGING.items():
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text
