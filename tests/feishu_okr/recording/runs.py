"""Runs of the suite's cases, recorded without a proxy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from feishu_okr.conformance.capability import lacking
from feishu_okr.conformance.case import read_cases
from feishu_okr.conformance.difference.side import open_side
from feishu_okr.conformance.law import Law
from feishu_okr.conformance.session import Session
from feishu_okr.conformance.story import Story
from feishu_okr.conformance.wire import Answer, Request, Wire
from feishu_okr.recording import Raw, Recorder
from tests.feishu_okr.recording.raws import PROFILE


class Overheard:
    """A wire whose calls are recorded."""

    def __init__(self, wire: Wire, recorder: Recorder) -> None:
        self._wire, self._recorder = wire, recorder

    def send(self, request: Request) -> Answer:
        """Send a call and record it."""
        answer = self._wire.send(request)
        path, _, query = request.path.partition("?")
        asked = (("User-Agent", request.agent), *request.headers)
        said = tuple(answer.headers.items())
        self._recorder.take(
            Raw(request.operation, request.method, path, query, asked, request.body, answer.status, said, answer.body)
        )
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


@contextmanager
def side(text: str) -> Iterator[Session]:
    """A side of a difference, for a while."""
    session = open_side(text, {})
    try:
        yield session
    finally:
        session.close()


def record_run(folder: Path, url: str, stem: str) -> None:
    """Play the cases of a file and record them, with what a session asks first."""
    recorder = Recorder(folder, PROFILE, print)
    with side(url) as session:
        target = replace(session.target, wire=Overheard(session.target.wire, recorder))
        caller = target.caller()
        caller.send(Request("GET", "/__admin/version", purpose="control"))
        caller.token("tenant")
        caller.control("GET", f"/world?world={caller.app.id}")
        for case in read_cases(stem):
            if not lacking(set(case.needs), target.capabilities, set(target.known)):
                law = Law(target.contract, target.profile)
                Story(case, target.caller(case.world, case.id), law, target.profile).play()
    recorder.close()
