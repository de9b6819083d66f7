"""Filling: what a case writes becomes what is sent; names, bases and long texts take their values."""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

_NAME = re.compile(r"\$\{([a-z_0-9]+)\}")


class Filling:
    """Fills the gaps of a case.

    Args:
        names: values by name.
        bases: values that others begin with, by name.
    """

    def __init__(self, names: Mapping[str, Any], bases: Mapping[str, Any]) -> None:
        self._names = names
        self._bases = bases
        self._makers: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "$base": self._based,
            "$int": lambda value: int(self.fill(value["$int"])),
            "$pick": lambda value: self._picked(*value["$pick"]),
            "$merge": lambda value: self._merged(value["$merge"]),
            "$repeat": lambda value: self.fill(value["$repeat"][0]) * value["$repeat"][1],
            "$bytes": lambda value: b64decode(value["$bytes"]),
            "$join": lambda value: "".join(self.fill(value["$join"])),
        }

    def fill(self, value: Any) -> Any:
        """Fill the gaps of a value.

        Args:
            value: as it is written.

        Raises:
            KeyError: a name has no value.
        """
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, Mapping):
            maker = next((make for name, make in self._makers.items() if name in value), None)
            return maker(value) if maker else {self._text(name): self.fill(item) for name, item in value.items()}
        return value

    def _text(self, text: str) -> Any:
        whole = _NAME.fullmatch(text)
        return self._names[whole[1]] if whole else _NAME.sub(lambda found: str(self._names[found[1]]), text)

    def _merged(self, values: list[Any]) -> Any:
        return {name: item for value in values for name, item in self.fill(value).items()}

    def _picked(self, value: Any, member: Any) -> Any:
        return self.fill(value)[member]

    def _based(self, value: Mapping[str, Any]) -> Any:
        base = deepcopy(self.fill(self._bases[value["$base"]]))
        own = {name: item for name, item in value.items() if name not in ("$base", "$without")}
        if not own and "$without" not in value:
            return base
        base.update(self.fill(own))
        for name in value.get("$without", ()):
            del base[self._text(name)]
        return base


def names_in(value: Any) -> set[str]:
    """List the names that a value as it is written has gaps for.

    Args:
        value: as it is written.
    """
    if isinstance(value, str):
        return set(_NAME.findall(value))
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return {name for item in items for name in names_in(item)}
