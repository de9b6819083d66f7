"""What a terminal shows is the record, and what others wrote cannot steer it."""

import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from feishu_okr.client.content import Content, doc, image, person, text
from feishu_okr.client.shown import printable, show_record, show_targets, upload_bar
from feishu_okr.client.types import OkrBatch
from tests.feishu_okr.client.content.contents import anything

ESCAPE = "\x1b]0;owned\x07"


def terminal(width: int = 60) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=width)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def shown(content: Content, console: Console) -> str:
    show_record(console, {"content": content.to_json(), "modify_time": "1795638447722", "progress_id": "77"})
    return written(console)


def test_styles_and_lists() -> None:
    """Bold, struck, coloured and linked text, mentions, documents, lists and images look like what they are."""
    content = (
        Content()
        .paragraph(text("b", bold=True), text("s", strike_through=True), text("c", text_color="#d83931"))
        .ordered("one", person("ou_1"))
        .todo("done", done=True, level=2)
        .bullet(text("l", link="https://a.b"), doc("https://c.d", "title"))
        .gallery(image("box1"))
    )
    out = shown(content, terminal())
    assert "\x1b[1mb\x1b[0m\x1b[9ms\x1b[0m\x1b[38;2;216;57;49mc\x1b[0m\n" in out
    assert "1. one\x1b[36m@ou_1\x1b[0m\n  ☑ done\n• " in out
    assert ";https://a.b\x1b\\" in out
    assert "title" in out
    assert "[image box1]" in out


def test_rate() -> None:
    """The first line tells the id, the time and how the target was doing."""
    console = Console(file=io.StringIO(), width=60)
    show_record(
        console,
        {"content": {}, "modify_time": "0", "progress_id": "7", "progress_rate": {"percent": 12.5, "status": 1}},
    )
    assert written(console).startswith("7  19")
    assert written(console).endswith("  12.5% at risk\n")


@settings(max_examples=40)
@given(anything())
def test_any_content_is_shown(content: Content) -> None:
    """Whatever a record holds is shown without an error."""
    assert shown(content, Console(file=io.StringIO(), width=200)).startswith("77  ")


@settings(max_examples=100)
@given(st.text(max_size=20))
def test_printable(words: str) -> None:
    """Text for a terminal holds no control character, and text without one is as it was."""
    out = printable(words)
    assert not any((char < " " and char != "\n") or "\x7f" <= char <= "\x9f" or char == "\u202e" for char in out)
    if words.isprintable():
        assert out == words


def test_others_cannot_steer_the_terminal() -> None:
    """Control characters in texts, links, titles, ids and names reach the terminal as numbers."""
    words = f"a{ESCAPE}"
    content = (
        Content().paragraph(text(words), text("b", link=words), person(words), doc(words, words)).gallery(image(words))
    )
    okr: OkrBatch = {
        "id": "1", "permission": 1, "name": words,
        "objective_list": [{"id": "2", "permission": 1, "content": words}],
    }  # fmt: skip
    console = terminal(500)
    show_targets(console, words, [okr])
    for out in (shown(content, terminal(500)), written(console)):
        assert ESCAPE not in out
        assert "\x07" not in out
        assert "\\x1b]0;owned\\x07" in out


def test_hidden_targets_are_told() -> None:
    """An objective that the caller may not read is in the tree as hidden."""
    console = Console(file=io.StringIO(), width=200)
    show_targets(console, "ou_1", [{"id": "1", "permission": 0, "objective_list": [{"id": "2", "permission": 0}]}])
    assert written(console) == "ou_1\n└── 1\n    └── (hidden)  objective:2\n"


def test_upload_bar() -> None:
    """A terminal sees how much of an upload is sent; anything else sees nothing."""
    bar, silent = terminal(), Console(file=io.StringIO())
    for console in (bar, silent):
        with upload_bar(console, Path("chart.png")) as told:
            told(512, 1024)
            told(1024, 1024)
    assert "chart.png" in written(bar)
    assert "1.0/1.0 kB" in written(bar)
    assert written(silent) == ""
