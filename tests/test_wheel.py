"""The wheel, installed elsewhere, is the whole product."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.conftest import RECORDS, ROOT, Body, emulator
from tests.feishu_okr.client.pages import Shell, play


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_data(wheel: Path) -> None:
    """Every data file of the contract and the fixture is in the wheel, and nothing of the tests."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    data = [path for pattern in ("*.yaml", "*/*.yaml", "*/*.json") for path in (ROOT / "contracts").glob(pattern)]
    assert {f"feishu_okr/data/{path.relative_to(ROOT / 'contracts')}" for path in data} <= set(names)
    assert "okr_mock/world/default.yaml" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"feishu_okr", "okr_mock", "feishu_okr_mock"}


def test_serves_from_the_wheel(wheel: Path, tmp_path: Path, create_body: Body) -> None:
    """The wheel installed in another folder serves from there, without the checkout."""
    site = tmp_path / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    environment = os.environ | {"PYTHONPATH": str(site)}
    where = [sys.executable, "-c", "import okr_mock, feishu_okr; print(okr_mock.__file__, feishu_okr.__file__)"]
    files = subprocess.run(where, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert files.count(str(site)) == 2
    command = [sys.executable, str(site / "bin" / "okr-mock")]
    with emulator(env=environment, cwd=tmp_path, command=command) as (url, _):
        answer = httpx2.post(f"{url}{RECORDS}", json=create_body, headers={"Authorization": "Bearer t-dev"})
        assert answer.json()["code"] == 0
    check = [sys.executable, "-m", "feishu_okr.contract"]
    assert subprocess.run(check, env=environment, cwd=tmp_path, check=False).returncode == 0


@pytest.mark.once
def test_readme_from_the_wheel(wheel: Path, emulator_url: str, tmp_path: Path) -> None:
    """The README's report is posted by the installed wheel, in a fresh environment with borrowed dependencies."""
    home = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, capture_output=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    install = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--no-index", str(wheel)], check=True, capture_output=True)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([programs / "python", "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    # The dependencies are borrowed, so that no network is needed; a line of a .pth does not run the .pth files there.
    (Path(site) / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    place = "import feishu_okr; print(feishu_okr.__file__)"
    found = subprocess.run([programs / "python", "-c", place], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert found.stdout.startswith(site)
    folder = tmp_path / "work"
    folder.mkdir()
    played = list(play(ROOT / "README.md", Shell(folder, programs), emulator_url))
    assert [came for _, came in played] == [shown for shown, _ in played]
    assert played
