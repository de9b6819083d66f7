"""Reads a fixture file and says everything that is wrong with it, each mistake with its place."""

import base64
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from feishu_okr.contract.nesting import read_given
from feishu_okr.contract.number import whole_numbers
from feishu_okr.contract.schema import closed
from feishu_okr.contract.source import ContractError, Mistake, Source, read
from okr_mock.world.clock import EARLIEST, LATEST, Clock
from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, Fixture, build_fixture

SCHEMA = Path(__file__).with_name("fixture.schema.yaml")
DEFAULT = Path(__file__).with_name("default.yaml")
SHOWN_RECORD = "#/components/schemas/ProgressRecord/properties"
SUFFIXES = (".yaml", ".yml", ".json")
_HUNDRED = 100.0
_ROUNDING = 0.05

At = tuple[str | int, ...]
Found = tuple[At, str]


class FixtureError(Exception):
    """A fixture is wrong; carries every mistake found."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def fixture_schema() -> dict[str, Any]:
    """Give the schema of fixture files."""
    schema: dict[str, Any] = read(SCHEMA).value
    return schema


def _full_schema(components: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema, with the contract's for what it says of records too."""
    schema = fixture_schema()
    record = schema["properties"]["records"]["items"]["properties"]
    record |= {name: {"$ref": f"{SHOWN_RECORD}/{name}"} for name in ("content", "modify_time", "progress_rate")}
    return schema | {"components": {"schemas": closed(components["schemas"])}}


def default_fixture() -> Fixture:
    """Build the shipped fixture, which our tests have checked."""
    return build_fixture(read(DEFAULT).value)


def read_fixtures(path: Path, components: Mapping[str, Any]) -> dict[str, Fixture]:
    """Read a fixture file, or all of a folder, by their names without the ending.

    Args:
        path: a YAML or JSON file, or a folder of such files.
        components: those of the contract's document, which say what content may be.

    Raises:
        FixtureError: files are unreadable or wrong, or declare an app twice; names every mistake.
    """
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES) if path.is_dir() else [path]
    mistakes = [] if files else [Mistake(str(path), 1, 1, "", "no .yaml or .json file in this folder")]
    sources: list[Source] = []
    for file in files:
        try:
            sources.append(read_given(file))
        except ContractError as error:
            mistakes += error.mistakes
    for source in sources:
        mistakes += [source.mistake(at, text) for at, text in find_mistakes(source.value, components)]
    mistakes += _apps_declared_twice(sources) if not mistakes else []
    if mistakes:
        raise FixtureError(mistakes)
    return {source.path.stem: build_fixture(whole_numbers(source.value)) for source in sources}


def _apps_declared_twice(sources: list[Source]) -> Iterator[Mistake]:
    homes: dict[str, Path] = {}
    for source in sources:
        for index, app in enumerate(source.value.get("apps", [])):
            home = homes.setdefault(app["id"], source.path)
            if home != source.path:
                text = f"{app['id']} is declared in {home.name} too; an app leads to one world"
                yield source.mistake(("apps", index, "id"), text)


def find_mistakes(document: Any, components: Mapping[str, Any]) -> list[Found]:
    """Find what is wrong with a fixture: first against its schema, then in how its parts fit together.

    Args:
        document: value of a fixture file.
        components: those of the contract's document.
    """
    import jsonschema  # slow to load, and the shipped fixture needs no check

    errors = jsonschema.Draft202012Validator(_full_schema(components)).iter_errors(document)
    against_schema = [(tuple(error.absolute_path), _shorter(error.message)) for error in errors]
    checks = (_repeated, _dangling, _targetless, _odd_weights, _odd_months, _odd_clock, _odd_images)
    return against_schema or [found for check in checks for found in check(document)]


def _shorter(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:200]} … {text[-80:]}"


def _goals(document: dict[str, Any]) -> Iterator[tuple[At, int, dict[str, Any]]]:
    """Go through all objectives and key results with their places and types."""
    for i, okr in enumerate(document.get("okrs", [])):
        for j, objective in enumerate(okr["objectives"]):
            at: At = ("okrs", i, "objectives", j)
            yield at, OBJECTIVE, objective
            for k, key_result in enumerate(objective.get("key_results", [])):
                yield (*at, "key_results", k), KEY_RESULT, key_result


def _repeated(document: dict[str, Any]) -> Iterator[Found]:
    for name, entries in _named(document):
        seen: set[Any] = set()
        for at, value in entries:
            if value in seen:
                yield at, f"{value} is there twice among the {name}"
            seen.add(value)


def _named(document: dict[str, Any]) -> Iterator[tuple[str, list[tuple[At, Any]]]]:
    """Go through everything that may be there once only."""
    keys = {"apps": "id", "users": "open_id", "codes": "code", "period_rules": "period_rule_id", "periods": "id"}
    keys |= {"okrs": "id", "records": "id", "images": "file_token"}
    for name, key in keys.items():
        yield name, [((name, index, key), entry[key]) for index, entry in enumerate(document.get(name, []))]
    users = list(enumerate(document["users"]))
    for what in ("union_id", "user_id", "lark_id"):
        yield what, [(("users", index, what), user[what]) for index, user in users if what in user]
    yield "objectives and key results", [((*at, "id"), goal["id"]) for at, _, goal in _goals(document)]
    okrs = enumerate(document.get("okrs", []))
    yield "pairs of person and period", [(("okrs", index), f"{okr['user']} in {okr['period']}") for index, okr in okrs]


def _dangling(document: dict[str, Any]) -> Iterator[Found]:
    people = {user["open_id"] for user in document["users"]}
    periods = {period["id"] for period in document.get("periods", [])}
    objectives = {goal["id"] for _, kind, goal in _goals(document) if kind == OBJECTIVE}
    known = {"person": people, "period": periods, "objective": objectives}
    for at, what, value in _references(document):
        if value not in known[what]:
            yield at, f"there is no {what} {value}"


def _targetless(document: dict[str, Any]) -> Iterator[Found]:
    targets = {(kind, goal["id"]) for _, kind, goal in _goals(document)}
    for name in ("records", "images"):
        for index, entry in enumerate(document.get(name, [])):
            if (entry["target_type"], entry["target_id"]) not in targets:
                text = f"there is no target {entry['target_id']} of type {entry['target_type']}"
                yield (name, index, "target_id"), text


def _references(document: dict[str, Any]) -> Iterator[tuple[At, str, str]]:
    """Go through everything that names a person, a period or an objective."""
    for name in ("codes", "okrs", "reviews"):
        for index, entry in enumerate(document.get(name, [])):
            yield (name, index, "user"), "person", entry["user"]
            if name != "codes":
                yield (name, index, "period"), "period", entry["period"]
    for index, record in enumerate(document.get("records", [])):
        if "author" in record:
            yield ("records", index, "author"), "person", record["author"]
    for at, _, goal in _goals(document):
        for name, what in (("mentions", "person"), ("aligned_to", "objective")):
            yield from (((*at, name, index), what, named) for index, named in enumerate(goal.get(name, [])))


def _odd_weights(document: dict[str, Any]) -> Iterator[Found]:
    """Weights of one parent are given for all and make a hundred, or for none."""
    for i, okr in enumerate(document.get("okrs", [])):
        yield from _odd(okr["objectives"], ("okrs", i, "objectives"))
        for j, objective in enumerate(okr["objectives"]):
            yield from _odd(objective.get("key_results", []), ("okrs", i, "objectives", j, "key_results"))


def _odd(siblings: list[dict[str, Any]], at: At) -> Iterator[Found]:
    weights = [entry["weight"] for entry in siblings if "weight" in entry]
    if weights and len(weights) < len(siblings):
        yield at, "some have a weight and some have none; give all of them one, or none"
    elif weights and abs(sum(weights) - _HUNDRED) > _ROUNDING:
        yield at, f"the weights make {round(sum(weights), 3)} and not 100"


def _odd_months(document: dict[str, Any]) -> Iterator[Found]:
    for index, period in enumerate(document.get("periods", [])):
        if period["end_month"] < period["start_month"]:
            yield ("periods", index, "end_month"), f"the period ends before it starts in {period['start_month']}"


def _odd_clock(document: dict[str, Any]) -> Iterator[Found]:
    clock = document.get("clock", {})
    if not EARLIEST <= Clock(**clock).read(time.time_ns() // 1_000_000) <= LATEST:
        at: At = ("clock", "frozen" if "frozen" in clock else "shift")
        yield at, "the clock goes from 2001-09-10 to 2037-12-31; outside of that ids and times would lose their form"


def _odd_images(document: dict[str, Any]) -> Iterator[Found]:
    for index, image in enumerate(document.get("images", [])):
        try:
            base64.b64decode(image["data"], validate=True)
        except ValueError as error:
            yield ("images", index, "data"), f"not base64: {error}"
