"""Create a progress record and read it back with the official Python SDK, which uses requests once and httpx once."""

import asyncio
import os

import lark_oapi as lark
from lark_oapi.api.okr import v1


def main() -> None:
    """Call the server that OKR_MOCK_URL names; the certificate is checked as the environment says."""
    client = lark.Client.builder().app_id("cli_docker").app_secret("any").domain(os.environ["OKR_MOCK_URL"]).build()
    records = client.okr.v1.progress_record
    text = v1.ContentTextRun.builder().text("完成 80%").build()
    element = v1.ContentParagraphElement.builder().type("textRun").text_run(text).build()
    paragraph = v1.ContentParagraph.builder().elements([element]).build()
    block = v1.ContentBlockElement.builder().type("paragraph").paragraph(paragraph).build()
    body = (
        v1.CreateProgressRecordRequestBody.builder()
        .source_title("周报")
        .source_url("https://example.com/weekly")
        .target_id("7041430377642082323")
        .target_type(3)
        .content(v1.ContentBlock.builder().blocks([block]).build())
        .build()
    )
    created = records.create(v1.CreateProgressRecordRequest.builder().request_body(body).build())
    assert created.success(), created.msg  # noqa: S101
    progress_id = created.data.progress_id
    read = asyncio.run(records.aget(v1.GetProgressRecordRequest.builder().progress_id(progress_id).build()))
    assert read.success(), read.msg  # noqa: S101
    print(read.data.progress_id)  # noqa: T201


main()
