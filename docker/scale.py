"""Run the profile `scale` for real, take a replica and Redis away under load, and say by count what callers saw.

Needs a container engine with compose, and Python 3.11. Exit code 1 if an acknowledged create is lost, if an id was
given twice, or if something did not come back by itself.
"""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from engine import ROOT, CheckError, Engine
from load import Caller, Load, Seen, Where, lost

REPLICAS = 3
TOKEN = "scale-check"  # noqa: S105
KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"
_BODY = ROOT / "contracts" / "examples" / "create-request.json"
_READY, _NOT_READY = 200, 503
_BACK_WITHIN = 60


class Scaled:
    """Replicas and Redis, as compose runs them.

    Args:
        engine: the container engine.
        image: name of the emulator's image.
    """

    def __init__(self, engine: Engine, image: str) -> None:
        self.engine = engine
        self._names = {"OKR_MOCK_IMAGE": image, "OKR_MOCK_REPLICA_PORTS": "0", "OKR_MOCK_ADMIN_TOKEN": TOKEN}

    def compose(self, *arguments: str) -> str:
        """Run a command of compose.

        Args:
            arguments: the command.
        """
        named = ("compose", "--project-name", self.engine.run, "--profile", "scale")
        return self.engine(*named, *arguments, names=self._names)

    @contextmanager
    def up(self) -> Iterator[Sequence[str]]:
        """Bring all up, and down again; gives the containers of the replicas."""
        services = ("--scale", f"replica={REPLICAS}", "redis", "replica")
        try:
            self.compose("up", "--detach", "--build", "--wait", "--wait-timeout", "90", *services)
            yield self.compose("ps", "--quiet", "replica").split()
        finally:
            self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")

    def where(self, container: str) -> Where:
        """Say where a replica is; it may get another port when it starts again.

        Args:
            container: the replica.
        """

        def ask() -> str:
            try:
                return self.engine.published(container)
            except (CheckError, IndexError) as error:  # it does not run at present
                raise ConnectionError(container) from error

        return ask

    def kill(self, container: str) -> None:
        """Kill what runs in a container, so that its restart policy starts it again.

        Args:
            container: the container.
        """
        pid = self.engine.state(container)["Pid"]
        helper = ("run", "--rm", "--label", self.engine.run, "--pid", "host", "--user", "0", "--entrypoint", "python")
        self.engine(*helper, self._names["OKR_MOCK_IMAGE"], "-c", KILL, str(pid))

    @property
    def redis(self) -> str:
        """The container of Redis."""
        return self.compose("ps", "--all", "--quiet", "redis")


def story(scaled: Scaled, replicas: Sequence[str]) -> tuple[Seen, Sequence[Where]]:
    """Take a replica and Redis away under load, and let both come back; gives what callers saw.

    Args:
        scaled: what runs.
        replicas: containers of the replicas.
    """
    places = [scaled.where(container) for container in replicas]
    load = Load(places, _BODY.read_bytes())
    load.phase("all is well")
    load.start()
    try:
        load.phase("all is well", 5)
        load.phase("a replica is killed")
        scaled.kill(replicas[0])
        _all_ready(places)
        load.phase("it is back", 3)
        load.phase("Redis is killed")
        scaled.engine("kill", scaled.redis)
        time.sleep(8)
        load.phase("Redis starts again")
        scaled.engine("start", scaled.redis)
        _all_ready(places)
        load.phase("all is well again", 5)
    finally:
        load.stop()
    return load.seen, places


def _all_ready(places: Sequence[Where]) -> None:
    end = time.monotonic() + _BACK_WITHIN
    while not all(Caller(place).ask("GET", "/readyz")[0] == _READY for place in places):
        if time.monotonic() > end:
            raise CheckError(f"not all replicas were ready again within {_BACK_WITHIN} s")
        time.sleep(0.2)


def judge(seen: Seen, places: Sequence[Where], say: Callable[[str], None]) -> list[str]:
    """Tell what callers saw; gives what is wrong with it.

    Args:
        seen: what they saw.
        places: where the replicas are.
        say: told of each figure.
    """
    for phase, answers in seen.answers.items():
        say(f"{phase}: {', '.join(f'{told} {count}' for told, count in sorted(answers.items()))}")
    for number, changes in sorted(seen.ready.items()):
        begin = changes[0][0]
        say(f"replica {number + 1}, /readyz: {', '.join(f'{status} at {at - begin:.1f} s' for at, status in changes)}")
    missing = lost(places, seen.made)
    twice = [progress_id for progress_id, count in Counter(seen.made).items() if count > 1]
    say(f"{len(seen.made)} creates acknowledged, {len(missing)} of them lost, {len(twice)} ids given twice")
    unheard = [number for number, changes in seen.ready.items() if _NOT_READY not in {status for _, status in changes}]
    wrong = [f"{len(missing)} acknowledged creates are lost"] if missing else []
    wrong += [f"{len(twice)} ids were given twice"] if twice else []
    wrong += [f"/readyz of replica {number + 1} never was {_NOT_READY}" for number in unheard]
    return wrong


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def main() -> int:
    """Run the story and judge it."""
    program = shutil.which("docker")
    if not program:
        _say("skipped: there is no docker")
        return 0
    engine = Engine(program, f"okr-mock-scale-{os.getpid()}")
    scaled = Scaled(engine, f"{engine.run}:server")
    try:
        with scaled.up() as replicas:
            wrong = judge(*story(scaled, replicas), _say)
    except CheckError as error:
        wrong = [str(error)]
    finally:
        engine.clean()
    for text in wrong:
        _say(f"FAILED  {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
