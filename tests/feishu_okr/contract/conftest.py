"""A copy of the contract's data to break on purpose."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from feishu_okr.contract.reader import data_folder

Break = Callable[[str, str, str], Path]
DATA = ("*.yaml", "operations/*.yaml", "schemas/*.yaml", "rules/*.yaml", "examples/*.json")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the contract's data."""
    for pattern in DATA:
        for file in data_folder().glob(pattern):
            target = tmp_path / file.relative_to(data_folder())
            target.parent.mkdir(exist_ok=True)
            shutil.copy(file, target)
    return tmp_path


@pytest.fixture
def breaks(copy: Path) -> Break:
    """Replace a text that a file of the copy must contain."""

    def replace(file: str, old: str, new: str) -> Path:
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text, f"{file} does not contain {old!r}"
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return copy

    return replace
