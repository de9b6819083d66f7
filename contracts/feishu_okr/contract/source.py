"""A data file of ours: read as YAML 1.2 or JSON, with the line and column of every value to point at."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract.kept import keep, recall


@dataclass(frozen=True, order=True)
class Mistake:
    """Something wrong in a data file.

    Args:
        file: path of the file.
        line: line, from 1.
        column: column, from 1.
        pointer: JSON Pointer of the value.
        text: what is wrong and what to do.
    """

    file: str
    line: int
    column: int
    pointer: str
    text: str

    def __str__(self) -> str:
        """Write the mistake as `file:line:column: text (pointer)`."""
        where = f" (at {self.pointer})" if self.pointer else ""
        return f"{self.file}:{self.line}:{self.column}: {self.text}{where}"


class ContractError(Exception):
    """Our own data files are wrong; carries every mistake found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


@dataclass(frozen=True)
class Source:
    """One data file and its value.

    Args:
        path: where the file is.
        text: what it says.
        value: what it means.
    """

    path: Path
    text: str
    value: Any

    def mistake(self, pointer: Iterable[str | int], text: str) -> Mistake:
        """Name a mistake at a place of this file.

        Args:
            pointer: keys and indices that lead to the value; the nearest parent that exists is pointed at.
            text: what is wrong and what to do.
        """
        parts = tuple(str(part) for part in pointer)
        line, column = next(self._marks[parts[:n]] for n in range(len(parts), -1, -1) if parts[:n] in self._marks)
        return Mistake(str(self.path), line, column, "".join(f"/{part}" for part in parts), text)

    @cached_property
    def _marks(self) -> dict[tuple[str, ...], tuple[int, int]]:
        from feishu_okr.contract.marks import marks_of  # YAML is slow to load, and seldom needed

        return marks_of(self.text)


def read(path: Path) -> Source:
    """Read one data file.

    Args:
        path: a `.yaml` or `.json` file.

    Raises:
        ContractError: the file is missing, unreadable, or not YAML or JSON.
    """
    text = text_of(path)
    if path.suffix == ".json":
        return read_text(path, text)
    value = recall(path, text)
    if value is None:
        value = _yaml(path, text)
        keep(path, text, value)
    return Source(path, text, value)


def text_of(path: Path) -> str:
    """Give the text of a data file.

    Args:
        path: the file.

    Raises:
        ContractError: the file is missing or unreadable.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError([Mistake(str(path), 1, 1, "", f"cannot be read: {error}")]) from error


def read_text(path: Path, text: str) -> Source:
    """Read what a data file says.

    Args:
        path: where it is or would be; one that ends in `.json` holds JSON, any other YAML.
        text: what it says.

    Raises:
        ContractError: it is not YAML or JSON.
    """
    try:
        return Source(path, text, orjson.loads(text) if path.suffix == ".json" else _yaml(path, text))
    except orjson.JSONDecodeError as error:
        raise ContractError([Mistake(str(path), error.lineno, error.colno, "", f"not JSON: {error.msg}")]) from error


def _yaml(path: Path, text: str) -> Any:
    import yaml  # as above
    import yamlcore

    try:
        return yaml.load(text, Loader=yamlcore.CCoreLoader)  # noqa: S506 - safe: core schema only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise ContractError([Mistake(str(path), line, column, "", f"not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:  # such as a control character
        raise ContractError([Mistake(str(path), 1, 1, "", f"not YAML: {' '.join(str(error).split())}")]) from error
