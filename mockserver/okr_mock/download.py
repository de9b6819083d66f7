"""The download of an uploaded image; live it is on a host of its own and wants a ticket instead of a token."""

from starlette.types import Receive, Scope, Send

from okr_mock.endpoint import Emulator, finish
from okr_mock.exchange import Noted
from okr_mock.gateway.envelope import Answer, Refusal, refused
from okr_mock.gateway.request import Request, receive_request
from okr_mock.journal import NO_WORLD
from okr_mock.operations.images import media_type
from okr_mock.world.fixture import IMAGE_DATA
from okr_mock.world.turn import Turn


class Download:
    """Answers an image to whoever has its ticket; an ASGI application. Source: seed_page for address and ticket.

    Args:
        emulator: what all endpoints share.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a download."""
        emulator = self._emulator
        request = await receive_request(scope, receive, emulator.limits.body)
        turn, token = await self._admitted(request)
        data = await emulator.store.read(turn.world, (IMAGE_DATA, token)) if token else None
        if data is None:
            effective = emulator.contract.effective(turn.profile)
            answer = refused(Refusal("ticket_refused" if not token else "not_found"), effective, turn)
        else:
            answer = Answer(200, None, "", data, media_type(data).encode())
        await finish(emulator, turn, request, None, Noted(), answer, {}, scope, send)

    async def _admitted(self, request: Request) -> tuple[Turn, str]:
        """Open a turn of the ticket's world; gives the token of the image, or "" where the ticket does not hold."""
        emulator = self._emulator
        asked = request.arguments({})
        claims = emulator.admission.signer.open(asked.get("ticket", "")) or {}
        try:
            turn = await emulator.store.begin(str(claims.get("world", NO_WORLD)))
        except Refusal:  # no room for the world: it is gone, and the image with it
            return await emulator.store.begin(NO_WORLD), ""
        token = claims.get("file_token")
        holds = token and token == asked.get("file_token") and int(str(claims["exp"])) * 1000 > turn.now
        return turn, str(token) if holds else ""
