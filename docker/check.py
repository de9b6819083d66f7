"""Build the container image and see for real that it keeps its promises: one line a check.

Needs a container engine with BuildKit, and Python 3.11. Removes every container, network, volume and image it made; the
engine's build cache stays. Exit code 1 if a check failed.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from engine import HEALTHY_WITHIN, ROOT, CheckError, Engine

ENDED_WITHIN = 2
TOKEN = "image-check"  # noqa: S105
USER = "10001"
KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _pip_secret() -> list[str]:
    """Hand this machine's pip settings to the build, where there are any; they do not get into the image."""
    home = Path.home()
    places = [home / ".config" / "pip" / "pip.conf", home / ".pip" / "pip.conf", Path("/etc/pip.conf")]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        places.insert(0, Path(named))
    found = next((place for place in places if place.is_file()), None)
    return ["--secret", f"id=pip_conf,src={found}"] if found else []


def _ask(url: str, token: str = "") -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with _DIRECT.open(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, {}


def _expect(seen: object, wanted: object, what: str) -> None:
    if seen != wanted:
        raise CheckError(f"{what} is {seen!r}, not {wanted!r}")


def builds(engine: Engine) -> str:
    """Build the image."""
    arguments = ["--load", *_pip_secret(), "--build-arg", f"VERSION={_version()}", "--tag", engine.image, "."]
    began = time.monotonic()
    engine("build", *arguments)
    took = time.monotonic() - began
    label = '{{index .Config.Labels "org.opencontainers.image.version"}}'
    _expect(engine("image", "inspect", "--format", label, engine.image), _version(), "the label of the version")
    said = engine("run", "--rm", "--label", engine.run, "--entrypoint", "okr-mock", engine.image, "--version")
    _expect(said.split()[-1], _version(), "the version in the image")
    size = int(engine("image", "inspect", "--format", "{{.Size}}", engine.image)) / 1e6
    return f"version {_version()}, {size:.0f} MB, in {took:.0f} s"


def serves(engine: Engine) -> str:
    """Serve with defaults: healthy, and nothing is written to the root."""
    with engine.server(options=("--publish", "127.0.0.1::6570")) as container:
        told = engine.becomes(container)
        status, _ = _ask(f"{engine.published(container)}/readyz")
        _expect(status, 200, "the status of /readyz")
        _expect(engine("diff", container), "", "what it wrote")
    return told


def _healthy(*flags: str, options: Sequence[str] = ()) -> Callable[[Engine], str]:
    def check(engine: Engine) -> str:
        with engine.server(*flags, options=options) as container:
            return engine.becomes(container)

    return check


def is_not_root(engine: Engine) -> str:
    """Serve as an ordinary user."""
    with engine.server() as container:
        engine.becomes(container)
        uid = engine("exec", container, "stat", "-c", "%u", "/proc/1")
    _expect(uid, USER, "the user id of the server")
    return f"uid {uid}"


def tells_ill_health(engine: Engine) -> str:
    """Run no server: unhealthy, so the health check is no decoration."""
    soon = ("--health-start-period=1ms", "--health-interval=1s", "--health-retries=1")
    with engine.server("60", options=("--entrypoint", "sleep", *soon)) as container:
        return engine.becomes(container, "unhealthy")


def stops(engine: Engine) -> str:
    """Stop by SIGTERM, soon and with exit code 0."""
    with engine.server() as container:
        engine.becomes(container)
        began = time.monotonic()
        engine("stop", "--time", "10", container)
        took = time.monotonic() - began
        _expect(engine.state(container)["ExitCode"], 0, f"after {took:.1f} s the exit code")
    if took >= ENDED_WITHIN:
        raise CheckError(f"took {took:.1f} s, not under {ENDED_WITHIN} s")
    return f"exit code 0 in {took:.1f} s"


def comes_back(engine: Engine) -> str:
    """Kill the server: the restart policy starts it again and it becomes healthy."""
    with engine.server(options=("--restart", "unless-stopped")) as container:
        engine.becomes(container)
        before = engine.state(container)
        helper = ("run", "--rm", "--label", engine.run, "--pid", "host", "--user", "0", "--entrypoint", "python")
        engine(*helper, engine.image, "-c", KILL, str(before["Pid"]))
        began = time.monotonic()
        while engine.state(container)["StartedAt"] == before["StartedAt"]:
            if time.monotonic() - began > HEALTHY_WITHIN:
                raise CheckError("was not started again")
            time.sleep(0.1)
        return f"{engine.becomes(container)} after kill -9"


def appends_flags(engine: Engine) -> str:
    """Append flags; the control routes want the token."""
    options = ("--publish", "127.0.0.1::6570", "--env", f"OKR_MOCK_ADMIN_TOKEN={TOKEN}")
    with engine.server("--profile", "gateway", options=options) as container:
        engine.becomes(container)
        url = f"{engine.published(container)}/__admin/version"
        status, _ = _ask(url)
        _expect(status, 401, "the status without a token")
        status, about = _ask(url, TOKEN)
        _expect((status, about.get("profile")), (200, "gateway"), "status and profile")
    return "profile gateway; 401 without the admin token"


def talks_to_lark_oapi(engine: Engine) -> str:
    """Let the official SDK in one container call the emulator in another over TLS."""
    network, volume = f"{engine.run}-net", f"{engine.run}-ca"
    engine("build", "--load", *_pip_secret(), "--file", "docker/client.Dockerfile", "--tag", engine.client, ".")
    engine("network", "create", "--label", engine.run, network)
    engine("volume", "create", "--label", engine.run, volume)
    where = ("--network", network, "--name", f"{engine.run}-mock", "--network-alias", "mock")
    with engine.server("--tls", "--ca-file", "/data/ca.pem", options=(*where, "--volume", f"{volume}:/data")) as server:
        engine.becomes(server)
        client = ["run", "--rm", "--interactive", "--label", engine.run, "--network", network]
        client += ["--volume", f"{volume}:/ca:ro", "--env", "OKR_MOCK_URL=https://mock:6570"]
        script = (ROOT / "docker" / "client.py").read_text(encoding="utf-8")
        trust = ("--env", "REQUESTS_CA_BUNDLE=/ca/ca.pem", "--env", "SSL_CERT_FILE=/ca/ca.pem")
        progress_id = engine(*client, *trust, engine.client, "-", given=script)
        try:
            engine(*client, engine.client, "-", given=script)
        except CheckError as refused:
            if "CERTIFICATE_VERIFY_FAILED" in str(refused):
                return f"progress record {progress_id}; refused without the CA"
            raise
        raise CheckError("the SDK trusted a server without its CA")


def composes(engine: Engine) -> str:
    """Let `docker compose` build and serve, locked down, and take it down again."""
    names = {"OKR_MOCK_IMAGE": f"{engine.run}:compose", "OKR_MOCK_HOST_PORT": "0", "OKR_MOCK_ADMIN_TOKEN": TOKEN}
    names |= {"OKR_MOCK_SCENARIO": "/scenarios/flaky_create.yaml"}
    compose = ("compose", "--project-name", engine.run)
    try:
        engine("compose", "version")
    except CheckError:
        return "skipped: the engine has no compose"
    try:
        engine(*compose, "up", "--detach", "--build", "--wait", "--wait-timeout", "60", names=names)
        container = engine(*compose, "ps", "--quiet", "mock", names=names)
        status, _ = _ask(f"{engine.published(container)}/__admin/version", TOKEN)
        _expect(status, 200, "the status of /__admin/version")
        host = json.loads(engine("inspect", "--format", "{{json .HostConfig}}", container))
        _expect((host["ReadonlyRootfs"], host["CapDrop"]), (True, ["ALL"]), "root read-only, capabilities dropped")
        _check_mounts(engine, container)
    finally:
        engine(*compose, "down", "--volumes", "--remove-orphans", "--timeout", "5", names=names)
    left = engine("ps", "--all", "--quiet", "--filter", f"label=com.docker.compose.project={engine.run}")
    _expect(left, "", "what is left")
    return "up, healthy, down"


def _check_mounts(engine: Engine, container: str) -> None:
    """See that scenarios and fixtures come from the mounted folders, which the container cannot write to."""
    mounts = json.loads(engine("inspect", "--format", "{{json .Mounts}}", container))
    found = {mount["Destination"]: mount["RW"] for mount in mounts}
    _expect(found, {"/scenarios": False, "/fixtures": False}, "what is mounted, and whether it can be written to")
    url = engine.published(container)
    _, scenario = _ask(f"{url}/__admin/scenario", TOKEN)
    _expect(scenario["active"], ["flaky_create"], "the active scenarios")
    _, world = _ask(f"{url}/__admin/world?world=restricted", TOKEN)
    _expect(world["edition"], "standard", "the edition of the mounted fixture")


CHECKS: list[tuple[str, Callable[[Engine], str]]] = [
    ("builds", builds),
    ("defaults", serves),
    ("--port 7000", _healthy("--port", "7000")),
    ("OKR_MOCK_PORT=7001", _healthy(options=("--env", "OKR_MOCK_PORT=7001"))),
    ("--host 127.0.0.1", _healthy("--host", "127.0.0.1")),
    ("--tls", _healthy("--tls")),
    ("--tls on an address of the network", _healthy("--tls", "--host", "box", options=("--hostname", "box"))),
    ("a proxy in the environment", _healthy(options=("--env", "http_proxy=http://127.0.0.1:9"))),
    ("no server", tells_ill_health),
    ("not root", is_not_root),
    ("read-only root, no capabilities", _healthy("--tls", options=HARDENED)),
    ("no network", _healthy(options=("--network", "none"))),
    ("flags append", appends_flags),
    ("SIGTERM", stops),
    ("crash", comes_back),
    ("docker compose", composes),
    ("lark-oapi over TLS", talks_to_lark_oapi),
]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def _passes(engine: Engine, name: str, check: Callable[[Engine], str]) -> bool:
    try:
        _say(f"ok      {name}: {check(engine)}")
    except (CheckError, OSError, subprocess.TimeoutExpired) as error:
        _say(f"FAILED  {name}: {error}")
        return False
    return True


def _find() -> Engine | None:
    program = shutil.which("docker")
    if not program:
        return None
    engine = Engine(program, f"okr-mock-check-{os.getpid()}")
    try:
        engine("version")
    except (CheckError, OSError, subprocess.TimeoutExpired):
        return None
    return engine


def main() -> int:
    """Run every check; what follows a failed build is left out."""
    engine = _find()
    if engine is None:
        _say("skipped: no container engine answers")
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not _passes(engine, *CHECKS[0]):
            return 1
        failed = [name for name, check in CHECKS[1:] if not _passes(engine, name, check)]
    finally:
        engine.clean()
    _say(f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
