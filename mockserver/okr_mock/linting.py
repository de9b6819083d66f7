"""`okr-mock lint`: every mistake in scenario and fixture files, each with its place."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from feishu_okr.contract import Contract, ContractError, Mistake, load
from feishu_okr.contract.nesting import read_given
from okr_mock.recording_lint import find_mistakes as find_recording_mistakes
from okr_mock.recording_lint import is_recording
from okr_mock.scenario.library import SUFFIXES, scenario_files
from okr_mock.scenario.scenario_file import find_mistakes as find_scenario_mistakes
from okr_mock.scenario.scenario_file import scenario_folder
from okr_mock.world.fixture_file import find_mistakes as find_fixture_mistakes


class LintError(ValueError):
    """There is nothing to check; says what and what to do."""


def lint(paths: Sequence[Path]) -> tuple[list[Path], list[Mistake]]:
    """Check files; gives those that were checked, and every mistake.

    Args:
        paths: scenario and fixture files, or folders of such; the shipped scenarios if none is named.

    Raises:
        LintError: a path does not exist, or a folder holds no such file.
    """
    contract = load()
    files = [file for path in paths or [scenario_folder()] for file in _files(path)]
    return files, sorted(mistake for file in files for mistake in _mistakes(file, contract))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise LintError(f"{path}: there is no such file or folder")
    if path.is_file() or is_recording(path):
        return [path]
    found = scenario_files(path)
    if not found:
        raise LintError(f"{path}: this folder holds no {', '.join(SUFFIXES)} file")
    return found


def _mistakes(file: Path, contract: Contract) -> Iterator[Mistake]:
    """Check one file: one with `users` is a fixture, any other a scenario; or a folder that is a recording."""
    if file.is_dir():
        yield from find_recording_mistakes(file, contract)
        return
    try:
        source = read_given(file)
    except ContractError as error:
        yield from error.mistakes
        return
    if isinstance(source.value, dict) and "users" in source.value:
        found = find_fixture_mistakes(source.value, contract.document["components"])
    else:
        found = find_scenario_mistakes(source.value, contract)
    for at, text in found:
        yield source.mistake(at, text)


def report(files: Sequence[Path], mistakes: Sequence[Mistake], *, as_json: bool) -> str:
    """Write what was found.

    Args:
        files: files that were checked.
        mistakes: what is wrong with them.
        as_json: JSON, or a line a mistake and one at the end.
    """
    if as_json:
        found = {"files": [str(file) for file in files], "mistakes": [asdict(mistake) for mistake in mistakes]}
        return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    lines = [str(mistake) for mistake in mistakes]
    return "\n".join([*lines, f"{len(files)} files, {len(mistakes)} mistakes", ""])
