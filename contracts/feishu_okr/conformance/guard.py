"""The guard: everything that stands between a run of the suite and the live API."""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feishu_okr.conformance.budget import Budget, GuardError
from feishu_okr.conformance.fence import Fence
from feishu_okr.conformance.guarded import GuardedTransport
from feishu_okr.conformance.interrupt import alone, ended_gently, patient
from feishu_okr.conformance.pace import Pace, Time, tell
from feishu_okr.conformance.permission import Permission, permit
from feishu_okr.conformance.sweep import Sweep
from feishu_okr.conformance.tag import new_run, tag_of
from feishu_okr.conformance.target import App, Caller, Target
from feishu_okr.conformance.wire import HttpWire
from feishu_okr.conformance.writeahead import WriteAhead, read_run, read_runs, run_file
from feishu_okr.contract import load

DOUBT = (
    "NOT deleted, for they carry no tag: {}; they came after the run began, and a create of it has had no answer: "
    "look whose they are"
)


@dataclass
class Guard:
    """A guarded run.

    Args:
        values: options of the run, by key, with what the guard found out.
        permission: what it may do.
        transport: what every call goes through.
        sweep: takes back what the run wrote.
        kinds: `objective` or `key_result` by the ids of the targets.
        stack: ends what the guard began.
        leftovers: records that could not be deleted.
        doubtful: records that may be the run's, and nothing tells whether they are.
    """

    values: Mapping[str, Any]
    permission: Permission
    transport: GuardedTransport
    sweep: Sweep
    kinds: Mapping[str, str]
    stack: ExitStack = field(default_factory=ExitStack)
    leftovers: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    _is_closed: bool = False

    @property
    def url(self) -> str:
        """Address of the target."""
        return self.permission.url

    @property
    def may_write(self) -> bool:
        """Whether records may be written."""
        return bool(self.permission.targets)

    @property
    def file(self) -> WriteAhead:
        """What the run wrote down."""
        return self.transport.file

    def close(self) -> None:
        """Delete what the run wrote, whatever ended it; a second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with self.transport.cleaning(), patient(len(self.file.pending)):
                self._clean()
        finally:
            self.stack.close()

    def _clean(self) -> None:
        is_unsure = self.file.is_unsure
        self.leftovers = self.sweep.delete(list(self.file.pending))
        if is_unsure:  # a create has no answer; what came of it is known to the target alone
            found = [self.sweep.find(kind, name, self.file.facts["run"]) for name, kind in self.kinds.items()]
            self.leftovers = self.sweep.delete([record for records in found for record in records])
            self.doubtful = _doubtful(self, self.file)
        self.file.close(self.leftovers)

    def summary(self) -> list[str]:
        """Tell what the run did to the target."""
        budget, created = self.transport.budget, len(self.file.created)
        lines = [
            f"{self.url}: {budget.made} calls, {budget.written} of them may write; {created} records written, "
            f"{created - len(self.file.pending)} of them deleted; waited {self.transport.pace.waited:.0f} s"
        ]
        lines.append(f"run {self.file.facts['run']}, written down in {self.file.path}; --resume goes on with it")
        if self.transport.images:
            lines.append(f"{self.transport.images} images uploaded; the API has no way to delete them")
        if left := self.leftovers or self.file.pending:
            lines.append(f"NOT deleted: {' '.join(left)}; okr-mock verify --sweep with the same options tries again")
        return lines + ([DOUBT.format(" ".join(self.doubtful))] if self.doubtful else [])

    def report(self) -> dict[str, Any]:
        """Tell the same as JSON."""
        budget = self.transport.budget
        return {
            "host": self.permission.host,
            "targets": list(self.permission.targets),
            "run": self.file.facts.get("run", ""),
            "calls": dict(budget.calls),
            "writes": budget.written,
            "cleanup_calls": budget.cleanup,
            "records": len(self.file.created),
            "images": self.transport.images,
            "seconds_waited": round(self.transport.pace.waited),
            "leftovers": self.leftovers or list(self.file.pending),
            "doubtful": self.doubtful,
        }


def open_guard(values: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Guard:
    """Begin a guarded run, or its rehearsal where the options ask for a plan.

    Args:
        values: options of the run, by key.
        environment: where the credentials are.

    Raises:
        GuardError: the run may not be made.
    """
    permission = permit(values, environment)
    if values["plan"]:
        from feishu_okr.conformance.rehearsal import rehearse

        return rehearse(values, permission, environment)
    return guard_of(values, permission, environment, Time())


def guard_of(
    values: Mapping[str, Any], permission: Permission, environment: Mapping[str, str], clock: Time, inner: Any = None
) -> Guard:
    """Build a guard.

    Args:
        values: options of the run, by key.
        permission: what it may do.
        environment: where the credentials are.
        clock: tells the time and waits.
        inner: transport that sends; plain HTTPS by default.

    Raises:
        GuardError: a target that may be written to does not exist, or the run that is to be resumed is another one.
    """
    with ExitStack() as stack:
        stack.enter_context(alone(Path(values["runs"])))
        file = _file(values, permission)
        transport = _transport(values, permission, clock, inner or _https(values["ca_file"]), file)
        sweep = Sweep(transport, _caller(permission, transport, environment))
        try:
            kinds = {name: sweep.kind(name) for name in permission.targets}
            if not (values["sweep"] or file.before):
                for name, kind in kinds.items():
                    file.found(name, [record["id"] for record in sweep.records(kind, name)])
        except BaseException:
            file.forget()
            raise
        know = [f"{kind}={name}" for name, kind in kinds.items()]
        found = {**values, "target": permission.url, "know": (*values["know"], *know)}
        stack.enter_context(ended_gently())
        return Guard(found, permission, transport, sweep, kinds, stack.pop_all())


def _transport(
    values: Mapping[str, Any], permission: Permission, clock: Time, inner: Any, file: WriteAhead
) -> GuardedTransport:
    fence = Fence(permission, load(), set(file.created))
    budget = Budget(values["max_requests"], values["max_writes"])
    told = (lambda _: None) if values["plan"] else tell  # a rehearsal waits for nothing
    pace = Pace(values["per_minute"], clock, told)
    return GuardedTransport(inner, fence, budget, pace, file, tag_of(file.facts["run"]))


def _caller(permission: Permission, transport: GuardedTransport, environment: Mapping[str, str]) -> Caller:
    contract = load()
    app = App(environment["FEISHU_APP_ID"], environment["FEISHU_APP_SECRET"])
    wire = HttpWire(permission.url, transport)
    return Target("live", wire, contract, contract.ledger.profile(), frozenset(), {}, app, is_direct=False).caller()


def sweep_up(values: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> int:
    """Delete what earlier runs left on the targets: `okr-mock verify --sweep`; gives the exit code.

    Args:
        values: options, by key.
        environment: where the credentials are.

    Raises:
        GuardError: the sweep may not be made.
    """
    permission = permit({**values, "read_only": False}, environment)
    guard = guard_of({**values, "resume": ""}, permission, environment, Time())
    runs = list(read_runs(values["runs"], permission.host))
    with guard.transport.cleaning():
        found = [record for name, kind in guard.kinds.items() for record in guard.sweep.find(kind, name)]
        records = list(dict.fromkeys([record for run in runs for record in run.pending] + found))
        left = guard.sweep.delete(records)
        doubtful = sorted({record for run in runs if run.is_unsure for record in _doubtful(guard, run)})
    for run in runs:
        for record in set(run.pending) - set(left):
            run.deleted(record)
        if run.is_unsure and run.before.keys() <= guard.kinds.keys():
            run.close(run.pending)
    tell(f"{len(records) - len(left)} records deleted, {len(left)} left{''.join(f' {record}' for record in left)}")
    if doubtful:
        tell(DOUBT.format(" ".join(doubtful)))
    return 1 if left or doubtful else 0


def _doubtful(guard: Guard, run: WriteAhead) -> list[str]:
    return [record for name, kind in guard.kinds.items() for record in guard.sweep.unexplained(kind, name, run)]


def _file(values: Mapping[str, Any], permission: Permission) -> WriteAhead:
    """Begin the file of a run, or go on with that of an earlier one."""
    facts = {"host": permission.host, "targets": list(permission.targets), "profile": values["profile"]}
    if values["resume"]:
        found = read_run(run_file(values["runs"], values["resume"]))
        before = {name: found.facts.get(name) for name in facts}
        if before != facts:
            raise GuardError(f"run {values['resume']} was begun with {before}; resume it with the same")
        return found
    run = new_run()
    file = WriteAhead(run_file(values["runs"], run), {"run": run})
    if not values["sweep"]:
        file.begin(run=run, begun=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **facts)
    return file


def _https(ca_file: str) -> Any:
    import ssl

    import httpx2

    return httpx2.HTTPTransport(verify=ssl.create_default_context(cafile=ca_file or None), trust_env=False)
