"""The client in every shipped scenario: the table of docs/client-errors.md is what happens."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import httpx2
import pytest

from feishu_okr import Ambiguous, AsyncOKRClient, OKRClient, OKRError, Reconcile
from tests.conftest import ROOT
from tests.feishu_okr.client.conftest import TARGET, content, report, text_of

SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
MODES: dict[str, Any] = {"raise": "raise", "reconcile": Reconcile(settle=0.3)}
Step = tuple[str, Callable[[Any, str], Any]]


def creating(name: str) -> Step:
    """Describe a create; its record has its name as text."""
    return name, lambda client, _: client.progress_records.create(**report(name))


CREATES = [f"create {number}" for number in range(1, 7)]
PROGRAM: list[Step] = [
    *map(creating, CREATES),
    ("get", lambda client, old: client.progress_records.get(old)),
    ("update", lambda client, old: client.progress_records.update(old, content=content("changed"))),
    ("delete", lambda client, old: client.progress_records.delete(old)),
    ("period_rules", lambda client, _: client.period_rules.list()),
]
"""What the client does in a scenario: six creates, then a record from before is read, changed and deleted."""


class Played(NamedTuple):
    """What came of the program.

    Args:
        failed: the steps that failed, with their errors.
        written: texts of the records that there are in the end.
        findings: what the audit has found in all calls of the world.
    """

    failed: dict[str, OKRError]
    written: Counter[str]
    findings: list[Any]

    def told(self) -> str:
        """Tell which steps failed and how, as the table does."""
        steps: dict[str, list[str]] = {}
        for name, error in self.failed.items():
            steps.setdefault(type(error).__name__, []).append(name)
        told = [f"{', '.join(names)}: `{error}`" for error, names in steps.items()]
        return "; ".join(told).replace(", ".join(CREATES), "every create") or "all well"


class Stage:
    """A world that follows a scenario.

    Args:
        url: address of the emulator.
        control: sends to its control routes.
        scenario: its name.
        mode: what becomes of lost answers.
        kind: `sync` or `async`.
    """

    def __init__(self, url: str, control: httpx2.Client, scenario: str, mode: str, kind: str) -> None:
        self.row = (scenario, mode)
        self._control = control
        self._scenario = scenario
        self._kind = kind
        self._url = url
        self._app_id = f"cli_{kind}_{mode}_{scenario}"
        self._mode = mode

    def play(self) -> Played:
        """Write a record, begin the scenario, carry out the program, end the scenario, and look."""
        with OKRClient(self._app_id, "s", base_url=self._url) as client:
            old = client.progress_records.create(**report("old"))["progress_id"]
            self._follow(self._scenario)
            failed = self._run(old) if self._kind == "sync" else asyncio.run(self._await(old))
            self._follow("calm")
            written = Counter(map(text_of, client.key_results.progresses(TARGET)))
        return Played(failed, written, self._findings())

    def _options(self) -> dict[str, Any]:
        return {"base_url": self._url, "on_ambiguous": MODES[self._mode]}

    def _run(self, old: str) -> dict[str, OKRError]:
        failed = {}
        with OKRClient(self._app_id, "s", **self._options()) as client:
            for name, act in PROGRAM:
                try:
                    list(act(client, old) or ())
                except OKRError as error:
                    failed[name] = error
        return failed

    async def _await(self, old: str) -> dict[str, OKRError]:
        failed = {}
        async with AsyncOKRClient(self._app_id, "s", **self._options()) as client:
            for name, act in PROGRAM:
                try:
                    result = act(client, old)
                    _ = [item async for item in result] if hasattr(result, "__aiter__") else await result
                except OKRError as error:
                    failed[name] = error
        return failed

    def _findings(self) -> list[Any]:
        audit = self._control.get(f"{self._url}/__admin/audit?world={self._app_id}").json()
        assert (audit["calls"] > len(PROGRAM), audit["evicted"]) == (True, 0)
        findings: list[Any] = audit["findings"]
        return findings

    def _follow(self, scenario: str) -> None:
        answer = self._control.put(f"{self._url}/__admin/scenario?world={self._app_id}", json=scenario)
        assert answer.status_code == 200, answer.text


def table() -> dict[tuple[str, str], str]:
    """Read the table: what is said of a scenario and a mode."""
    page = (ROOT / "docs" / "client-errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    return {(name, mode): cell for name, *cells in rows for mode, cell in zip(MODES, cells, strict=True)}


def check_written(played: Played) -> None:
    """See that what succeeded was written once, what was refused was not, and what is in doubt at most once."""
    for name in CREATES:
        error = played.failed.get(name)
        allowed = {1} if error is None else {0, 1} if isinstance(error, Ambiguous) else {0}
        assert played.written[name] in allowed, (name, error)


@pytest.mark.once
def test_scenarios_end_as_told(emulator_url: str) -> None:
    """In every shipped scenario both clients come to the outcome that the table names, and the audit finds nothing.

    They have the defaults, so that their pauses are those that the audit judges.
    """
    with httpx2.Client() as control, ThreadPoolExecutor(4 * len(SCENARIOS)) as pool:  # some of them wait for seconds
        stages = [
            Stage(emulator_url, control, name, mode, kind)
            for kind in ("sync", "async")
            for mode in MODES
            for name in SCENARIOS
        ]
        played = list(pool.map(Stage.play, stages))
    told = table()
    assert {stage.row for stage in stages} == set(told)
    for stage, one in zip(stages, played, strict=True):
        assert (stage.row, one.told()) == (stage.row, told[stage.row])
        check_written(one)
        assert (stage.row, one.findings) == (stage.row, [])
