"""The body of a control call: read within bounds, and checked."""

from typing import Any

import orjson
from starlette.requests import Request

from feishu_okr.contract.nesting import read_json

MOST_BODY = 32 * 1024 * 1024


class BodyError(Exception):
    """The body of a control call is not as it should be; says what is wrong."""


async def read_body(request: Request, validator: Any = None) -> Any:
    """Read the body of a control call.

    Args:
        request: the call.
        validator: validator of the JSON value; None where others judge it.

    Raises:
        BodyError: it is too large, not JSON, or not what the validator wants.
    """
    parts: list[bytes] = []
    async for part in request.stream():
        parts.append(part)
        if sum(map(len, parts)) > MOST_BODY:
            raise BodyError(f"the body is larger than {MOST_BODY} bytes")
    try:
        body = read_json(b"".join(parts))
    except orjson.JSONDecodeError as error:
        raise BodyError(f"the body is not JSON: {error}") from error
    errors = list(validator.iter_errors(body)) if validator else []
    if errors:
        places = ["/".join(map(str, error.instance_path)) or "body" for error in errors]
        raise BodyError("; ".join(f"{at}: {error.message}" for at, error in zip(places, errors, strict=True)))
    return body
