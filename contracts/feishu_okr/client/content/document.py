"""Rich text of a progress record: built piece by piece, read from JSON or Markdown, written as either."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Self

from feishu_okr.client.content.dialect import as_v1
from feishu_okr.client.content.element import as_element
from feishu_okr.client.content.loss import OnUnsupported
from feishu_okr.client.content.reading import Line, Row, comparable, list_of, read_block
from feishu_okr.client.content.rules import JSON, ContentError, checked, shape
from feishu_okr.client.types_content import ContentJson

Element = str | Mapping[str, Any]
Images = Mapping[str, Mapping[str, Any]] | Callable[[str], Mapping[str, Any]]


class Content:
    """Rich text, one block a line or row of images. Never changes: each builder method gives a new one.

    Two contents are equal when they read the same: neighbouring runs of one style count as one, empty runs, empty
    styles and the internal ids and tickets that only the service gives as none.

    Args:
        blocks: blocks in the API's v1 form.

    Raises:
        ContentError: a block breaks the contract; names each place.
    """

    def __init__(self, blocks: Iterable[Mapping[str, Any]] = ()) -> None:
        self._blocks: tuple[JSON, ...] = tuple(
            checked("Block", block, ("blocks", index)) for index, block in enumerate(blocks)
        )

    def paragraph(self, *elements: Element) -> Self:
        """Add a line of text; without elements an empty one.

        Args:
            elements: strings, and what `text()`, `person()` and `doc()` make.

        Raises:
            ContentError: an element is none; names its place.
        """
        return self._line(elements, {})

    def bullet(self, *elements: Element, level: int = 1) -> Self:
        """Add an item of an unordered list.

        Args:
            elements: as of `paragraph`.
            level: depth, from 1 to 16.
        """
        return self._line(elements, {"type": "bullet", "indentLevel": level})

    def ordered(self, *elements: Element, level: int = 1, number: int | None = None) -> Self:
        """Add an item of an ordered list; it numbers itself, from 1 after anything that is no deeper item.

        Args:
            elements: as of `paragraph`.
            level: depth, from 1 to 16.
            number: number to show instead.
        """
        shown = self._next_number(level) if number is None else number
        return self._line(elements, {"type": "number", "indentLevel": level, "number": shown})

    def todo(self, *elements: Element, done: bool = False, level: int = 1) -> Self:
        """Add a task.

        Args:
            elements: as of `paragraph`.
            done: whether it is ticked.
            level: depth, from 1 to 16.
        """
        return self._line(elements, {"type": "checkedBox" if done else "checkBox", "indentLevel": level})

    def indented(self, *elements: Element, level: int = 1) -> Self:
        """Add a line that is indented as the items of a list are, without a mark.

        Args:
            elements: as of `paragraph`.
            level: depth, from 1 to 16.
        """
        return self._line(elements, {"type": "indent", "indentLevel": level})

    def gallery(self, *images: Mapping[str, Any]) -> Self:
        """Add a row of images.

        Args:
            images: what `image()` makes.

        Raises:
            ContentError: an image is none; names its place.
        """
        return self._with({"type": "gallery", "gallery": {"imageList": list(images)}})

    def to_json(self) -> ContentJson:
        """Give the content in the API's v1 form; yours to change."""
        return {"blocks": [checked("Block", block) for block in self._blocks]}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read content in the form of v1 or v2; keys that the contract does not know are left out.

        Args:
            content: content of an answer.

        Raises:
            ContentError: a value is not what the contract says; names each place.
        """
        if not isinstance(content, Mapping):
            raise ContentError(f"content: an object with blocks is wanted, not {type(content).__name__}")
        return cls(checked("Content", as_v1(dict(content), shape())).get("blocks", ()))

    @classmethod
    def from_markdown(
        cls, markdown: str, *, images: Images | None = None, on_unsupported: OnUnsupported = "refuse"
    ) -> Self:
        """Read Markdown (CommonMark, with strikethrough and task lists).

        Args:
            markdown: the text, of at most 131,072 characters.
            images: what the upload answered, by the address that the Markdown names, or a function that gives it.
            on_unsupported: what becomes of what a record cannot show. `refuse` raises; `plain` simplifies it with a
                warning for each; a function is called with each `Unsupported` instead.

        Raises:
            MarkdownError: something has no counterpart, an image was not uploaded, or the text is too long or too deep;
                names every line.
        """
        from feishu_okr.client.content.markdown_reader import read_markdown

        return cls(read_markdown(markdown, images, on_unsupported))

    @staticmethod
    def image_addresses(markdown: str) -> list[str]:
        """Name the images of a Markdown text that `from_markdown` wants in `images`, each once, in order.

        Args:
            markdown: the text.

        Raises:
            MarkdownError: the text is too long or too deep.
        """
        from feishu_okr.client.content.markdown_reader import image_addresses

        return image_addresses(markdown)

    def to_markdown(self, *, names: Mapping[str, str] | None = None, on_unsupported: OnUnsupported = "refuse") -> str:
        """Write Markdown that `from_markdown` reads as equal content.

        Args:
            names: names of people by id, shown in mentions.
            on_unsupported: as of `from_markdown`, for what Markdown cannot show, such as colours.

        Raises:
            MarkdownError: something has no counterpart; names every block.
        """
        from feishu_okr.client.content.markdown_writer import write_markdown

        return write_markdown(self, names or {}, on_unsupported)

    def to_plain_text(self, *, names: Mapping[str, str] | None = None) -> str:
        """Write the text without styles; lists keep their marks.

        Args:
            names: names of people by id, shown in mentions.
        """
        from feishu_okr.client.content.plain_text import write_plain_text

        return write_plain_text(self, names or {})

    @cached_property
    def lines(self) -> tuple[Line | Row, ...]:
        """The content as it reads."""
        return tuple(map(read_block, self._blocks))

    def __len__(self) -> int:
        return len(self._blocks)

    def __iter__(self) -> Iterator[Line | Row]:
        return iter(self.lines)

    def __add__(self, other: "Content") -> Self:
        return self._of((*self._blocks, *other._blocks))

    def __eq__(self, other: object) -> bool:
        return self._essence == other._essence if isinstance(other, Content) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._essence)

    def __repr__(self) -> str:
        from feishu_okr.client.content.builder_text import write_builder

        return f"{type(self).__name__}(){''.join(map(write_builder, self))}"

    @cached_property
    def _essence(self) -> tuple[Line | Row, ...]:
        return tuple(map(comparable, self.lines))

    def _line(self, elements: tuple[Element, ...], style: JSON) -> Self:
        at = f"/blocks/{len(self)}/paragraph/elements"
        pieces = [as_element(element, f"{at}/{index}") for index, element in enumerate(elements)]
        paragraph: JSON = {"elements": pieces}
        return self._with({"type": "paragraph", "paragraph": paragraph | ({"style": {"list": style}} if style else {})})

    def _with(self, block: JSON) -> Self:
        return self._of((*self._blocks, checked("Block", block, ("blocks", len(self)))))

    def _of(self, blocks: tuple[JSON, ...]) -> Self:
        made = type(self)()
        made._blocks = blocks
        return made

    def _next_number(self, level: int) -> int:
        for block in reversed(self._blocks):
            kind, depth, number = list_of(block)
            if depth == level and kind == "number":
                return (number or 0) + 1
            if depth < level or (depth == level and kind != "indent"):
                break
        return 1
