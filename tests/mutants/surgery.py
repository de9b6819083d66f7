"""Small operations on JSON values: what is written as a step of a deviation is done here."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Place = tuple[Any, Any]
"""A container and the key or index of a value in it."""


def places(value: Any, pointer: str) -> Iterator[Place]:
    """Find what a JSON Pointer names; `*` stands for every member of a list or object, `**` for any depth.

    Args:
        value: JSON value.
        pointer: pointer of at least one part; its last part need not exist in an object.
    """
    part, _, rest = pointer.removeprefix("/").partition("/")
    if part == "**":
        yield from places(value, f"/{rest}")
        for member in _members(value):
            yield from places(member, pointer)
    elif rest:
        for key in _keys(value, part):
            yield from places(value[key], f"/{rest}")
    elif part == "*" or isinstance(value, list):
        yield from [(value, key) for key in _keys(value, part)]
    elif isinstance(value, dict):
        yield value, part


def _members(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _keys(value: Any, part: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value) if part == "*" else [part] if part in value else []
    if isinstance(value, list):
        indices = range(len(value)) if part == "*" else [int(part)] if part.isdecimal() else []
        return [index for index in indices if index < len(value)]
    return []


def _put(container: Any, key: Any, value: Any) -> None:
    container[key] = value


def _default(container: Any, key: Any, value: Any) -> None:
    container.setdefault(key, value)


def _remove(container: Any, key: Any, _: Any) -> None:
    if isinstance(container, dict):
        container.pop(key, None)
    else:
        container[key] = _GONE


def _rename(container: Any, key: Any, name: str) -> None:
    if key in container:
        container[name] = container.pop(key)


def _drop_empty(container: Any, key: Any, _: Any) -> None:
    if key in container and container[key] in ({}, [], ""):
        del container[key]


def _changed(change: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], None]:
    """Make an operation of a function of the value and the argument; what is not there stays away."""

    def operate(container: Any, key: Any, argument: Any) -> None:
        if isinstance(container, list) or key in container:
            container[key] = change(container[key], argument)

    return operate


def _sub(value: Any, argument: Any) -> Any:
    return re.sub(argument["find"], argument["put"], value) if isinstance(value, str) else value


def _first(value: Any, argument: int) -> Any:
    return value[:argument] if isinstance(value, str | list) else value


def _ascii(value: Any, _: Any) -> Any:
    return value.encode("ascii", "ignore").decode() if isinstance(value, str) else value


def _plus(value: Any, argument: int) -> Any:
    return value + argument if isinstance(value, int) else value


_GONE = object()
_OPERATIONS: Mapping[str, Callable[[Any, Any, Any], None]] = {
    "put": _put,
    "default": _default,
    "remove": _remove,
    "rename": _rename,
    "drop_empty": _drop_empty,
    "replace": _changed(lambda _, argument: argument),
    "number": _changed(lambda value, _: int(value) if str(value).isdecimal() else value),
    "text": _changed(lambda value, _: str(value)),
    "plus": _changed(_plus),
    "sub": _changed(_sub),
    "first": _changed(_first),
    "reverse": _changed(lambda value, _: value[::-1] if isinstance(value, list) else value),
    "ascii": _changed(_ascii),
}


def operate(value: Any, step: Mapping[str, Any]) -> Any:
    """Carry out one step on a JSON value; gives the value, which is changed.

    Args:
        value: JSON value.
        step: an operation's name and the pointer it works at, and its argument under `with`.

    Raises:
        KeyError: there is no such operation.
    """
    (name, pointer), *_ = step.items()
    operation = _OPERATIONS[name]
    for container, key in list(places(value, pointer)):
        operation(container, key, step.get("with"))
    return _swept(value)


def _swept(value: Any) -> Any:
    """Take out of lists what was removed."""
    if isinstance(value, list):
        return [_swept(item) for item in value if item is not _GONE]
    return {key: _swept(item) for key, item in value.items()} if isinstance(value, dict) else value


def turned(value: Any) -> Any:
    """Turn the order of all keys round.

    Args:
        value: JSON value.
    """
    if isinstance(value, list):
        return [turned(item) for item in value]
    return {key: turned(value[key]) for key in reversed(value)} if isinstance(value, dict) else value
