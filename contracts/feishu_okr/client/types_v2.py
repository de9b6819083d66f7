"""What the v2 API shows, as the contract describes it."""

from typing import Literal, NotRequired, TypedDict


class V2Color(TypedDict):
    """A colour of red, green and blue parts."""

    red: NotRequired[int]
    green: NotRequired[int]
    blue: NotRequired[int]
    alpha: NotRequired[float]


class V2Link(TypedDict):
    """Makes the text a link."""

    url: NotRequired[str]


class V2TextStyle(TypedDict):
    """Style of a run of text."""

    bold: NotRequired[bool]
    strike_through: NotRequired[bool]
    back_color: NotRequired[V2Color]
    text_color: NotRequired[V2Color]
    link: NotRequired[V2Link]


class V2TextRun(TypedDict):
    """Text in one style."""

    text: NotRequired[str]
    style: NotRequired[V2TextStyle]


class V2DocsLink(TypedDict):
    """A link to a Feishu document."""

    url: NotRequired[str]
    title: NotRequired[str]


class V2Mention(TypedDict):
    """A mention of a person; v1 calls it `person`."""

    user_id: NotRequired[str]


class V2Element(TypedDict):
    """A run of text, a link to a document, or a mention; `paragraph_element_type` names the member that counts."""

    paragraph_element_type: NotRequired[Literal["textRun", "docsLink", "mention"]]
    text_run: NotRequired[V2TextRun]
    docs_link: NotRequired[V2DocsLink]
    mention: NotRequired[V2Mention]


class V2List(TypedDict):
    """Makes the line an item of a list."""

    list_type: NotRequired[Literal["number", "bullet", "checkBox", "checkedBox", "indent"]]
    indent_level: NotRequired[int]
    number: NotRequired[int]


class V2ParagraphStyle(TypedDict):
    """Style of the line."""

    list: NotRequired[V2List]


class V2Paragraph(TypedDict):
    """A line of text."""

    style: NotRequired[V2ParagraphStyle]
    elements: NotRequired[list[V2Element]]


class V2Image(TypedDict):
    """An uploaded image."""

    file_token: NotRequired[str]
    src: NotRequired[str]
    width: NotRequired[float]
    height: NotRequired[float]


class V2Gallery(TypedDict):
    """A row of images."""

    images: NotRequired[list[V2Image]]


class V2Block(TypedDict):
    """A paragraph or a row of images; `block_element_type` names the member that counts."""

    block_element_type: NotRequired[Literal["paragraph", "gallery"]]
    paragraph: NotRequired[V2Paragraph]
    gallery: NotRequired[V2Gallery]


class V2Content(TypedDict):
    """Rich text, one block a line or row."""

    blocks: NotRequired[list[V2Block]]


class V2Owner(TypedDict):
    """Whose it is."""

    owner_type: Literal["user"]
    user_id: NotRequired[str]


class V2Cycle(TypedDict):
    """A user's own cycle; it begins on the first and ends on the last day of a month."""

    create_time: str
    cycle_status: NotRequired[Literal[0, 1, 2, 3]]
    end_time: str
    id: str
    owner: V2Owner
    score: NotRequired[float]
    start_time: str
    tenant_cycle_id: str
    update_time: str


class V2Objective(TypedDict):
    """An objective."""

    category_id: NotRequired[str]
    content: NotRequired[V2Content]
    create_time: str
    cycle_id: str
    deadline: NotRequired[str]
    id: str
    notes: NotRequired[V2Content]
    owner: V2Owner
    position: int
    score: NotRequired[float]
    update_time: str
    weight: NotRequired[float]


class V2KeyResult(TypedDict):
    """A key result."""

    content: NotRequired[V2Content]
    create_time: str
    deadline: NotRequired[str]
    id: str
    objective_id: str
    owner: V2Owner
    position: int
    score: NotRequired[float]
    update_time: str
    weight: NotRequired[float]


class V2ProgressRate(TypedDict):
    """How far the target was when the record was written."""

    progress_percent: NotRequired[float]
    progress_status: NotRequired[Literal[-1, 0, 1, 2]]


class V2Progress(TypedDict):
    """A progress record; v1 writes it and knows it by the same id."""

    content: NotRequired[V2Content]
    create_time: str
    entity_id: str
    entity_type: Literal[2, 3]
    id: str
    owner: V2Owner
    progress_rate: NotRequired[V2ProgressRate]
    update_time: str
