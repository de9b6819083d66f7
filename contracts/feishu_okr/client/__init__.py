"""A client of the OKR API: typed, blocking and asynchronous, safe when an answer is lost."""

from feishu_okr.client.client import AsyncOKRClient, OKRClient
from feishu_okr.client.content import (
    Content,
    ContentError,
    MarkdownError,
    MarkdownSimplified,
    Unsupported,
    doc,
    image,
    person,
    text,
)
from feishu_okr.client.errors import (
    Ambiguous,
    ContractBroken,
    InvalidParameters,
    NoPermission,
    OKRDataNotFound,
    OKRError,
    RateLimited,
    Refused,
    ScopeMissing,
    ServerError,
    TokenInvalid,
    Unreachable,
    UserNotFound,
)
from feishu_okr.client.settings import Reconcile, Retries
from feishu_okr.client.target import ProgressStatus, TargetType

__all__ = [
    "Ambiguous",
    "AsyncOKRClient",
    "Content",
    "ContentError",
    "ContractBroken",
    "InvalidParameters",
    "MarkdownError",
    "MarkdownSimplified",
    "NoPermission",
    "OKRClient",
    "OKRDataNotFound",
    "OKRError",
    "ProgressStatus",
    "RateLimited",
    "Reconcile",
    "Refused",
    "Retries",
    "ScopeMissing",
    "ServerError",
    "TargetType",
    "TokenInvalid",
    "Unreachable",
    "Unsupported",
    "UserNotFound",
    "doc",
    "image",
    "person",
    "text",
]
