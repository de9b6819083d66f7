"""What Markdown and rich text cannot say of each other: refused, or simplified and reported."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from feishu_okr.client.content.rules import ContentError


class MarkdownError(ContentError):
    """Markdown or content that cannot become the other; names every place.

    Args:
        problems: what is wrong, each with its place: `line 3: a table has no counterpart`.
        hint: what to do about it.
    """

    def __init__(self, *problems: str, hint: str = "") -> None:
        super().__init__("\n".join(problems) + hint)
        self.problems = problems


class MarkdownSimplified(UserWarning):
    """Something that has no counterpart was made simpler."""


@dataclass(frozen=True)
class Unsupported:
    """Something that has no counterpart on the other side.

    Args:
        place: `line` of the Markdown or `block` of the content.
        number: which one, from 1.
        what: what it is.
        became: what it became.
    """

    place: str
    number: int
    what: str
    became: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.place} {self.number}: {self.what} has no counterpart; it became {self.became}"


OnUnsupported = Literal["refuse", "plain"] | Callable[[Unsupported], None]


@dataclass
class Losses:
    """Takes what has no counterpart, and refuses or reports it.

    Args:
        policy: what becomes of it.
        place: what its numbers count: `line` or `block`.
        refused: what is refused at the end.
    """

    policy: OnUnsupported
    place: str
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Refuse a policy that is none."""
        if not callable(self.policy) and self.policy not in ("refuse", "plain"):
            raise ContentError(f"on_unsupported is 'refuse', 'plain' or a function, not {self.policy!r}")

    def lose(self, number: int, what: str, became: str) -> None:
        """Take something that is refused by default.

        Args:
            number: which line or block, from 1.
            what: what it is, such as `a heading`.
            became: what it becomes where it is not refused.
        """
        if self.policy == "refuse":
            self.refused.append(f"{self.place} {number}: {what} has no counterpart")
        else:
            self.note(number, what, became)

    def note(self, number: int, what: str, became: str) -> None:
        """Take a trifle that is reported and never refused.

        Args:
            number: which line or block, from 1.
            what: what it is.
            became: what it becomes.
        """
        found = Unsupported(self.place, number, what, became)
        if callable(self.policy):
            self.policy(found)
        else:
            warnings.warn(str(found), MarkdownSimplified, stacklevel=2)

    def refuse(self, number: int, problem: str) -> None:
        """Take something that no policy can simplify.

        Args:
            number: which line or block, from 1.
            problem: what is wrong and what to do.
        """
        self.refused.append(f"{self.place} {number}: {problem}")

    def settle(self) -> None:
        """End the conversion.

        Raises:
            MarkdownError: something was refused.
        """
        if self.refused:
            hint = "; on_unsupported='plain' simplifies it" if self.policy == "refuse" else ""
            raise MarkdownError(*self.refused[:MOST_REFUSED], hint=hint)


MOST_REFUSED = 100
