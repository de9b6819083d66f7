"""Faults: the ways in which a network or a gateway fails between an answer and its caller."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from okr_mock.gateway.delivery import BAD_CHUNK, CLOSE, HANG, RESET, SLOW, TRUNCATE, Delivery
from okr_mock.gateway.envelope import NO_STATUS, Answer
from okr_mock.scenario.outcome import Idle, Part, Steered
from okr_mock.store.tally import draw


@dataclass(frozen=True)
class LoseAnswer(Idle):
    """The call is carried out and its answer never arrives.

    Args:
        visible: what the caller sees: `reset`, `close`, `502`, `504` or `timeout`.
    """

    visible: str

    def after(self, _: Steered, answer: Answer) -> Answer:
        if self.visible in _PAGES:
            return _page(self.visible)
        return answer._replace(delivery=Delivery(HANG if self.visible == "timeout" else self.visible))


_PAGES = {"502": "Bad Gateway", "504": "Gateway Time-out"}


@dataclass(frozen=True)
class HtmlErrorPage(Idle):
    """What the gateway's web server says when nothing behind it answers; nothing is carried out.

    Args:
        status: 502 or 504.
    """

    status: int = 502

    async def before(self, _: Steered) -> Answer | None:
        return _page(str(self.status))


def _page(status: str) -> Answer:
    title = f"{status} {_PAGES[status]}"
    body = f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    return Answer(int(status), None, title, body.encode(), b"text/html")


class MalformedJson(Idle):
    """The answer's JSON without its end; its length is told as it is."""

    def after(self, _: Steered, answer: Answer) -> Answer:
        return answer._replace(code=None, body=answer.body[:-1])  # what cannot be read has no code


@dataclass(frozen=True)
class WrongContentType(Idle):
    """The answer under another media type.

    Args:
        media: the media type.
    """

    media: str = "text/html"

    def after(self, _: Steered, answer: Answer) -> Answer:
        return answer._replace(content_type=self.media.encode("latin-1"))


@dataclass(frozen=True)
class Cut(Idle):
    """The answer ends too soon, and so does the connection.

    Args:
        size: bytes of the body that arrive; -1 where `share` counts.
        share: part of the body that arrives.
    """

    size: int = -1
    share: float = 0.5

    def after(self, _: Steered, answer: Answer) -> Answer:
        size = self.size if self.size >= 0 else int(len(answer.body) * self.share)
        return answer._replace(delivery=Delivery(TRUNCATE, min(size, max(0, len(answer.body) - 1))))


@dataclass(frozen=True)
class Delivered(Idle):
    """The answer delivered in another way, once the call is carried out.

    Args:
        delivery: the way.
    """

    delivery: Delivery

    def after(self, _: Steered, answer: Answer) -> Answer:
        return answer._replace(delivery=self.delivery)


@dataclass(frozen=True)
class NoAnswer(Idle):
    """No answer, and nothing is carried out.

    Args:
        delivery: how the connection ends, or does not.
    """

    delivery: Delivery

    async def before(self, _: Steered) -> Answer | None:
        return Answer(NO_STATUS, None, "", b"", delivery=self.delivery)


@dataclass(frozen=True)
class Delay(Idle):
    """The answer some time later.

    Args:
        kind: `fixed`, `uniform` or `lognormal`.
        first: seconds; the least ones, or the median.
        second: the most seconds, or sigma.
    """

    kind: str
    first: float
    second: float = 0.0

    def after(self, call: Steered, answer: Answer) -> Answer:
        return answer._replace(delay=answer.delay + self._drawn(call))

    def _drawn(self, call: Steered) -> float:
        if self.kind == "fixed":
            return self.first
        share = max(_LEAST_SHARE, draw(call.turn.start.seed, call.step, "delay", call.turn.n))
        if self.kind == "uniform":
            return self.first + (self.second - self.first) * share
        from statistics import NormalDist  # slow to load

        return min(LONGEST_DELAY, self.first * math.exp(NormalDist(0, self.second).inv_cdf(share)))


LONGEST_DELAY = 3600.0
"""Seconds that no draw goes beyond."""
_LEAST_SHARE = 2.0**-49  # the logarithm has no value at 0

FAULTS: Mapping[str, Part] = {
    "reset": NoAnswer(Delivery(RESET)),
    "close": NoAnswer(Delivery(CLOSE)),
    "hang": NoAnswer(Delivery(HANG)),
    "truncate": Cut(),
    "malformed_json": MalformedJson(),
    "malformed_chunk": Delivered(Delivery(BAD_CHUNK)),
    "wrong_content_type": WrongContentType(),
    "html_error_page": HtmlErrorPage(),
}


def read_fault(value: Any) -> Part:
    """Read a fault.

    Args:
        value: as it stands in a file that holds to the schema.
    """
    if isinstance(value, str):
        return FAULTS[value]
    ((kind, amount),) = value.items()
    if kind == "truncate":
        return Cut(amount.get("bytes", -1), amount.get("share", 0.0))
    if kind == "slow":
        return Delivered(Delivery(SLOW, amount))
    if kind == "html_error_page":
        return HtmlErrorPage(amount)
    if kind == "wrong_content_type":
        return WrongContentType(amount)
    return NoAnswer(Delivery(HANG, seconds(amount)))


def read_delay(value: Any) -> Delay:
    """Read a delay.

    Args:
        value: as it stands in a file that holds to the schema.
    """
    if not isinstance(value, dict):
        return Delay("fixed", seconds(value))
    if "uniform" in value:
        first, second = (seconds(bound) for bound in value["uniform"])
        return Delay("uniform", first, second)
    return Delay("lognormal", seconds(value["lognormal"]["median"]), value["lognormal"]["sigma"])


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0}


def seconds(value: float | str) -> float:
    """Read a length of time.

    Args:
        value: seconds, or a number with `ms`, `s` or `m`.
    """
    if not isinstance(value, str):
        return float(value)
    unit = value.lstrip("0123456789.")
    return float(value.removesuffix(unit)) * _UNITS[unit]
