"""Everything that can be set, in one table: the fields below make the flags, the environment names and the docs."""

from dataclasses import dataclass, field
from typing import Any

PREFIX = "OKR_MOCK_"
MEBIBYTE = 1024 * 1024


def _setting(
    default: Any,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    span: tuple[int, int | None] | None = None,
    secret: bool = False,
) -> Any:
    return field(default=default, metadata={"text": text, "choices": choices, "span": span}, repr=not secret)


@dataclass(frozen=True)
class Settings:
    """The emulator's settings; every field is also a flag and an `OKR_MOCK_…` name."""

    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(6570, "Port to listen on; 0 picks a free one.", span=(0, 65535))
    profile: str = _setting("documented", "What disputed behaviour is imitated; `okr-mock claims` lists the profiles.")
    set: tuple[str, ...] = _setting((), "CLAIM=OPTION, one claim decided differently; may be repeated.")
    auth: str = _setting(
        "open",
        "open: any well-formed app gets a token; strict: only declared apps; off: no token is wanted.",
        choices=("open", "strict", "off"),
    )
    strict: bool = _setting(False, "Refuse unknown fields and query parameters instead of warning.")
    seed: int = _setting(0, "Seed of ids, log ids and the key that signs tokens.")
    token_key: str = _setting("", "Key that signs tokens; made from the seed if empty.", secret=True)
    max_body: int = _setting(10 * MEBIBYTE, "Largest request body, in bytes.", span=(1, None))
    journal_exchanges: int = _setting(1000, "Exchanges kept a world.", span=(1, None))
    journal_bytes: int = _setting(16 * MEBIBYTE, "Bytes of exchanges kept a world.", span=(1, None))
    log_level: str = _setting(
        "info",
        "info: a line a call; warning: only refused calls; error: only our bugs.",
        choices=("info", "warning", "error"),
    )
