"""A file that readers see whole or not at all."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there.

    Args:
        path: where it shall be; what is there gives way.
        data: the whole file.

    Raises:
        OSError: it cannot be written.
    """
    half = path.with_name(f"{path.name}.{os.getpid()}")
    half.write_bytes(data)
    half.replace(path)
