"""The Markdown that rich text has a counterpart in: CommonMark with strikethrough and tables, kept within bounds."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from feishu_okr.client.content.loss import MarkdownError

LONGEST = 131_072
DEEPEST = 80
"""Levels of tokens, two for each list: more than twice the deepest list of the API."""

DOC = "feishu:doc"
"""Title that makes a link one to a document."""

IMAGE = re.compile(r"feishu:(?P<token>\S+)(?: (?P<width>[-+.\de]*)x(?P<height>[-+.\de]*))?")
"""Title of an image that is uploaded: its token and size."""

ID = re.compile(r"[A-Za-z0-9_-]+")
"""A token of an image, or an id of a person: a link to one, right after an @, is a mention."""

LINE_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
"""HTML that has a counterpart: alone in its paragraph it is an empty line."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Characters that Markdown cannot carry."""


class Dialect(MarkdownIt):
    """A parser that leaves addresses as they are and refuses what it would otherwise leave out for its depth."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"maxNesting": DEEPEST + 20})
        self.enable(["strikethrough", "table"])
        self.disable("text_join")  # an escaped @ or [ ] is to stay apart from a plain one
        self.block.ruler.before("table", "depth", _refuse_depth)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        """Leave an address as it is."""
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the library's name
        """Leave the text of an address as it is."""
        return link


def _refuse_depth(state: StateBlock, line: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - the library's form
    if state.level > DEEPEST:
        raise MarkdownError(f"line {line + 1}: nested too deeply")
    return False
