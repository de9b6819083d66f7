"""A text that no repr, log or traceback shows."""


class Secret:
    """Holds a text and shows three stars instead.

    Args:
        text: the text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._text)

    def reveal(self) -> str:
        """Give the text; for the wire alone."""
        return self._text
