"""A basis: what of a world a call's changes rest on, so that no other call can change it unnoticed in between."""

from collections.abc import Mapping

from okr_mock.world.fixture import Key

Place = Key | tuple[str]
"""An entity by group and name, or a whole group by its name alone."""
Basis = tuple[tuple[Place, Mapping[str, bytes] | bytes | None], ...]
"""Places, and what was read there."""


class OvertakenError(Exception):
    """Another call has changed what the changes of this one rest on. Nothing was changed; made anew they may do."""
