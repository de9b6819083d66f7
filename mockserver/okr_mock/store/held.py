"""What a world holds in memory, beyond what it shares with its fixture, and how much it may hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from okr_mock.gateway.envelope import Refusal
from okr_mock.store import Changes
from okr_mock.world.clock import Clock
from okr_mock.world.fixture import IMAGE, RECORD, Entities

_SMALL = 64
_COUNTED = {RECORD: "record_limit", IMAGE: "image_limit"}


@dataclass(frozen=True)
class Bounds:
    """How much the store keeps.

    Args:
        worlds: worlds at once.
        records: progress records a world.
        images: images a world.
        world_bytes: bytes of entities a world, those of the fixture not counted.
        idle: seconds after which a world that nobody calls is forgotten; 0 for never.
    """

    worlds: int
    records: int
    images: int
    world_bytes: int
    idle: int = 0


@dataclass
class Held:
    """What a world holds.

    Args:
        groups: entities by group and name; None stands for what was removed from the fixture's part.
        counts: how many there are of what is bounded.
        size: bytes of entities.
        clock: how the world tells the time.
    """

    groups: dict[str, dict[str, bytes | None]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    size: int = 0
    clock: Clock = field(default_factory=Clock)

    def copy(self) -> "Held":
        """Copy it; the bytes are shared."""
        groups = {name: dict(group) for name, group in self.groups.items()}
        return Held(groups, dict(self.counts), self.size, self.clock)

    def admit(self, changes: Changes, bounds: Bounds) -> None:
        """Refuse changes that would go beyond the bounds.

        Args:
            changes: bytes by key; None removes.
            bounds: how much there may be.

        Raises:
            Refusal: of the bound that is met first.
        """
        most, n = self.size, len(changes)
        for value in changes.values():
            most += len(value or b"")
        has_room = self.counts[RECORD] + n <= bounds.records and self.counts[IMAGE] + n <= bounds.images
        if has_room and most <= bounds.world_bytes:
            return  # whatever is replaced or removed
        size, limits = self.size, {RECORD: bounds.records, IMAGE: bounds.images}
        for (group, name), value in changes.items():
            before = self.groups.get(group, {}).get(name)
            size += len(value or b"") - len(before or b"")
            is_new = group in _COUNTED and value is not None and before is None
            if is_new and self.counts[group] >= limits[group]:
                raise Refusal(_COUNTED[group], limit=str(limits[group]))
        if size > bounds.world_bytes and size > self.size:
            raise Refusal("world_bytes_limit", limit=str(bounds.world_bytes))

    def apply(self, changes: Changes, first: Entities) -> None:
        """Change entities.

        Args:
            changes: bytes by key; None removes.
            first: the fixture's part; what is removed of it must be marked.
        """
        for (group, name), value in changes.items():
            entries = self.groups.get(group)
            if entries is None:
                entries = self.groups[group] = {}
            before = entries.pop(name, None)
            self.size += len(value or b"") - len(before or b"")
            if group in _COUNTED:
                self.counts[group] += (value is not None) - (before is not None)
            if value is not None:
                # orjson's bytes sit in a buffer twice their size
                entries[name] = value if len(value) < _SMALL else memoryview(value).tobytes()
            elif name in first.get(group, ()):
                entries[name] = None


def merged(first: Mapping[str, bytes], held: Mapping[str, bytes | None] | None) -> Mapping[str, bytes]:
    """Give a group as it is: the fixture's part with what the world holds over it.

    Args:
        first: the fixture's part.
        held: what the world holds; None for nothing.
    """
    if held is None:
        return first
    return {name: value for name, value in {**first, **held}.items() if value is not None}
