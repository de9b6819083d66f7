"""A call on its way through the emulator, and what a handler makes of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from feishu_okr.contract import Effective, Operation, Profile
from okr_mock.exchange import Noted
from okr_mock.gateway.admission import Admission, Caller
from okr_mock.gateway.envelope import Answer
from okr_mock.gateway.request import Request
from okr_mock.store import Changes, Store
from okr_mock.store.basis import Basis
from okr_mock.world.fixture import Fixture, Key
from okr_mock.world.people import Person
from okr_mock.world.turn import Turn


@dataclass(slots=True)
class Call:
    """One call.

    Args:
        operation: what is asked.
        request: how it was asked.
        caller: who asks.
        turn: its number, time and seed; all ids follow from it.
        effective: the contract under the world's profile.
        admission: the gateway's door; token routes ask it to vouch.
        store: where the world is kept.
        message: `path`, `query` and `body` in the contract's spelling, once they are checked.
        noted: what was noticed on the way.
        person: who a user token acts as; None for a tenant.
        files: files of a multipart body by name.
        max_image: largest image, in bytes.
        basis: what its changes rest on, as it was read.
        going_on: carries it out anew from where a step had let it go on; None where no step took it.
    """

    operation: Operation
    request: Request
    caller: Caller
    turn: Turn
    effective: Effective
    admission: Admission
    store: Store
    message: dict[str, Any] = field(default_factory=dict)
    noted: Noted = field(default_factory=Noted)
    person: Person | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    max_image: int = 0
    basis: Basis = ()
    going_on: Callable[[], Awaitable[tuple[Answer, Changes]]] | None = None

    @property
    def profile(self) -> Profile:
        """The world's choice of options."""
        return self.effective.profile

    @property
    def fixture(self) -> Fixture:
        """People, apps and OKRs of the call's world."""
        return self.turn.fixture

    def has_scope(self, scope: str) -> bool:
        """Say whether the caller was granted a scope.

        Args:
            scope: such as `okr:okr`.
        """
        token = self.caller.token
        if token is None:
            return True
        app = self.fixture.apps.get(token.app)
        granted = token.scopes if token.kind == "user" else app.scopes if app else None
        return granted is None or scope in granted

    async def read(self, key: Key) -> bytes | None:
        """Read an entity of the call's world.

        Args:
            key: group and name of the entity.
        """
        return await self.store.read(self.turn.world, key)

    async def scan(self, *groups: str) -> list[Mapping[str, bytes]]:
        """Read groups of the call's world whole, in one go; each as its entities by name.

        Args:
            groups: names of the groups.
        """
        return await self.store.scan(self.turn.world, groups)

    async def rest_on(self, key: Key) -> bytes | None:
        """Read an entity that decides what the call changes; if another call changes it first, this one is made anew.

        Args:
            key: group and name of the entity.
        """
        read = await self.read(key)
        self.basis = (*self.basis, (key, read))
        return read

    async def rest_on_group(self, group: str) -> Mapping[str, bytes]:
        """Read a group whole that decides what the call changes.

        Args:
            group: name of the group.
        """
        (read,) = await self.scan(group)
        self.basis = (*self.basis, ((group,), read))
        return read


class Result(NamedTuple):
    """What a handler made of a call.

    Args:
        data: JSON value of the answer; None for an answer without `data`.
        changes: what to commit, bytes by key.
        proved: member of `data` that comes out of the checked message, and its JSON; None for none.
    """

    data: Mapping[str, Any] | None
    changes: Changes = MappingProxyType({})
    proved: tuple[str, bytes] | None = None


Handler = Callable[[Call], Awaitable[Result]]
