"""`python -m tests.mutants.serve ID`: serves a deviation with the flags of `okr-mock serve`."""

import signal
import sys
from functools import partial
from typing import Any

import click

from okr_mock import cli, serving
from okr_mock.settings import Settings
from tests.mutants.deviant import build, constants
from tests.mutants.deviation import allowed, mutants


def _serve(deviation: str, as_json: bool, **values: Any) -> None:
    found = {**mutants(), **allowed()}.get(deviation)
    if found is None:
        raise click.UsageError(f"there is no deviation {deviation!r}; see mutants.yaml and allowed.yaml")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with constants(found):
        values["set"] = (*values["set"], *found.flags)
        serving.run(Settings(**values), as_json, partial(build, found))


main = click.Command("serve", params=[click.Argument(["deviation"]), *cli.serve.params], callback=_serve)

if __name__ == "__main__":
    main()
