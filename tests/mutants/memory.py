"""Memory gone wrong: operations that forget what they should keep, or keep what they should renew."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import orjson

from okr_mock.call import Call, Handler, Result
from okr_mock.world.fixture import Key
from tests.mutants.deviation import Deviation

Changes = Mapping[Key, bytes | None]


def misremembering(handler: Handler, operation: str, deviation: Deviation) -> Handler:
    """Let an operation forget the changes, and leave stale the members, that a deviation names.

    Args:
        handler: carries out the operation.
        operation: its id.
        deviation: says what is forgotten and what stays stale.
    """
    if deviation.forget and fnmatchcase(operation, deviation.forget["operation"]):
        return _forgetful(handler, deviation.forget["key"])
    if deviation.stale and fnmatchcase(operation, deviation.stale["operation"]):
        return _stale(handler, deviation.stale["key"], deviation.stale["member"])
    return handler


def _forgetful(handler: Handler, glob: str) -> Handler:
    async def forget(call: Call) -> Result:
        result = await handler(call)
        return result._replace(changes={key: value for key, value in result.changes.items() if not _is(key, glob)})

    return forget


def _stale(handler: Handler, glob: str, member: str) -> Handler:
    async def leave(call: Call) -> Result:
        result = await handler(call)
        key = next(key for key in result.changes if _is(key, glob))
        before, after = await call.read(key), orjson.loads(result.changes[key] or b"{}")
        old = {name: value for name, value in orjson.loads(before or b"{}").items() if name == member and name in after}
        changes = {**result.changes, key: orjson.dumps(after | old, option=orjson.OPT_SORT_KEYS)}
        return result._replace(data={**(result.data or {}), **old}, changes=changes)

    return leave


def _is(key: Key, glob: str) -> bool:
    return fnmatchcase("/".join(key), glob)
