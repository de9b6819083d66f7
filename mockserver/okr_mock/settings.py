"""Everything that can be set, in one table: the fields below make the flags, the environment names and the docs."""

import os
import socket
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

PREFIX = "OKR_MOCK_"


class SettingsError(Exception):
    """What was set cannot be done; says what, where and what to do in one line."""


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
    brand: str = _setting("feishu", "Whose texts and links are answered.", choices=("feishu", "lark"))
    auth: str = _setting(
        "open",
        "open: any well-formed app gets a token; strict: only declared apps; off: no token is wanted.",
        choices=("open", "strict", "off"),
    )
    strict: bool = _setting(False, "Refuse unknown fields and query parameters instead of warning.")
    fixtures: str = _setting("", "Fixture file, or folder of such files, that worlds start from; see `okr-mock world`.")
    scenario: tuple[str, ...] = _setting(
        (), "Shipped scenario, scenario file, or folder of such files, that worlds follow; may be repeated."
    )
    quota: str = _setting(
        "off", "off: calls are not counted; live: as the API allows, 100 a minute; N: N calls a minute and operation."
    )
    seed: int = _setting(0, "Seed of ids, log ids and the key that signs tokens.")
    token_key: str = _setting("", "Key that signs tokens; made from the seed if empty.", secret=True)
    tls: bool = _setting(False, "Serve https with a CA and certificate made for this run.")
    tls_name: tuple[str, ...] = _setting(
        (), "Further name or address the certificate is for, beside localhost, this host's name and `mock`."
    )
    ca_file: str = _setting("okr-mock-ca.pem", "Where --tls writes the CA that clients must trust.")
    certfile: str = _setting("", "Certificate chain of your own, PEM; with --keyfile instead of --tls.")
    keyfile: str = _setting("", "Private key of --certfile, PEM.")
    store: str = _setting(
        "memory", "Where worlds are kept: memory, sqlite:///file.db or redis://host; see docs/stores.md."
    )
    workers: int = _setting(
        1,
        "Processes that serve; more than one want a store to share, such as sqlite:///file.db.",
        span=(1, 64),
    )
    admin: bool = _setting(True, "Offer the control routes under /__admin.")
    admin_token: str = _setting(
        "", "Bearer token of the control routes; made and printed if empty and not on loopback.", secret=True
    )
    allowed_host: tuple[str, ...] = _setting((), "Further Host that the control routes answer to; may be repeated.")
    max_body: int = _setting(10 * MEBIBYTE, "Largest request body, in bytes.", span=(1, None))
    max_worlds: int = _setting(10_000, "Worlds kept at once.", span=(1, None))
    max_records: int = _setting(100_000, "Progress records kept a world.", span=(1, None))
    max_images: int = _setting(1000, "Images kept a world.", span=(1, None))
    max_image: int = _setting(
        8 * MEBIBYTE, "Largest image, in bytes; the API's own limit is not documented.", span=(1, None)
    )
    max_world_bytes: int = _setting(256 * MEBIBYTE, "Bytes of entities kept a world.", span=(1, None))
    world_idle: int = _setting(
        0, "Seconds after which a world that nobody calls is forgotten; 0 for never.", span=(0, None)
    )
    max_connections: int = _setting(
        4096, "Connections served at once; fewer where the limit of open files is lower.", span=(1, None)
    )
    header_timeout: int = _setting(10, "Seconds a caller may take for the head of a request.", span=(1, None))
    body_timeout: int = _setting(30, "Seconds a caller may take for the body of a request.", span=(1, None))
    journal_exchanges: int = _setting(1000, "Exchanges kept a world.", span=(1, None))
    journal_bytes: int = _setting(16 * MEBIBYTE, "Bytes of exchanges kept a world.", span=(1, None))
    journal_file: str = _setting("", "File that every exchange is appended to, one line of JSON each.")
    journal_file_bytes: int = _setting(
        64 * MEBIBYTE, "Size at which the journal file is renamed to FILE.1 and begun anew.", span=(1, None)
    )
    replay: str = _setting("", "Recording to answer with, in recorded order per operation, before the emulator does.")
    replay_only: bool = _setting(False, "Refuse calls of which the recording holds no further answer.")
    port_file: str = _setting("", "File to write the address to, as JSON, once the server is ready.")
    ready_fd: int = _setting(-1, "File descriptor to write the address to once the server is ready; -1 for none.")
    fail_on_audit: str = _setting(
        "", "Rules of the audit, with commas between, or all: exit code 1 at the end if a caller offended against them."
    )
    coverage: bool = _setting(False, "Print at the end which operations, codes and fields the calls have met.")
    min_code_coverage: float = _setting(
        0.0, "Share of the codes of the called operations, 0 to 1: exit code 1 at the end if fewer were met."
    )
    log_format: str = _setting(
        "text", "text: a line a call for people; json: an object a call, and one a warning.", choices=("text", "json")
    )
    log_level: str = _setting(
        "info",
        "info: a line a call; warning: only refused calls; error: only our bugs.",
        choices=("info", "warning", "error"),
    )

    @property
    def names(self) -> list[str]:
        """What this server is known as: on loopback, by the host's name, as `mock` among containers, and as set."""
        own = ["localhost", "127.0.0.1", "::1", socket.gethostname(), "mock", self.host]
        return list(dict.fromkeys([*own, *self.tls_name]))


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Make settings of values that nobody has checked, texts among them.

    Args:
        values: by the names of the fields; a hyphen will do for an underscore.

    Raises:
        SettingsError: there is no such setting, or its value is none that it takes.
    """
    known = {field.name: field for field in fields(Settings)}
    read: dict[str, Any] = {}
    for name, value in values.items():
        found = known.get(name.replace("-", "_"))
        if found is None:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}"
            raise SettingsError(f"there is no setting {name!r}; {hint}")
        read[found.name] = _read(found, value)
    return Settings(**read)


def _read(setting: "Field[Any]", value: Any) -> Any:
    kind: type = type(setting.default)
    found: Any
    if kind is tuple:
        several = [value] if isinstance(value, str | os.PathLike) else list(value)
        return tuple(map(os.fspath, several))
    if kind is bool:
        found = value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    elif kind is int:
        text = str(value)
        found = int(text) if text.removeprefix("-").isdecimal() else None
    else:
        found = str(value) if isinstance(value, int) else os.fspath(value)
    choices, (least, most) = setting.metadata["choices"], setting.metadata["span"] or (None, None)
    is_wrong = found is None or (choices and found not in choices)
    if is_wrong or (least is not None and found < least) or (most is not None and found > most):
        raise SettingsError(f"{setting.name}={value!r} will not do; {_wanted(setting)}")
    return found


def _wanted(setting: "Field[Any]") -> str:
    """Say what a setting takes."""
    if setting.metadata["choices"]:
        return f"it is one of {', '.join(setting.metadata['choices'])}"
    if setting.metadata["span"]:
        least, most = setting.metadata["span"]
        return f"it is a whole number from {least}{'' if most is None else f' to {most}'}"
    return "it is true or false" if isinstance(setting.default, bool) else "it is a whole number"
