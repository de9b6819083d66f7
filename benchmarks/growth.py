"""`python -m benchmarks.growth`: what a create costs when there are many records, and many worlds, already.

What is there already is made by creates; each cost is the median of turns that alternate with a server
that holds nothing, so that what disturbs the machine disturbs both sides.
"""

import http.client
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import click
import orjson

from benchmarks.load import Job
from benchmarks.rate import rate
from benchmarks.request import RECORDS, headers, written
from benchmarks.servers import OURS, ROOT, Server, ServerError, running

_ROOM = ("--max-records", "10000000", "--max-world-bytes", str(2**40), "--max-worlds", "1000000")
_LITTLE_JOURNAL = ("--journal-exchanges", "10")
_TURN = 1000
_TURNS = 15
_EXAMPLE = ROOT / "contracts" / "examples" / "create-request.json"
Fill = Callable[[Executor, Server, int], None]


def small_body() -> bytes:
    """Write a create with one short text."""
    value = orjson.loads(_EXAMPLE.read_bytes())
    text = {"type": "textRun", "textRun": {"text": "x"}}
    value["content"] = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [text]}}]}
    return orjson.dumps(value)


def fill_records(load: Executor, server: Server, count: int) -> None:
    """Make records in one world.

    Args:
        load: runs the load.
        server: the emulator.
        count: how many.
    """
    _rate(load, server, count)


def fill_worlds(_: Executor, server: Server, count: int) -> None:
    """Make a record in each of many worlds.

    Args:
        server: the emulator.
        count: how many.
    """
    connection, body = http.client.HTTPConnection("127.0.0.1", server.port), small_body()
    for number in range(count):
        connection.request("POST", RECORDS, body, headers(f"t-dev.w{number}"))
        answer = connection.getresponse()
        if answer.status != 200:
            raise ServerError(f"world {number} answers {answer.status}: {answer.read()[:200]!r}")
        answer.read()
    connection.close()


def cost(load: Executor, fill: Fill, count: int) -> float:
    """Measure a create's cost beside so many things, as a ratio to its cost beside one.

    Args:
        load: runs the load.
        fill: makes the things.
        count: how many.

    Raises:
        ServerError: an answer was wrong.
    """
    flags = (*OURS, *_ROOM, *_LITTLE_JOURNAL)
    with running(flags) as empty, running(flags) as full:
        fill(load, empty, 1)
        fill(load, full, count)
        for server in (empty, full):
            _rate(load, server, _TURN)
        return median(_rate(load, empty, _TURN) / _rate(load, full, _TURN) for _ in range(_TURNS))


def _rate(load: Executor, server: Server, count: int) -> float:
    request = written(small_body(), "t-dev.w0", server.port)
    return rate(load, "creates", Job(server.port, request, 200, count=count))


def draw(path: Path, lines: dict[str, list[tuple[int, float]]]) -> None:
    """Draw the ratios over the counts.

    Args:
        path: SVG file.
        lines: counts and ratios by what was counted.
    """
    import pygal

    chart = pygal.XY(
        style=pygal.style.CleanStyle,
        logarithmic=False,
        range=(0, 2),
        title="Cost of a create, as a ratio to the empty emulator",
        x_title="how many are there already, as a power of ten",
        include_x_axis=True,
        js=[],
        disable_xml_declaration=True,
    )
    for name, points in lines.items():
        chart.add(name, [(len(str(count)) - 1, round(ratio, 3)) for count, ratio in points])
    path.write_text(chart.render(), encoding="utf-8")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--records", default="10,10000,1000000", show_default=True, help="Counts of records in one world.")
@click.option("--worlds", default="1,1000,10000", show_default=True, help="Counts of worlds.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw the curve into this file.")
def main(records: str, worlds: str, svg: Path | None) -> None:
    """Measure what a create costs beside many records and worlds."""
    if svg and not find_spec("pygal"):
        raise click.UsageError("--svg draws with pygal, which is not installed; pip install -e '.[bench]'")
    lines: dict[str, list[tuple[int, float]]] = {"records": [], "worlds": []}
    asked = (("records", fill_records, records), ("worlds", fill_worlds, worlds))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as load:
        for name, fill, counts in asked:
            for count in map(int, counts.split(",")):
                lines[name].append((count, cost(load, fill, count)))
                click.echo(f"a create beside {count:,} {name} costs {lines[name][-1][1]:.3f} times as much")
    if svg:
        draw(svg, lines)


if __name__ == "__main__":
    main()
