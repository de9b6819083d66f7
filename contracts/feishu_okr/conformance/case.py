"""Cases: what is asked of a target and what is expected, as literal data in `cases/`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feishu_okr.conformance.capability import WRITES
from feishu_okr.conformance.filling import names_in
from feishu_okr.conformance.knowledge import NAMES
from feishu_okr.contract.source import read

FOLDER = Path(__file__).parent / "cases"
_OF_CASE = ("id", "says", "claims", "needs", "world", "steps")
EACH = "${each}"
OWN_WORLD = ("isolate", "steer")
"""What a case needs that says how its world begins."""
_USERS = ("user", "other_user")


class CaseError(Exception):
    """A file of cases is wrong; says where."""


@dataclass(frozen=True)
class Case:
    """What is asked and what is expected.

    Args:
        id: unique name, `file.case`.
        says: what it proves, one sentence.
        steps: calls, one after the other, each with what is expected of its answer.
        claims: claims that it rests on beside those that its expectations name.
        needs: capabilities, and what must be known as `knows:NAME`.
        world: start of its world, where it is not the usual one.
        bases: values that bodies begin with.
    """

    id: str
    says: str
    steps: tuple[Mapping[str, Any], ...]
    claims: frozenset[str]
    needs: frozenset[str]
    world: Mapping[str, Any]
    bases: Mapping[str, Any]

    def __str__(self) -> str:
        return self.id


def read_cases(stem: str, folder: Path = FOLDER) -> list[Case]:
    """Read a file of cases.

    Args:
        stem: its name, without ending.
        folder: where it is.

    Raises:
        CaseError: the file is wrong.
    """
    document = _document(stem, folder)
    bases = _document("bases", folder)
    cases = [_case(stem, entry, document, bases) for entry in _expanded(document)]
    if len({case.id for case in cases}) < len(cases):
        raise CaseError(f"{stem}.yaml: two cases have one id")
    return cases


def outcomes() -> Mapping[str, Any]:
    """Read the expectations that have names."""
    return _document("outcomes")


def _document(stem: str, folder: Path = FOLDER) -> dict[str, Any]:
    document: dict[str, Any] = read(folder / f"{stem}.yaml").value
    return document


def _expanded(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give every case; an entry with `each` stands for one case a value, which takes the place of `${each}`."""
    for entry in document["cases"]:
        values = entry.get("each", {"": None})
        for name, value in values.items():
            case = {key: item for key, item in entry.items() if key != "each"}
            if name:
                case["id"] = f"{entry['id']}.{name}"
                case["names"] = {"each": value, "each_name": name}
            yield case


def _case(stem: str, entry: dict[str, Any], document: Mapping[str, Any], bases: Mapping[str, Any]) -> Case:
    usual = document.get("usual", {})
    names = entry.pop("names", {})
    own = {key: value for key, value in entry.items() if key not in _OF_CASE}
    steps = tuple({**usual, **step, "names": names} for step in entry.get("steps", [own]))
    steps = tuple({**step, "call": _called(names)} if step.get("call") == EACH else step for step in steps)
    if not all("call" in step for step in steps) or (own and "steps" in entry):
        raise CaseError(f"{stem}.yaml: {entry['id']}: say either `call` or `steps`; found {sorted(own)}")
    used = {**bases, **document.get("bases", {})}
    of_world = OWN_WORLD if "world" in entry else ()
    return Case(
        id=f"{stem}.{entry['id']}",
        says=entry["says"],
        steps=steps,
        claims=frozenset(entry.get("claims", ())),
        needs=frozenset({*entry.get("needs", ()), *of_world, *_implied(steps, used, names)}),
        world=entry.get("world", {}),
        bases=used,
    )


def _called(names: Mapping[str, Any]) -> Any:
    """Give the operation that `${each}` names, or that the list begins with."""
    return names["each"][0] if isinstance(names["each"], list) else names["each"]


def _implied(steps: tuple[Mapping[str, Any], ...], bases: Mapping[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    """Name what the steps need: ids that are named, tokens, and leave to write."""
    for step in steps:
        used = names_in(step) | names_in(list(names.values()))
        used |= {name for base in _bases_in([step, names]) for name in names_in(bases[base])}
        yield from (f"knows:{name}" for name in used & NAMES.keys())
        who = step.get("who", "tenant")
        if who in _USERS:
            yield who
        elif who == "tenant" and step["call"].startswith("okr."):
            yield "credentials"
        if step["call"] in WRITES:
            yield WRITES[step["call"]]


def _bases_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "$base" in value:
            yield value["$base"]
        for item in value.values():
            yield from _bases_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _bases_in(item)
