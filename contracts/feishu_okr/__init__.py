"""The Feishu OKR API as data with a reader, and a client of it; independent of the emulator.

The client is loaded when it is first asked for, so that reading the contract stays light.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feishu_okr.client import (
        Ambiguous,
        AsyncOKRClient,
        Content,
        ContentError,
        ContractBroken,
        InvalidParameters,
        MarkdownError,
        MarkdownSimplified,
        NoPermission,
        OKRClient,
        OKRDataNotFound,
        OKRError,
        ProgressStatus,
        RateLimited,
        Reconcile,
        Refused,
        Retries,
        ScopeMissing,
        ServerError,
        TargetType,
        TokenInvalid,
        Unreachable,
        Unsupported,
        UserNotFound,
        doc,
        image,
        person,
        text,
    )

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

if not TYPE_CHECKING:  # a type checker sees the names above and would let any name pass here

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from feishu_okr import client

        return getattr(client, name)
