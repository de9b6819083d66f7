"""The full check of the contract's files: everything wrong with them, at once, each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonpatch
import jsonschema
import jsonschema.exceptions

from feishu_okr.contract.bundle import Bundle
from feishu_okr.contract.operation import resolve
from feishu_okr.contract.schema import closed
from feishu_okr.contract.source import ContractError, Mistake, Source, read

_FILES = ("sources", "errors", "claims", "unmodelled")


@dataclass(frozen=True)
class _Files:
    root: Path
    sources: Source
    errors: Source
    claims: Source
    unmodelled: Source
    operations: tuple[Source, ...]


def lint(root: Path) -> list[Mistake]:
    """Find every mistake in the contract's files.

    Args:
        root: folder of the data files.
    """
    try:
        named = {name: read(root / f"{name}.yaml") for name in _FILES}
        operations = tuple(read(path) for path in sorted((root / "operations").glob("*.yaml")))
    except ContractError as error:
        return error.mistakes
    files = _Files(root, **named, operations=operations)
    mistakes = [*_against_rules(files)]
    if not mistakes:
        mistakes += [*_evidence(files), *_refusals(files), *_profiles(files), *_document(files)]
    return sorted(mistakes)


def _against_rules(files: _Files) -> Iterator[Mistake]:
    for name in _FILES:
        source: Source = getattr(files, name)
        yield from _fits(source, source.value, (), read(files.root / "rules" / f"{name}.yaml").value)
    rule = read(files.root / "rules" / "operation.yaml").value
    for source in files.operations:
        for name, path in source.value.items():
            yield from _fits(source, path, (name,), rule)


def _fits(source: Source, value: Any, at: tuple[str | int, ...], rule: dict[str, Any]) -> Iterator[Mistake]:
    for error in jsonschema.Draft202012Validator(rule).iter_errors(value):
        yield source.mistake((*at, *error.absolute_path), error.message)


def _evidence(files: _Files) -> Iterator[Mistake]:
    known = files.sources.value["sources"]
    for source in (files.errors, files.claims, *files.operations):
        for at, entry in _walk(source.value, ()):
            if isinstance(entry, dict) and "mark" in entry and entry["source"] not in known:
                yield source.mistake((*at, "source"), f"there is no source {entry['source']!r} in sources.yaml")


def _refusals(files: _Files) -> Iterator[Mistake]:
    known = files.errors.value["refusals"]
    for source in files.operations:
        for at, entry in _walk(source.value, ()):
            if at[-1:] != ("x-okr",):
                continue
            named: list[tuple[tuple[str | int, ...], str]] = [
                (("refusals", index), name) for index, name in enumerate(entry["refusals"])
            ]
            named += [(("on_violation",), entry["on_violation"])] if "on_violation" in entry else []
            for where, name in named:
                if name not in known:
                    yield source.mistake((*at, *where), f"there is no refusal {name!r} in errors.yaml")


def _profiles(files: _Files) -> Iterator[Mistake]:
    claims = files.claims.value["claims"]
    for name, claim in claims.items():
        yield from _option(files.claims, ("claims", name, "default"), claim, claim["default"])
        for index, entry in enumerate(claim["evidence"]):
            if "for" in entry:
                yield from _option(files.claims, ("claims", name, "evidence", index, "for"), claim, entry["for"])
    for profile, entry in files.claims.value["profiles"].items():
        for name, option in entry["sets"].items():
            at = ("profiles", profile, "sets", name)
            if name not in claims:
                yield files.claims.mistake(at, f"there is no claim {name!r}")
            else:
                yield from _option(files.claims, at, claims[name], option)


def _option(source: Source, at: tuple[str | int, ...], claim: dict[str, Any], option: str) -> Iterator[Mistake]:
    if option not in claim["options"]:
        yield source.mistake(at, f"there is no option {option!r}; there are {', '.join(claim['options'])}")


def _document(files: _Files) -> Iterator[Mistake]:
    bundle = Bundle(files.root)
    try:
        document = bundle.document()
    except ContractError as error:
        yield from error.mistakes
        return
    yield from _patches(files, {"document": document, "catalog": files.errors.value})
    yield from _examples(document, bundle)


def _patches(files: _Files, targets: dict[str, Any]) -> Iterator[Mistake]:
    for name, claim in files.claims.value["claims"].items():
        for option, entry in claim["options"].items():
            for kind, target in targets.items():
                try:
                    jsonpatch.apply_patch(target, entry.get(kind, []))
                except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
                    yield files.claims.mistake(("claims", name, "options", option, kind), f"cannot be applied: {error}")


def _examples(document: dict[str, Any], bundle: Bundle) -> Iterator[Mistake]:
    """Check every example against its schema, in the closed form: an example has no unknown field."""
    components = closed(document["components"])
    for at, media in _walk(document["paths"], ()):
        if not (isinstance(media, dict) and "schema" in media and "examples" in media):
            continue
        validator = jsonschema.Draft202012Validator(closed(media["schema"]) | {"components": components})
        for name, example in media["examples"].items():
            for error in validator.iter_errors(resolve(document, example)["value"]):
                yield _example_mistake(bundle, example["value"], (*at, "examples", name), error)


def _example_mistake(
    bundle: Bundle, value: Any, at: tuple[str | int, ...], error: jsonschema.exceptions.ValidationError
) -> Mistake:
    file = next((source for source in bundle.files.values() if source.value is value), None)
    if file is None:
        return Mistake("openapi.yaml", 1, 1, "/".join(map(str, at)), error.message)
    return file.mistake(tuple(error.absolute_path), error.message)


def _walk(value: Any, at: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield at, value
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from _walk(item, (*at, key))
