"""Sends a weekly report to a key result of Feishu OKR with the official SDK, each report once."""

import time
from collections.abc import Callable, Sequence

import requests
from lark_oapi import Client
from lark_oapi.api.okr import v1
from lark_oapi.core.model import BaseResponse

RATE_LIMITED = 99991400
KEY_RESULT = 3


class NotSentError(Exception):
    """The report was refused and is not there."""


class UnclearError(Exception):
    """The report may be there or not; look before you send it again."""


def send(
    client: Client,
    key_result: str,
    title: str,
    url: str,
    lines: Sequence[str],
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Send a report, one paragraph a line; gives the id of the progress record.

    Raises:
        NotSentError: the API refused it.
        UnclearError: no answer came, or one that does not tell.
    """
    body = v1.CreateProgressRecordRequestBody.builder().source_title(title).source_url(url)
    body = body.target_id(key_result).target_type(KEY_RESULT).content(_content(lines)).build()
    request = v1.CreateProgressRecordRequest.builder().request_body(body).build()
    for _ in range(3):
        try:
            answer = client.okr.v1.progress_record.create(request)
        except requests.RequestException as error:
            raise UnclearError(f"no answer: {error}") from error
        if answer.success():
            return str(answer.data.progress_id)
        if answer.code != RATE_LIMITED:
            break
        sleep(float(answer.raw.headers["x-ogw-ratelimit-reset"]))
    kind = UnclearError if answer.raw.status_code >= 500 else NotSentError
    raise kind(_explained(answer))


def _content(lines: Sequence[str]) -> v1.ContentBlock:
    return v1.ContentBlock.builder().blocks([_paragraph(line) for line in lines]).build()


def _paragraph(line: str) -> v1.ContentBlockElement:
    text = v1.ContentTextRun.builder().text(line).build()
    element = v1.ContentParagraphElement.builder().type("textRun").text_run(text).build()
    paragraph = v1.ContentParagraph.builder().elements([element]).build()
    return v1.ContentBlockElement.builder().type("paragraph").paragraph(paragraph).build()


def _explained(answer: BaseResponse) -> str:
    return f"{answer.code} {answer.msg} (log id {answer.get_log_id()})"
