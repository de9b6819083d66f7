"""Reads a fixture file and says everything that is wrong with it, each mistake with its place."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from feishu_okr.contract.source import ContractError, Mistake, Source, read
from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, Fixture, build_fixture

SCHEMA = Path(__file__).with_name("fixture.schema.yaml")
DEFAULT = Path(__file__).with_name("default.yaml")
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


@cache
def fixture_schema() -> dict[str, Any]:
    """Give the schema of fixture files."""
    schema: dict[str, Any] = read(SCHEMA).value
    return schema


def default_fixture() -> Fixture:
    """Build the shipped fixture, which our tests have checked."""
    return build_fixture(read(DEFAULT).value)


def read_fixtures(path: Path) -> dict[str, Fixture]:
    """Read a fixture file, or all of a folder, by their names without the ending.

    Args:
        path: a YAML or JSON file, or a folder of such files.

    Raises:
        FixtureError: files are unreadable or wrong, or declare an app twice; names every mistake.
    """
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES) if path.is_dir() else [path]
    mistakes = [] if files else [Mistake(str(path), 1, 1, "", "no .yaml or .json file in this folder")]
    sources: list[Source] = []
    for file in files:
        try:
            sources.append(read(file))
        except ContractError as error:
            mistakes += error.mistakes
    for source in sources:
        mistakes += [source.mistake(at, text) for at, text in find_mistakes(source.value)]
    mistakes += _apps_declared_twice(sources) if not mistakes else []
    if mistakes:
        raise FixtureError(mistakes)
    return {source.path.stem: build_fixture(source.value) for source in sources}


def _apps_declared_twice(sources: list[Source]) -> Iterator[Mistake]:
    homes: dict[str, Path] = {}
    for source in sources:
        for index, app in enumerate(source.value.get("apps", [])):
            home = homes.setdefault(app["id"], source.path)
            if home != source.path:
                text = f"{app['id']} is declared in {home.name} too; an app leads to one world"
                yield source.mistake(("apps", index, "id"), text)


def find_mistakes(document: Any) -> list[Found]:
    """Find what is wrong with a fixture: first against its schema, then in how its parts fit together.

    Args:
        document: value of a fixture file.
    """
    import jsonschema  # slow to load, and the shipped fixture needs no check

    errors = jsonschema.Draft202012Validator(fixture_schema()).iter_errors(document)
    against_schema = [(tuple(error.absolute_path), _shorter(error.message)) for error in errors]
    return against_schema or [*_repeated(document), *_dangling(document), *_odd_weights(document), *_odd_months(document)]


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
    lists = {"apps": "id", "users": "open_id", "codes": "code", "period_rules": "period_rule_id", "periods": "id"}
    lists |= {"okrs": "id", "records": "id", "images": "file_token"}
    named = [(name, [((name, i, key), entry[key]) for i, entry in enumerate(document.get(name, []))])
             for name, key in lists.items()]  # fmt: skip
    for what in ("union_id", "user_id", "lark_id"):
        users = document["users"]
        named.append((what, [(("users", i, what), user[what]) for i, user in enumerate(users) if what in user]))
    named.append(("objectives and key results", [((*at, "id"), goal["id"]) for at, _, goal in _goals(document)]))
    pairs = [(("okrs", i), (okr["user"], okr["period"])) for i, okr in enumerate(document.get("okrs", []))]
    named.append(("okrs of this person and period", pairs))
    for name, entries in named:
        seen: set[Any] = set()
        for at, value in entries:
            if value in seen:
                yield at, f"{value} is there twice among the {name}"
            seen.add(value)


def _dangling(document: dict[str, Any]) -> Iterator[Found]:
    people = {user["open_id"] for user in document["users"]}
    periods = {period["id"] for period in document.get("periods", [])}
    targets = {(kind, goal["id"]) for _, kind, goal in _goals(document)}
    for at, what, known, value in _references(document):
        if value not in {"person": people, "period": periods}.get(known, ()):
            yield (*at, what), f"there is no {known} {value}"
    for at, _, goal in _goals(document):
        for index, aligned in enumerate(goal.get("aligned_to", [])):
            if (OBJECTIVE, aligned) not in targets:
                yield (*at, "aligned_to", index), f"there is no objective {aligned}"
    for name in ("records", "images"):
        for index, entry in enumerate(document.get(name, [])):
            if (entry["target_type"], entry["target_id"]) not in targets:
                text = f"there is no target {entry['target_id']} of type {entry['target_type']}"
                yield (name, index, "target_id"), text


def _references(document: dict[str, Any]) -> Iterator[tuple[At, str | int, str, str]]:
    """Go through everything that names a person or a period."""
    for name in ("codes", "okrs", "reviews"):
        for index, entry in enumerate(document.get(name, [])):
            yield (name, index), "user", "person", entry["user"]
            if name != "codes":
                yield (name, index), "period", "period", entry["period"]
    for index, record in enumerate(document.get("records", [])):
        if "author" in record:
            yield ("records", index), "author", "person", record["author"]
    for at, _, goal in _goals(document):
        for index, mentioned in enumerate(goal.get("mentions", [])):
            yield (*at, "mentions"), index, "person", mentioned


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
