"""A call as data: what to send and what to make of the answer, without doing either."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from feishu_okr.client.types_content import ContentJson

T = TypeVar("T")
Progress = Callable[[int, int], None]
"""Told after each piece of an upload: bytes sent so far, and bytes in all."""


class SupportsJson(Protocol):
    """Something that becomes the content of a record, such as a `Content`."""

    def to_json(self) -> ContentJson:
        """Give the content in the v1 spelling."""
        ...


@dataclass(frozen=True)
class File:
    """The file of a form.

    Args:
        name: its file name.
        data: its bytes.
        media: its media type.
        progress: told how much was sent.
    """

    name: str
    data: bytes = field(repr=False)
    media: str
    progress: Progress | None = None


@dataclass(frozen=True)
class Call(Generic[T]):
    """One call of one operation.

    Args:
        operation: operation id of the contract.
        read: makes the result of the answer's `data`.
        path: path parameters.
        query: query parameters; those that are None are left out.
        body: fields of the body; None where the operation has none.
        file: the file of a form, whose other fields are those of the body.
        repeatable: whether the call may be sent again when it may have been carried out.
        gone_is_done: whether a repeated call that finds nothing has reached what it wanted.
    """

    operation: str
    read: Callable[[Any], T]
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    file: File | None = None
    repeatable: bool = True
    gone_is_done: bool = False

    def given(self) -> dict[str, Any]:
        """Give the query without what is None."""
        return {name: value for name, value in self.query.items() if value is not None}


@dataclass(frozen=True)
class Pages(Generic[T]):
    """A list that comes in pages.

    Args:
        first: the call for the first page; gives the page's `data`.
        items: key of the items in `data`.
        following: gives the call for the page after a page, or None after the last.
    """

    first: Call[Any]
    items: str
    following: Callable[[Call[Any], Any], Call[Any] | None]

    def of(self, data: Any) -> list[T]:
        """Give the items of a page.

        Args:
            data: the page.
        """
        found: list[T] = data[self.items]
        return found


def having(*names: str) -> Callable[[Any], Any]:
    """Take the answer's data as it is, if it is an object with these keys.

    Args:
        names: the keys.
    """

    def read(data: Any) -> Any:
        for name in names:
            data[name]
        return dict(data)

    return read


def member(name: str) -> Callable[[Any], Any]:
    """Take one member of the answer's data.

    Args:
        name: its key.
    """
    return lambda data: data[name]


def members(name: str) -> Callable[[Any], list[Any]]:
    """Take a list of the answer's data; null is one without members.

    Args:
        name: its key.
    """

    def read(data: Any) -> list[Any]:
        return _list(name, [] if data[name] is None else data[name])

    return read


def page(name: str, more: str) -> Callable[[Any], Any]:
    """Take a page of a list; a service that leaves out what is empty names no items where nothing follows.

    Args:
        name: key of the items.
        more: key of what is false or 0 where nothing follows.
    """

    def read(data: Any) -> dict[str, Any]:
        found = dict(data)
        has_none = found.get(name) is None and not found[more]
        return found | {name: _list(name, [] if has_none else found[name])}

    return read


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{name} is no list")
    return value


def without_none(**fields: Any) -> dict[str, Any]:
    """Leave out the fields that are None."""
    return {name: value for name, value in fields.items() if value is not None}


def ids(given: str | Sequence[str]) -> list[str]:
    """List ids; a text is one, not as many as it has characters.

    Args:
        given: an id or several.
    """
    return [given] if isinstance(given, str) else [str(one) for one in given]
