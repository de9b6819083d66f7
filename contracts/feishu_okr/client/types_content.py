"""The rich text of progress records in its v1 spelling."""

from typing import Literal, NotRequired, TypedDict


class Color(TypedDict):
    """A colour of red, green and blue parts."""

    red: NotRequired[int]
    green: NotRequired[int]
    blue: NotRequired[int]
    alpha: NotRequired[float]


class Link(TypedDict):
    """Makes the text a link."""

    url: NotRequired[str]


class TextStyle(TypedDict):
    """Style of a run of text. An empty object is kept as it is."""

    bold: NotRequired[bool]
    strikeThrough: NotRequired[bool]
    backColor: NotRequired[Color]
    textColor: NotRequired[Color]
    link: NotRequired[Link]


class TextRun(TypedDict):
    """Text in one style."""

    text: NotRequired[str]
    style: NotRequired[TextStyle]


class DocsLink(TypedDict):
    """A link to a Feishu document."""

    url: NotRequired[str]
    title: NotRequired[str]


class Person(TypedDict):
    """A mention of a person."""

    openId: NotRequired[str]
    userId: NotRequired[str]


class Element(TypedDict):
    """A run of text, a link to a document, or a mention; `type` names the member that counts."""

    type: NotRequired[Literal["textRun", "docsLink", "person"]]
    textRun: NotRequired[TextRun]
    docsLink: NotRequired[DocsLink]
    person: NotRequired[Person]


class List(TypedDict):
    """Makes the line an item of a list."""

    type: NotRequired[Literal["number", "bullet", "checkBox", "checkedBox", "indent"]]
    indentLevel: NotRequired[int]
    number: NotRequired[int]


class ParagraphStyle(TypedDict):
    """Style of the line."""

    list: NotRequired[List]


class Paragraph(TypedDict):
    """A line of text."""

    style: NotRequired[ParagraphStyle]
    elements: NotRequired[list[Element]]


class Image(TypedDict):
    """An uploaded image."""

    fileToken: NotRequired[str]
    src: NotRequired[str]
    width: NotRequired[float]
    height: NotRequired[float]


class Gallery(TypedDict):
    """A row of images."""

    imageList: NotRequired[list[Image]]


class Block(TypedDict):
    """A paragraph or a row of images; `type` names the member that counts."""

    type: NotRequired[Literal["paragraph", "gallery"]]
    paragraph: NotRequired[Paragraph]
    gallery: NotRequired[Gallery]


class ContentJson(TypedDict):
    """Rich text, one block a line or row."""

    blocks: NotRequired[list[Block]]
