"""Progress records as people write them each week."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from okr_mock.world.draw import Draw
from okr_mock.world.phrases import load_phrases

Json = dict[str, Any]


@dataclass(frozen=True)
class Week:
    """What one record tells of.

    Args:
        plans: what could be done next.
        news: what happened, at least one thing.
        percent: how far the target is.
        status: status of the target, such as `"0"`.
        colleague: open id of somebody to ask; None in a company of one.
    """

    plans: Sequence[str]
    news: Sequence[str]
    percent: int
    status: str
    colleague: str | None

    def write(self, draw: Draw) -> Json:
        """Write the rich text: how far it is, and one or two sections more.

        Args:
            draw: draws the words.
        """
        first, *more = self.news
        opener = draw.random.choice(load_phrases().openers[self.status])
        paragraphs = [_paragraph(_bold(f"{opener}，完成 {self.percent}%。"), _text(f"{first}。"))]
        sections = [_plan(draw, self.plans), _tasks(draw), _link(draw)]
        if more:
            sections.insert(0, [_item("bullet", line) for line in more])
        if self.colleague:
            sections.append(_request(draw, self.colleague))
        for place in sorted(draw.random.sample(range(len(sections)), k=draw.random.randint(1, 2))):
            paragraphs += sections[place]
        return {"blocks": [{"type": "paragraph", "paragraph": paragraph} for paragraph in paragraphs]}


def _plan(draw: Draw, plans: Sequence[str]) -> list[Json]:
    items = [_item("number", plan, number=n) for n, plan in enumerate(draw.random.sample(plans, k=2), start=1)]
    return [_paragraph(_bold("下周计划")), *items]


def _tasks(draw: Draw) -> list[Json]:
    done, left = draw.random.sample(load_phrases().tasks, k=2)
    return [_item("checkedBox", done), _item("checkBox", left)]


def _link(draw: Draw) -> list[Json]:
    link = {"url": draw.document(), "title": draw.random.choice(load_phrases().documents)}
    return [_paragraph(_text("详见："), {"type": "docsLink", "docsLink": link})]


def _request(draw: Draw, colleague: str) -> list[Json]:
    person = {"type": "person", "person": {"openId": colleague}}
    return [_paragraph(person, _text(f" {draw.random.choice(load_phrases().asks)}"))]


def _paragraph(*elements: Json) -> Json:
    return {"elements": list(elements)}


def _item(kind: str, line: str, **number: int) -> Json:
    return {"style": {"list": {"type": kind, "indentLevel": 1, **number}}, **_paragraph(_text(line))}


def _text(text: str) -> Json:
    return {"type": "textRun", "textRun": {"text": text}}


def _bold(text: str) -> Json:
    return {"type": "textRun", "textRun": {"text": text, "style": {"bold": True}}}
