"""Forms: bodies of several parts, as clients send images."""

from collections.abc import Mapping
from typing import Any

BOUNDARY = "okr-conformance-3f1c9f"


def multipart(parts: Mapping[str, Any]) -> tuple[bytes, str]:
    """Write a multipart body; gives it and its content type.

    Args:
        parts: values by name; bytes are a file, and a mapping has `file`, `name` and `type` of one.
    """
    lines: list[bytes] = []
    for name, value in parts.items():
        disposition, kind, data = f'form-data; name="{name}"', "", value
        if isinstance(value, Mapping):
            data, kind = value["file"], value.get("type", "")
            disposition += f'; filename="{value["name"]}"' if "name" in value else ""
        elif isinstance(value, bytes):
            disposition += '; filename="image"'
            kind = "application/octet-stream"
        head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
        lines.append(head.encode() + b"\r\n" + (data if isinstance(data, bytes) else str(data).encode()))
    end = f"--{BOUNDARY}--\r\n".encode()
    return b"\r\n".join([*lines, end]), f"multipart/form-data; boundary={BOUNDARY}"
