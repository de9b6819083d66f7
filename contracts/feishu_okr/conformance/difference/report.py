"""Reports of a difference: for the terminal, for machines, for build servers, and a page for people."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from feishu_okr.conformance.difference.remedy import remedy
from feishu_okr.conformance.difference.run import Difference, Found
from feishu_okr.conformance.exchange import redacted_text
from feishu_okr.conformance.junit import junit
from feishu_okr.conformance.tally import FAILED, PROVED, UNPROVED, Result, Tally
from feishu_okr.contract import load

UNEXPLAINED = "unexplained"
_MOST_CASES = 5


def as_text(difference: Difference) -> str:
    """Write what a terminal shows.

    Args:
        difference: what came of a run.
    """
    lines = [f"A  {difference.a}", f"B  {difference.b}", ""]
    lines += [f"{s.claim}: A {' or '.join(s.a)}, B {' or '.join(s.b)}" for s in difference.splits]
    lines += [""] if difference.splits else []
    lines += [_line(one) for one in difference.found]
    lines += [""] if difference.found else []
    lines += [f"not told of {claim}: {why}" for claim, why in difference.untold.items()]
    lines += [f"{count} cases left out: {why}" for why, count in difference.left_out.items()]
    return redacted_text("\n".join([*lines, summary(difference), ""]))


def summary(difference: Difference) -> str:
    """Say in one line how much differs.

    Args:
        difference: what came of a run.
    """
    numbers = (len(difference.says), len(difference.splits), len(difference.found), len(difference.unexplained))
    text = "{} cases sent to both; they differ in {} claims and {} rows, {} of them unexplained".format(*numbers)
    options = [f"--set {split.claim}={split.b[0]}" for split in difference.splits if len(split.b) == 1]
    return "\n".join([text, f"to serve as B does: {' '.join(options)}"]) if options else text


def _line(one: Found) -> str:
    row = one.row
    cases = ", ".join(one.cases[:_MOST_CASES]) + (" …" if len(one.cases) > _MOST_CASES else "")
    why = ", ".join(one.claims) or UNEXPLAINED
    return redacted_text(f"{row.rule} {row.operation} {row.where}: A {row.a!r}, B {row.b!r} [{why}] in {cases}")


def as_json(difference: Difference) -> dict[str, Any]:
    """Give everything as one JSON value.

    Args:
        difference: what came of a run.
    """
    return {
        "a": difference.a,
        "b": difference.b,
        "exit": difference.exit,
        "cases": len(difference.says),
        "claims": {split.claim: {"a": list(split.a), "b": list(split.b)} for split in difference.splits},
        "untold": difference.untold,
        "left_out": dict(difference.left_out),
        "rows": [_row(one) for one in difference.found],
        "guards": difference.guards,
    }


def _row(one: Found) -> dict[str, Any]:
    row = one.row
    a, b = redacted_text(row.a), redacted_text(row.b)
    shown = {"rule": row.rule, "operation": row.operation, "where": row.where, "a": a, "b": b}
    return {**shown, "claims": list(one.claims), "unexplained": not one.claims, "cases": one.cases}


def _tally(difference: Difference) -> Tally:
    results = [_result(difference, case, says) for case, says in difference.says.items()]
    for why, count in difference.left_out.items():
        results += [Result(f"left_out.{number}", "", UNPROVED, why) for number in range(1, count + 1)]
    for split in difference.splits:
        says = load().ledger.claims[split.claim].says
        why = f"A {' or '.join(split.a)}, B {' or '.join(split.b)}"
        results.append(Result(f"claims.{split.claim}", says, FAILED, why, (split.claim,)))
    about = {"name": f"{difference.a} and {difference.b}", "profile": ""}
    return Tally(results=results, about=about, exit=difference.exit)


def _result(difference: Difference, case: str, says: str) -> Result:
    found = [one for one in difference.found if case in one.cases]
    claims = tuple(sorted({claim for one in found for claim in one.claims}))
    return Result(case, says, FAILED if found else PROVED, "\n".join(map(_line, found)), claims)


def page(difference: Difference) -> bytes:
    """Write a page that needs nothing else.

    Args:
        difference: what came of a run.
    """
    from jinja2 import Environment, StrictUndefined

    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = Path(__file__).with_name("page.html.j2").read_text(encoding="utf-8")
    claims = load().ledger.claims
    text: str = template.from_string(source).render(difference=difference, claims=claims, summary=summary(difference))
    return redacted_text(text).encode("utf-8", "backslashreplace")


def _scenario(difference: Difference) -> bytes:
    import yaml

    text: str = yaml.safe_dump(remedy(difference), allow_unicode=True, sort_keys=False, width=140)
    return text.encode()


WRITERS: dict[str, Callable[[Difference], bytes]] = {
    "json": lambda difference: orjson.dumps(as_json(difference), option=orjson.OPT_INDENT_2) + b"\n",
    "junit": lambda difference: junit(_tally(difference)),
    "html": page,
    "patch": _scenario,
}
"""What makes each file, by the option that asks for it."""
