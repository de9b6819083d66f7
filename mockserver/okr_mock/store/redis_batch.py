"""Batches of scripts: what is asked while Redis answers goes together, on one connection."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from hiredis import pack_command
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, RedisError, ResponseError

_MOST = 256
"""Scripts in a batch."""


class Script(NamedTuple):
    """A script.

    Args:
        text: what it does.
        digest: the name by which Redis knows it.
    """

    text: str
    digest: str


class Asked(NamedTuple):
    """A script that waits for its answer.

    Args:
        script: the script.
        keys: what it is about.
        args: what it is told.
        answer: what it gives.
    """

    script: Script
    keys: Sequence[str]
    args: Sequence[Any]
    answer: asyncio.Future[Any]


class Batches:
    """Sends scripts to Redis; a call then costs a share of a round trip when many come at once.

    Args:
        redis: the client.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[Asked] = []
        self._sender: asyncio.Task[None] | None = None
        self.number = 0
        """Of the batch that is not sent yet."""

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Any]) -> Any:
        """Run a script with the next batch.

        Args:
            script: the script.
            keys: what it is about.
            args: what it is told.

        Raises:
            OSError: Redis cannot be reached.
            RedisError: Redis cannot be reached or does not do it.
        """
        loop = asyncio.get_running_loop()
        asked = Asked(script, keys, args, loop.create_future())
        self._waiting.append(asked)
        if self._sender is None or self._sender.done():
            self._sender = loop.create_task(self._send())
        return await asked.answer

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            self.number += 1
            try:
                answers = await self._answers(batch)
            except (RedisError, OSError) as error:
                answers = [error] * len(batch)
            for asked, answer in zip(batch, answers, strict=True):
                if asked.answer.done():  # nobody waits any more
                    continue
                if isinstance(answer, Exception):
                    asked.answer.set_exception(answer)
                else:
                    asked.answer.set_result(answer)

    async def _answers(self, batch: Sequence[Asked]) -> list[Any]:
        """Ask; scripts that Redis does not know, as after its start, are told and asked again."""
        answers = await self._exchange([_command(asked) for asked in batch])
        unknown = [index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if not unknown:
            return answers
        for script in {batch[index].script for index in unknown}:
            await self._redis.script_load(script.text)
        again = await self._answers([batch[index] for index in unknown])
        for index, answer in zip(unknown, again, strict=True):
            answers[index] = answer
        return answers

    async def _exchange(self, commands: Sequence[bytes]) -> list[Any]:
        """Send commands together, and hear the answers in their order.

        A pipeline does the same, but writes commands in Python, which costs a sixth of a call.
        """
        pool = self._redis.connection_pool
        connection = await pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.send_packed_command([b"".join(commands)])
            return [await _answer(connection) for _ in commands]
        except BaseException:
            await connection.disconnect(nowait=True)  # answers may be on their way that nobody awaits
            raise
        finally:
            await pool.release(connection)


def _command(asked: Asked) -> bytes:
    packed: bytes = pack_command(("EVALSHA", asked.script.digest, len(asked.keys), *asked.keys, *asked.args))
    return packed


async def _answer(connection: AbstractConnection) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:
        return error
