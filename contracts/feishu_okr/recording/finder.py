"""The finder: looks for very many texts at once, in one pass over what may hold them."""

from collections.abc import Iterator

SHORTEST = 8
"""Characters of a text that is looked for everywhere; a shorter one is replaced where it stands and nowhere else."""


class Finder:
    """Knows texts by their first characters, which it looks up at every place; so many texts cost no more than one."""

    def __init__(self) -> None:
        self._by_start: dict[str, list[str]] = {}

    def add(self, text: str) -> None:
        """Look for a text from now on.

        Args:
            text: `SHORTEST` characters at least; a shorter one is left out.
        """
        if len(text) < SHORTEST:
            return
        known = self._by_start.setdefault(text[:SHORTEST], [])
        if text not in known:
            known.append(text)
            known.sort(key=len, reverse=True)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Give place and text of each that is found, the longest at a place, none within another.

        Args:
            text: what may hold them.
        """
        by_start, end = self._by_start, 0
        for at in range(len(text) - SHORTEST + 1):
            known = by_start.get(text[at : at + SHORTEST])
            if known is None or at < end:
                continue
            found = next((one for one in known if text.startswith(one, at)), "")
            if found:
                end = at + len(found)
                yield at, found
