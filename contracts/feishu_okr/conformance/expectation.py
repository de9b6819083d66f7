"""Expectations: how an answer differs from what a case says of it.

A JSON object is described by some of its members; others may be there. A member that begins with `$` says more than a
value can; `MATCHERS` lists them. Types count: `1` is neither `"1"` nor `1.0`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Differences = Iterator[str]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


def differences(wanted: Any, found: Any, known: frozenset[str], at: str = "") -> Differences:
    """Say where a value is not what was expected.

    Args:
        wanted: the expectation.
        found: the value.
        known: names that the contract has; `$echo` allows others to be added.
        at: where the value is, for the text.
    """
    if isinstance(wanted, Mapping):
        matcher = next((name for name in wanted if name in MATCHERS), "")
        if matcher:
            yield from MATCHERS[matcher](wanted[matcher], found, known, at)
        else:
            yield from _object(wanted, found, known, at)
    elif isinstance(wanted, list):
        yield from _list(wanted, found, known, at)
    elif type(wanted) is not type(found) or wanted != found:
        yield f"{at or '/'} is {_shown(found)}, expected {_shown(wanted)}"


def _object(wanted: Mapping[str, Any], found: Any, known: frozenset[str], at: str) -> Differences:
    if not isinstance(found, dict):
        yield f"{at or '/'} is {_shown(found)}, expected an object"
        return
    for name, value in wanted.items():
        if isinstance(value, Mapping) and "$absent" in value:
            if name in found:
                yield f"{at}/{name} is {_shown(found[name])}, expected to be absent"
        elif name not in found:
            yield f"{at}/{name} is missing"
        else:
            yield from differences(value, found[name], known, f"{at}/{name}")


def _list(wanted: list[Any], found: Any, known: frozenset[str], at: str) -> Differences:
    if not isinstance(found, list):
        yield f"{at or '/'} is {_shown(found)}, expected a list"
    elif len(found) != len(wanted):
        yield f"{at or '/'} has {len(found)} items, expected {len(wanted)}"
    else:
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, known, f"{at}/{number}")


def _echo(wanted: Any, found: Any, known: frozenset[str], at: str) -> Differences:
    """Allow what was sent and nothing else that the contract has a name for."""
    if isinstance(wanted, Mapping) and isinstance(found, dict):
        yield from (f"{at}/{name} was not sent" for name in found if name not in wanted and name in known)
        yield from (f"{at}/{name} is missing" for name in wanted if name not in found)
        for name in wanted.keys() & found.keys():
            yield from _echo(wanted[name], found[name], known, f"{at}/{name}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from _echo(one, other, known, f"{at}/{number}")
    else:
        yield from differences(wanted, found, known, at)


def _regex(wanted: str, found: Any, _: frozenset[str], at: str) -> Differences:
    if not isinstance(found, str) or not re.fullmatch(wanted, found):
        yield f"{at or '/'} is {_shown(found)}, expected to match {wanted}"


def _type(wanted: str, found: Any, _: frozenset[str], at: str) -> Differences:
    is_right = isinstance(found, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(found, bool))
    if not is_right:
        yield f"{at or '/'} is {_shown(found)}, expected a value of type {wanted}"


def _length(wanted: int, found: Any, _: frozenset[str], at: str) -> Differences:
    if not isinstance(found, list | str) or len(found) != wanted:
        yield f"{at or '/'} is {_shown(found)}, expected a length of {wanted}"


def _contains(wanted: Any, found: Any, known: frozenset[str], at: str) -> Differences:
    if not isinstance(found, list) or not any(not any(differences(wanted, item, known)) for item in found):
        yield f"{at or '/'} has no item {_shown(wanted)}"


def _lacks(wanted: Any, found: Any, known: frozenset[str], at: str) -> Differences:
    if not isinstance(found, list) or any(not any(differences(wanted, item, known)) for item in found):
        yield f"{at or '/'} has an item {_shown(wanted)}, or is no list"


def _each(wanted: Any, found: Any, known: frozenset[str], at: str) -> Differences:
    if not isinstance(found, list) or not found:
        yield f"{at or '/'} is {_shown(found)}, expected items"
        return
    for number, item in enumerate(found):
        yield from differences(wanted, item, known, f"{at}/{number}")


def _later(wanted: Any, found: Any, _: frozenset[str], at: str) -> Differences:
    if not (isinstance(found, str) and found.isdecimal() and int(found) > int(wanted)):
        yield f"{at or '/'} is {_shown(found)}, expected more than {wanted}"


def _order(wanted: list[Any], found: Any, known: frozenset[str], at: str) -> Differences:
    """Items that come one after the other, maybe with others between them."""
    rest: Iterator[Any] = iter(found if isinstance(found, list) else ())
    for item in wanted:
        if not any(not any(differences(item, other, known)) for other in rest):
            yield f"{at or '/'} has no item {_shown(item)} where it is due"


def _anywhere(wanted: Any, found: Any, known: frozenset[str], at: str) -> Differences:
    if not any(not any(differences(wanted, item, known)) for item in _within(found)):
        yield f"{at or '/'} has nothing like {_shown(wanted)} in it"


def _within(value: Any) -> Iterator[Any]:
    yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from _within(item)


def _either(wanted: list[Any], found: Any, known: frozenset[str], at: str) -> Differences:
    if all(any(differences(one, found, known)) for one in wanted):
        yield f"{at or '/'} is {_shown(found)}, expected one of {_shown(wanted)}"


MATCHERS: dict[str, Callable[[Any, Any, frozenset[str], str], Differences]] = {
    "$echo": _echo,
    "$re": _regex,
    "$type": _type,
    "$length": _length,
    "$contains": _contains,
    "$lacks": _lacks,
    "$each": _each,
    "$more_than": _later,
    "$in_order": _order,
    "$anywhere": _anywhere,
    "$either": _either,
}
"""What an expectation can say beside a value; `$absent` stands for a member that must not be there."""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
