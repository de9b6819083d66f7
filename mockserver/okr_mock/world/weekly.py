"""Progress records as people write them each week."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from okr_mock.world.draw import Draw
from okr_mock.world.phrases import ObjectivePhrases, load_phrases

Json = dict[str, Any]


class Week(NamedTuple):
    """What one record tells of.

    Args:
        objective: phrases of the objective it belongs to.
        percent: how far the target is.
        status: status of the target, such as `"0"`.
        colleague: open id of somebody to ask; None in a company of one.
    """

    objective: ObjectivePhrases
    percent: int
    status: str
    colleague: str | None


def content(draw: Draw, week: Week) -> Json:
    """Write the rich text of a record: how far it is, and one or two sections more.

    Args:
        draw: draws the words.
        week: what there is to tell.
    """
    news = draw.random.sample(week.objective.updates, k=len(week.objective.updates))
    opener = draw.random.choice(load_phrases().openers[week.status])
    paragraphs = [_paragraph(_bold(f"{opener}，完成 {week.percent}%。"), _text(f"{news[0]}。"))]
    for section in sorted(draw.random.sample(range(len(_SECTIONS)), k=draw.random.randint(1, 2))):
        paragraphs += _SECTIONS[section](draw, week, news[1:])
    return {"blocks": [{"type": "paragraph", "paragraph": paragraph} for paragraph in paragraphs]}


def _done(draw: Draw, week: Week, news: list[str]) -> list[Json]:
    return [_item("bullet", line) for line in news[: draw.random.randint(1, 2)]]


def _plan(draw: Draw, week: Week, news: list[str]) -> list[Json]:
    plans = draw.random.sample(week.objective.plans, k=2)
    return [_paragraph(_bold("下周计划"))] + [
        _item("number", plan, number=place) for place, plan in enumerate(plans, start=1)
    ]


def _tasks(draw: Draw, week: Week, news: list[str]) -> list[Json]:
    done, open_ = draw.random.sample(load_phrases().tasks, k=2)
    return [_item("checkedBox", done), _item("checkBox", open_)]


def _ask(draw: Draw, week: Week, news: list[str]) -> list[Json]:
    if week.colleague is None:
        return _tasks(draw, week, news)
    person = {"type": "person", "person": {"openId": week.colleague}}
    return [_paragraph(person, _text(f" {draw.random.choice(load_phrases().asks)}"))]


def _link(draw: Draw, week: Week, news: list[str]) -> list[Json]:
    title = draw.random.choice(load_phrases().documents)
    return [
        _paragraph(_text("详见："), {"type": "docsLink", "docsLink": {"url": draw.document(), "title": title}}),
    ]


_SECTIONS: tuple[Callable[[Draw, Week, list[str]], list[Json]], ...] = (_done, _plan, _tasks, _ask, _link)


def _paragraph(*elements: Json) -> Json:
    return {"elements": list(elements)}


def _item(kind: str, line: str, **more: int) -> Json:
    style: Mapping[str, Any] = {"list": {"type": kind, "indentLevel": 1, **more}}
    return {"style": style, **_paragraph(_text(line))}


def _text(text: str) -> Json:
    return {"type": "textRun", "textRun": {"text": text}}


def _bold(text: str) -> Json:
    return {"type": "textRun", "textRun": {"text": text, "style": {"bold": True}}}
