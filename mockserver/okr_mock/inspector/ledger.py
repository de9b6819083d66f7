"""The claims with their evidence, and the catalog of codes, for those who look something up."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from feishu_okr.contract import Contract
from okr_mock.gateway.envelope import Refusal
from okr_mock.inspector.answer import full, json_answer, world_of
from okr_mock.store import Store


class Ledger:
    """What the control routes of claims and codes do.

    Args:
        store: knows under which profile a world stands.
        contract: holds claims and codes.
    """

    def __init__(self, store: Store, contract: Contract) -> None:
        self._store = store
        self._contract = contract

    async def claims(self, request: Request) -> Response:
        """List the claims, and what a world chose of each."""
        from okr_mock.tables import claims_of  # the tables for terminals are slow to load

        world = world_of(request)
        try:
            profile = (await self._store.facts(world)).start.profile
        except Refusal as refusal:
            return full(self._contract.catalog, refusal)
        told: list[dict[str, Any]] = claims_of(self._contract.ledger, profile)
        return json_answer({"world": world, "profile": profile.name, "claims": told})

    async def codes(self, _: Request) -> Response:
        """List the codes of the catalog."""
        return json_answer({"codes": [asdict(entry) for entry in self._contract.catalog.entries.values()]})
