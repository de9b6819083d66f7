"""The documentation says what the code does: its examples run, its tables are the code's."""

import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from okr_mock.settings import PREFIX, Settings
from tests.conftest import ROOT, tool

README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:6570"
EXAMPLES = re.findall(r"<!-- run -->\n```(\w+)\n(.*?)```", README, re.DOTALL)


def examples(language: str) -> list[str]:
    return [text for found, text in EXAMPLES if found == language]


def run(command: list[str], timeout: float = 60, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    output: str = done.stdout
    return output


def run_commands(example: str, folder: Path) -> None:
    """Run commands of a page one after the other, as somebody would who has installed the package."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run(["bash", "-euc", example], timeout=120, cwd=folder, env=os.environ | {"PATH": path})


@pytest.mark.parametrize("example", examples("sh"))
def test_shell_examples(emulator_url: str, example: str) -> None:
    """The curl examples of the README run as they stand and answer JSON."""
    output = run(["bash", "-euc", example.replace(ADDRESS, emulator_url)])
    assert all(isinstance(json.loads(part), dict) for part in output.replace("}{", "}\n{").splitlines())


def test_first_answer(emulator_url: str) -> None:
    """The first example answers what the README shows."""
    answer = json.loads(run(["bash", "-euc", examples("sh")[0].replace(ADDRESS, emulator_url)]))
    shown = re.search(r"```json\n(.*?)\n```", README)
    assert shown
    expected = json.loads(shown[1])
    expected["data"] |= {"modify_time": answer["data"]["modify_time"], "progress_id": answer["data"]["progress_id"]}
    assert answer == expected


@pytest.mark.parametrize("example", examples("python"))
def test_python_examples(emulator_url: str, example: str) -> None:
    """The examples for the Python SDK run and print an id."""
    assert re.fullmatch(r"\d{19}\n", run([sys.executable, "-c", example.replace(ADDRESS, emulator_url)]))


@pytest.mark.parametrize("example", examples("js"))
def test_node_examples(emulator_url: str, node_modules: Path, tmp_path: Path, example: str) -> None:
    """The examples for the Node SDK run and print an id."""
    script = tmp_path / "example.mjs"
    script.write_text(example.replace(ADDRESS, emulator_url), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(node_modules)
    assert re.search(r"^\d{19}$", run([tool("node"), str(script)]), re.MULTILINE)


def test_settings_table() -> None:
    """The README lists every setting with its names, default and text."""
    for field in dataclasses.fields(Settings):
        value = str(field.default).lower() if isinstance(field.default, bool) else field.default
        shown = "" if field.default in ((), "") else f"`{value}`"
        flag = f"--{field.name.replace('_', '-')}"
        assert f"| `{flag}` | `{PREFIX}{field.name.upper()}` | {shown} | {field.metadata['text']} |" in README


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("*/*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page leads to a file; what stands in code is no link."""
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_architecture_names_what_exists() -> None:
    """Every file and folder of the architecture page's tree exists."""
    tree = re.search(
        r"```\n(contracts/.*?)```", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert tree
    names = [
        word
        for line in tree[1].splitlines()
        for word in re.split(r"\s{2,}", line)
        if re.fullmatch(r"[\w./]+(\.\w+|/)", word)
    ]
    everything = {path.name for path in ROOT.glob("contracts/**/*")} | {
        path.name for path in ROOT.glob("mockserver/**/*")
    }
    missing = [name for name in names if name.strip("/").split("/")[-1] not in everything | {"contracts"}]
    assert names
    assert missing == []
