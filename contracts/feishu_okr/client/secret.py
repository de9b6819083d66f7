"""A text that no repr, log or traceback shows."""

import time


class Secret:
    """Holds a text and shows three stars instead; `since` is when it became known, on the monotonic clock.

    Args:
        text: the text.
    """

    __slots__ = ("_text", "since")

    def __init__(self, text: str) -> None:
        self._text = text
        self.since = time.monotonic()

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """Give the text; for the wire alone."""
        return self._text


def is_token(text: str) -> bool:
    """Say whether a text can be sent as a token; what a header cannot carry would end up in a traceback.

    Args:
        text: the text.
    """
    return bool(text) and text.isascii() and text.isprintable() and " " not in text
