"""The library: scenarios by name, read from files and read again when these change, compiled once for all worlds."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.contract import Contract
from okr_mock.scenario.scenario_file import (
    ScenarioError,
    read_scenario_file,
    read_scenario_value,
    scenario_folder,
)
from okr_mock.scenario.script import Script
from okr_mock.scenario.shape import hint
from okr_mock.scenario.step import Scenario

SUFFIXES = (".yaml", ".yml", ".json")
INLINE = "inline"
_SCHEMA = "scenario.schema.json"
_MOST_SCRIPTS = 1024

logger = logging.getLogger("okr_mock")
Entries = tuple[str, ...]
"""What is active in a world: names of scenarios, or scenarios as JSON texts."""


class UnknownScenarioError(ValueError):
    """There is no such scenario; says which there are."""


@dataclass
class Library:
    """All scenarios this process knows.

    Args:
        contract: knows codes, operations and claims.
        files: where each scenario comes from, by name.
        active: names of those that worlds without a choice of their own follow.
        scenarios: what the files say, by name; read when first asked for.
        complaints: what is wrong with files that were changed while the server runs.
    """

    contract: Contract
    files: dict[str, Path]
    active: Entries
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    complaints: dict[str, str] = field(default_factory=dict)
    _times: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._compiled = lru_cache(maxsize=_MOST_SCRIPTS)(self._compile)
        self.usual = self.script(self.active)

    def script(self, entries: Entries | None) -> Script:
        """Give the steps of scenarios.

        Args:
            entries: names of scenarios, or scenarios as JSON texts; None for those of worlds without a choice.

        Raises:
            ScenarioError: a scenario is wrong.
            UnknownScenarioError: there is none of that name.
        """
        return self.usual if entries is None else self._compiled(entries)

    def choose(self, asked: Any) -> Entries:
        """Say how a choice of scenarios is kept in a world, once it has been read and found right.

        Args:
            asked: a name, a scenario as JSON value, or a list of these.

        Raises:
            ScenarioError: a scenario is wrong.
            UnknownScenarioError: there is none of that name.
        """
        several = asked if isinstance(asked, list) else [asked]
        texts = (entry if isinstance(entry, str) else orjson.dumps(entry).decode() for entry in several)
        entries = tuple(dict.fromkeys(texts))
        self.script(entries)
        return entries

    def is_stale(self) -> bool:
        """Say whether a file has changed since it was read."""
        return bool(self._changed())

    def _changed(self) -> list[str]:
        return [name for name in self.scenarios if self._times.get(self.files[name]) != _time(self.files[name])]

    def refresh(self) -> None:
        """Read files again that have changed; a broken one is complained of, and what it said before stays in force."""
        changed = self._changed()
        for name in changed:
            self._times[self.files[name]] = _time(self.files[name])
            try:
                self.scenarios[name] = read_scenario_file(self.files[name], self.contract)
            except ScenarioError as error:
                self.complaints[name] = str(error)
                logger.error("scenario %s is broken, what it said before stays in force:\n%s", name, error)
            else:
                self.complaints.pop(name, None)
                logger.warning("scenario %s was read again", name)
        if changed:
            self._compiled.cache_clear()
            self.usual = self.script(self.active)

    def _compile(self, entries: Entries) -> Script:
        inline = [entry for entry in entries if _is_inline(entry)]
        names = {entry: f"{INLINE}{number}" for number, entry in enumerate(inline, start=1)}
        names |= dict.fromkeys(inline[:1], INLINE)
        return Script([self._read(entry, names.get(entry, "")) for entry in entries])

    def _read(self, entry: str, inline: str) -> Scenario:
        if inline:
            return read_scenario_value(inline, orjson.loads(entry), self.contract)
        return self._named(entry)

    def _named(self, name: str) -> Scenario:
        if name not in self.scenarios:
            if name not in self.files:
                raise UnknownScenarioError(f"there is no scenario {name!r}; {hint(name, self.files)}")
            self._times[self.files[name]] = _time(self.files[name])
            self.scenarios[name] = read_scenario_file(self.files[name], self.contract)
        return self.scenarios[name]


def _is_inline(entry: str) -> bool:
    return entry.startswith("{")


def _time(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def scenario_files(folder: Path) -> list[Path]:
    """List the scenario files of a folder.

    Args:
        folder: the folder.
    """
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.name != _SCHEMA)


def open_library(asked: Sequence[str], contract: Contract) -> Library:
    """Find scenarios, and read those that are asked for.

    Args:
        asked: names of shipped scenarios, files, or folders of which all files are meant.
        contract: knows codes, operations and claims.

    Raises:
        ScenarioError: a scenario is wrong.
        UnknownScenarioError: there is no such scenario, or a folder holds none.
        ValueError: two files have one name.
    """
    files: dict[str, Path] = {path.stem: path for path in scenario_files(scenario_folder())}
    active: list[str] = []
    own: dict[str, Path] = {}
    for text in asked:
        path = Path(text)
        found = _found(path) if text and text not in files and path.exists() else []  # a name is no folder of the same
        if not found and text not in files:
            raise UnknownScenarioError(f"--scenario {text}: there is no such name, file or folder; {hint(text, files)}")
        for file in found:
            other = own.setdefault(file.stem, file)
            if other.resolve() != file.resolve():
                raise ValueError(f"--scenario: {other} and {file} have one name; rename one")
        files |= own
        active += [file.stem for file in found] or [text]
    return Library(contract, files, tuple(dict.fromkeys(active)))


def _found(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = scenario_files(path)
    if not found:
        raise UnknownScenarioError(f"--scenario {path}: this folder holds no scenario (.yaml, .yml or .json)")
    return found


def given_of(scenarios: Iterable[Scenario]) -> Mapping[str, Any]:
    """Join what scenarios ask of a world; of two that contradict each other the later one counts.

    Args:
        scenarios: the scenarios.
    """
    given: dict[str, Any] = {}
    for scenario in scenarios:
        claims = {**given.get("set", {}), **scenario.given.get("set", {})}
        given = {**given, **scenario.given} | ({"set": claims} if claims else {})
    return given
