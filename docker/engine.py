"""The container engine, as the check uses it."""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HEALTHY_WITHIN = 20
"""Seconds."""


class CheckError(Exception):
    """A promise was not kept; says which and what was seen."""


@dataclass(frozen=True)
class Engine:
    """The container engine, and how this run names what it makes.

    Args:
        program: path of the docker command.
        run: name of this run; on everything it makes, as name or label.
    """

    program: str
    run: str

    @property
    def image(self) -> str:
        """The image under test."""
        return f"{self.run}:server"

    @property
    def client(self) -> str:
        """An image with the official Python SDK."""
        return f"{self.run}:client"

    def __call__(self, *arguments: str, given: str | None = None, names: dict[str, str] | None = None) -> str:
        """Run a docker command and give what it prints."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OKR_MOCK_")}
        done = subprocess.run(  # noqa: S603
            [self.program, *arguments],
            input=given,
            env=clean | (names or {}),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        if done.returncode:
            said = _tail(done.stderr or done.stdout, 25 if arguments[0] == "build" else 4)
            raise CheckError(f"docker {arguments[0]} ended with {done.returncode}: {said}")
        return done.stdout.strip()

    @contextmanager
    def server(self, *flags: str, options: Sequence[str] = ()) -> Iterator[str]:
        """Run the image with flags appended; gives the container's id."""
        container = self("run", "--detach", "--label", self.run, *options, self.image, *flags)
        try:
            yield container
        finally:
            self("rm", "--force", "--volumes", container)

    def state(self, container: str) -> dict[str, Any]:
        """Read the state of a container."""
        found: dict[str, Any] = json.loads(self("inspect", "--format", "{{json .State}}", container))
        return found

    def becomes(self, container: str, wanted: str = "healthy") -> str:
        """Wait for a health status; gives how long that took."""
        began = time.monotonic()
        while True:
            state, passed = self.state(container), time.monotonic() - began
            if state["Running"] and state["Health"]["Status"] == wanted:
                return f"{wanted} in {passed:.1f} s"
            if passed > HEALTHY_WITHIN or state["Status"] == "exited":
                break
            time.sleep(0.1)
        seen = [look["Output"] for look in state["Health"]["Log"] or []]
        told = f"after {passed:.0f} s it is {state['Status']} and not {wanted}"
        raise CheckError(f"{told}: {_tail(''.join(seen[-1:]))}; its log: {self.said(container)}")

    def said(self, container: str) -> str:
        """Give the last lines of a container's log."""
        done = subprocess.run([self.program, "logs", container], capture_output=True, text=True, check=False)  # noqa: S603
        return _tail(done.stdout + done.stderr)

    def published(self, container: str) -> str:
        """Give the URL on this machine of a container's default port."""
        return f"http://{self('port', container, '6570/tcp').splitlines()[0]}"

    def clean(self) -> None:
        """Remove whatever of this run is left."""
        mine = ("--filter", f"label={self.run}", "--quiet")
        for listing, removal in (
            (("ps", "--all"), ("rm", "--force", "--volumes")),
            (("network", "ls"), ("network", "rm")),
            (("volume", "ls"), ("volume", "rm")),
        ):
            if found := self(*listing, *mine).split():
                self(*removal, *found)
        if images := self("images", "--quiet", self.run).split():
            self("rmi", "--force", *set(images))


def _tail(text: str, lines: int = 4) -> str:
    return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:])
