"""The scenario of a difference closes it."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.feishu_okr.conformance.difference.command import run_cli

OTHER = """\
description: Another server.
steps:
  - name: more
    when: {operation: okr.v1.progress_record.create, body: {/source_title: {equals: 周报}}}
    then:
      patch: [{op: add, path: /data/version, value: 3}]
  - name: gone
    when: {operation: okr.v1.progress_record.get}
    then:
      respond: {status: 410, headers: {}, body: {code: 7, msg: gone}, violates: true}
"""


@pytest.mark.once
def test_remedy_closes_the_difference(tmp_path: Path) -> None:
    """With the written scenario the emulator answers as the other one, in claims and in what no claim explains."""
    other, patch, report = tmp_path / "other.yaml", tmp_path / "patch.yaml", tmp_path / "report.json"
    other.write_text(OTHER)
    b = f"mock:gateway,{other}"
    assert run_cli("diff", "mock", b, "--only", "records", "--patch", str(patch), "--json", str(report))[0] == 1
    told: dict[str, Any] = orjson.loads(report.read_bytes())
    alone = {(row["rule"], row["where"]) for row in told["rows"] if row["unexplained"]}
    assert alone == {("presence", "/data/version"), ("status", ""), ("code", "/code")}
    assert run_cli("lint", str(patch))[0] == 0
    code, out, _ = run_cli("diff", f"mock:{patch}", b, "--only", "records")
    assert (code, out.splitlines()[-1].partition(";")[2]) == (
        0,
        " they differ in 0 claims and 0 rows, 0 of them unexplained",
    )
