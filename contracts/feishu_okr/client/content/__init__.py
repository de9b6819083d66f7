"""Rich text of progress records: a builder, and Markdown both ways."""

from feishu_okr.client.content.document import Content
from feishu_okr.client.content.element import doc, image, person, text
from feishu_okr.client.content.loss import MarkdownError, MarkdownSimplified, Unsupported
from feishu_okr.client.content.rules import ContentError

__all__ = [
    "Content",
    "ContentError",
    "MarkdownError",
    "MarkdownSimplified",
    "Unsupported",
    "doc",
    "image",
    "person",
    "text",
]
