"""Pages as scripts: their files are written, their commands run, and what they show is compared."""

import base64
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

ADDRESS = "http://127.0.0.1:6570"
PICTURE = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
_BLOCK = re.compile(r"<!-- (file: \S+|do|prints) -->\n```(\w+)\n(.*?)```", re.DOTALL)
_CHANGING = {
    r"\d{19}  \d{4}-\d\d-\d\d \d\d:\d\d": "ID  TIME",
    r"^77\d{17}$": "ID",
    r"deleted \d{19}": "deleted ID",
    r"image box\w+": "image TOKEN",
}


class Shown(NamedTuple):
    """What a page shows and what came."""

    shown: str
    came: str


def play(page: Path, folder: Path, programs: Path, url: str) -> list[Shown]:
    """Do what a page says.

    Args:
        page: the page.
        folder: where; empty but for a picture, `trend.png`.
        programs: folder of the `python` to run.
        url: address of an emulator.
    """
    (folder / "trend.png").write_bytes(PICTURE)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    names, came, shown = "", "", []
    for kind, language, text in _BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind.startswith("file"):
            (folder / kind.split()[1]).write_text(text, encoding="utf-8")
        elif kind == "prints":
            shown.append(Shown(_steady(text), _steady(came)))
        else:
            script = text.replace(ADDRESS, url)
            names += "".join(re.findall(r"^export .*\n", script, re.MULTILINE)) if language == "sh" else ""
            if language == "python":
                (folder / "example.py").write_text(script, encoding="utf-8")
                script = "python example.py"
            done = subprocess.run(
                ["bash", "-euc", f"{names}{script}"], cwd=folder, env=environment, check=False, timeout=60,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout
            came = done.stdout
    return shown


def _steady(text: str) -> str:
    for pattern, name in _CHANGING.items():
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    return text
