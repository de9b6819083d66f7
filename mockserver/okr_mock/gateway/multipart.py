"""A multipart body: texts and files by name. What is a file, the reader says: clients leave out file names."""

import logging
from functools import partial
from typing import Any, NamedTuple

from okr_mock.gateway.envelope import Refusal
from okr_mock.gateway.request import MULTIPART, Request

MOST_PARTS = 100


class Form(NamedTuple):
    """The parts of a multipart body.

    Args:
        texts: names and values, in their order.
        files: bytes by name.
    """

    texts: list[tuple[str, str]]
    files: dict[str, bytes]


def read_form(request: Request, file_names: frozenset[str]) -> Form:
    """Read a multipart body.

    Args:
        request: a request with such a body.
        file_names: parts that are files, with or without a file name.

    Raises:
        Refusal: `body_too_large`, or `body_not_json` with the reason where it cannot be read.
    """
    from python_multipart import create_form_parser  # slow to load
    from python_multipart.exceptions import FormParserError

    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # the refusal says what is wrong
    if request.is_too_large:
        raise Refusal("body_too_large")
    if request.media != MULTIPART:
        raise Refusal("body_not_json", reason=f"not {MULTIPART}")
    form = Form([], {})
    keep = partial(_keep, form, file_names)
    headers = {"Content-Type": request.header(b"content-type").encode("latin-1")}
    try:
        parser = create_form_parser(headers, keep, keep, config={"MAX_MEMORY_FILE_SIZE": len(request.body) + 1})
        parser.write(request.body)
        parser.finalize()
    except (FormParserError, ValueError, LookupError) as error:
        raise Refusal("body_not_json", reason=f"not multipart: {error}") from error
    return form


def _keep(form: Form, file_names: frozenset[str], part: Any) -> None:
    """Keep a part: a file has a file object, a field has a value."""
    if len(form.texts) + len(form.files) >= MOST_PARTS:
        raise ValueError(f"more than {MOST_PARTS} parts")
    name = (part.field_name or b"").decode("utf-8", errors="replace")
    if hasattr(part, "file_object"):
        part.file_object.seek(0)
        value = part.file_object.read()
    else:
        value = part.value or b""
    if name in file_names:
        form.files[name] = value
    else:
        form.texts.append((name, value.decode("utf-8", errors="replace")))
