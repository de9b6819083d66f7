"""A replica: what a process knows of a world that another machine keeps, so that it asks for changes only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from okr_mock.store import Changes
from okr_mock.store.basis import Place
from okr_mock.store.held import merged
from okr_mock.world.fixture import Entities, Key
from okr_mock.world.start import Start

_BETWEEN = b"\0"


def field_of(place: Place) -> bytes:
    """Write group and name as one field.

    Args:
        place: group, which holds no zero byte, and name; for a whole group no name.
    """
    return b"%b%b%b" % (place[0].encode(), _BETWEEN, place[1].encode() if len(place) > 1 else b"")


def key_of(field: bytes) -> Key:
    """Read a field.

    Args:
        field: what `field_of` wrote.
    """
    group, _, name = field.partition(_BETWEEN)
    return group.decode(), name.decode()


class Update(NamedTuple):
    """What has changed in a world.

    Args:
        version: up to which version.
        is_whole: whether this is all there is.
        values: fields, each followed by its value or None.
        lost: fields that were removed.
    """

    version: int
    is_whole: bool
    values: Sequence[bytes | None]
    lost: Sequence[bytes]


@dataclass
class Replica:
    """A world as this process last saw it.

    Args:
        edition: which life of the world it belongs to, and which start it has had in it.
        start: what the world started from.
        version: up to which version changes are in it.
        groups: entities by group and name; None stands for what was removed.
    """

    edition: bytes
    start: Start
    version: int = 0
    groups: dict[str, dict[str, bytes | None]] = field(default_factory=dict)

    def hear(self, update: Update) -> None:
        """Take in what has changed, unless it is known already.

        Args:
            update: everything since the version that was asked for.
        """
        if update.version < self.version or (update.version == self.version and not update.is_whole):
            return
        if update.is_whole:
            self.groups = {}
        values = iter(update.values)
        for name, value in zip(values, values, strict=True):
            self._put(key_of(name or b""), value)
        for name in update.lost:
            self._put(key_of(name), None)
        self.version = update.version

    def apply(self, changes: Changes, version: int) -> None:
        """Take in changes of this process, unless others come before them; those will be heard together.

        Args:
            changes: bytes by key; None removes.
            version: what they made.
        """
        if version == self.version + 1:
            for key, value in changes.items():
                self._put(key, value)
            self.version = version

    def _put(self, key: Key, value: bytes | None) -> None:
        group, name = key
        if value is None and name not in self.start.fixture.entities.get(group, ()):
            self.groups.get(group, {}).pop(name, None)
        else:
            self.groups.setdefault(group, {})[name] = value

    def read(self, key: Key) -> bytes | None:
        """Read an entity.

        Args:
            key: group and name.
        """
        group, name = key
        held = self.groups.get(group)
        if held is not None and name in held:
            return held[name]
        return self.start.fixture.entities.get(group, {}).get(name)

    def group(self, name: str) -> Mapping[str, bytes]:
        """Read a group whole.

        Args:
            name: of the group.
        """
        return merged(self.start.fixture.entities.get(name, {}), self.groups.get(name))

    @property
    def entities(self) -> Entities:
        """All groups."""
        return {name: self.group(name) for name in {**self.start.fixture.entities, **self.groups}}
