"""`python -m tests.fuzz`: very many inputs for every decoder, guided by coverage where atheris is installed.

Each decoder has a process of its own, so that one which ends is seen. An input that breaks something is printed.
"""

import importlib.util
import subprocess
import sys
from time import monotonic

import click
from hypothesis import HealthCheck, given, settings

if "--engine=atheris" in sys.argv:  # before what is fuzzed is loaded
    import atheris

    with atheris.instrument_imports(include=["okr_mock", "feishu_okr", "python_multipart", "jsonpointer"]):
        from tests.fuzz.targets import TARGETS
else:
    from tests.fuzz.targets import TARGETS

_HAS_ATHERIS = importlib.util.find_spec("atheris") is not None
_PATIENCE = 10  # seconds for one input
_MEMORY = 2048  # MiB a decoder's process may come to


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(list(TARGETS)))
@click.option("--inputs", default=20_000, show_default=True, help="Inputs a decoder.")
@click.option(
    "--engine", type=click.Choice(["atheris", "hypothesis"]), default="atheris" if _HAS_ATHERIS else "hypothesis"
)
@click.option("--here", is_flag=True, hidden=True)
def main(names: tuple[str, ...], inputs: int, engine: str, *, here: bool) -> None:
    """Fuzz decoders, all of them if none is named."""
    if here:
        _fuzz(names[0], inputs, engine)
        return
    broken = [name for name in names or TARGETS if not _is_unbroken(name, inputs, engine)]
    sys.exit(f"broken: {', '.join(broken)}" if broken else 0)


def _is_unbroken(name: str, inputs: int, engine: str) -> bool:
    began = monotonic()
    command = [sys.executable, "-m", "tests.fuzz", name, "--here", f"--inputs={inputs}", f"--engine={engine}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    click.echo(f"{name}: {inputs:,} inputs with {engine}, exit code {done.returncode}, {monotonic() - began:.0f} s")
    if done.returncode:
        click.echo(f"{done.stdout[-2000:]}{done.stderr[-6000:]}", err=True)
    return done.returncode == 0


def _fuzz(name: str, inputs: int, engine: str) -> None:
    take, strategy = TARGETS[name]

    @settings(max_examples=inputs, database=None, deadline=_PATIENCE * 1000, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def run(drawn: object) -> None:
        take(drawn)

    if engine == "hypothesis":
        run()
        return
    flags = [f"-runs={inputs}", f"-timeout={_PATIENCE}", f"-rss_limit_mb={_MEMORY}", "-max_len=8192", "-len_control=0"]
    atheris.Setup([sys.argv[0], *flags], run.hypothesis.fuzz_one_input)  # type: ignore[attr-defined]
    atheris.Fuzz()


if __name__ == "__main__":
    main()
