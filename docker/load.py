"""A load on replicas that share a world: creates through all of them, and what callers saw, by count."""

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CALLERS = 4
"""Of each replica."""
_RECORDS = "/open-apis/okr/v1/progress_records/"
_HEADERS = {"Authorization": "Bearer t-dev.shared", "Content-Type": "application/json"}
_PAUSE = 0.01
_PATIENCE = 15
_LOOK = 0.1
Where = Callable[[], str]
"""Says at which URL a replica is at present."""


@dataclass
class Seen:
    """What callers saw.

    Args:
        answers: how often each answer came, by the phase of the story.
        made: ids of the records whose creates were acknowledged.
        ready: when a replica's readiness changed, by its number: seconds, and the new status, 0 for no answer.
    """

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    ready: dict[int, list[tuple[float, int]]] = field(default_factory=dict)


class Load:
    """Callers of several replicas, each with a connection that it opens anew when it breaks.

    Args:
        replicas: where they are.
        body: of a create.
    """

    def __init__(self, replicas: Sequence[Where], body: bytes) -> None:
        self.seen = Seen()
        self._body = body
        self._phase = ""
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        works = [(self._create, where) for where in replicas for _ in range(CALLERS)]
        self._threads = [threading.Thread(target=work, args=(where,)) for work, where in works]
        watched = enumerate(replicas)
        self._threads += [threading.Thread(target=self._watch, args=place) for place in watched]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def phase(self, name: str, seconds: float = 0.0) -> None:
        """Count what comes from now on under a name.

        Args:
            name: of the phase.
            seconds: how long to wait meanwhile.
        """
        with self._lock:
            self.seen.answers.setdefault(name, Counter())
            self._phase = name
        time.sleep(seconds)

    def stop(self) -> None:
        """End, when each caller has got its answer."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _create(self, where: Where) -> None:
        caller = Caller(where)
        while not self._is_over.wait(_PAUSE):
            phase = self._phase
            status, answer = caller.ask("POST", _RECORDS, self._body)
            with self._lock:
                told = f"{status}/{answer.get('code')}" if status else "no answer"
                self.seen.answers[phase][told] += 1
                if status == 200:
                    self.seen.made.append(answer["data"]["progress_id"])

    def _watch(self, number: int, where: Where) -> None:
        changes = self.seen.ready[number] = []
        while not self._is_over.wait(_LOOK):
            status, _ = Caller(where).ask("GET", "/readyz")
            if not changes or changes[-1][1] != status:
                changes.append((time.monotonic(), status))


class Caller:
    """One caller of one replica.

    Args:
        where: where that is.
    """

    def __init__(self, where: Where) -> None:
        self._where = where
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, object]]:
        """Make a call; gives status and answer, 0 where none came.

        Args:
            method: HTTP method.
            path: path with query.
            body: what is sent.
        """
        try:
            if self._connection is None:
                place = urlsplit(self._where())
                self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_PATIENCE)
            self._connection.request(method, path, body, _HEADERS)
            answer = self._connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            if self._connection:
                self._connection.close()
            self._connection = None
            return 0, {}
        with suppress(ValueError):
            return answer.status, json.loads(data)
        return answer.status, {}


def lost(replicas: Sequence[Where], made: Sequence[str]) -> list[str]:
    """Read what was acknowledged, in turn through all replicas; gives the ids of what is not there.

    Args:
        replicas: where they are.
        made: ids of records.
    """
    missing: list[str] = []

    def read(number: int) -> None:
        caller = Caller(replicas[number])
        for progress_id in made[number :: len(replicas)]:
            status, _ = caller.ask("GET", _RECORDS + progress_id)
            if status != 200:
                missing.append(progress_id)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(replicas))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return missing
