"""Writes the OKRs of a made-up company and the progress records below them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from okr_mock.world.draw import DAY, Draw, Period
from okr_mock.world.phrases import ObjectivePhrases, Phrase, load_phrases
from okr_mock.world.weekly import Week

_KEY_RESULT = 3
_MINUTE = 60_000

Json = dict[str, Any]


class _Place(NamedTuple):
    """Where something is written.

    Args:
        owner: number of the person whose OKR it is.
        period: period of the OKR.
        drafted: when the OKR was written.
        topic: phrases of the objective.
    """

    owner: int
    period: Period
    drafted: int
    topic: ObjectivePhrases


class _Progress(NamedTuple):
    percent: int
    status: str


@dataclass
class Author:
    """Writes for one person after the other.

    Args:
        draw: decides.
        people: entries of the users.
        records: entries of the progress records written so far.
    """

    draw: Draw
    people: Sequence[Json]
    records: list[Json] = field(default_factory=list)
    _themes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _firsts: dict[str, str] = field(default_factory=dict)

    def okrs(self, owner: int, periods: Sequence[Period]) -> Iterator[Json]:
        """Write a person's OKRs of the previous and the current period, about different objectives.

        Args:
            owner: number of the person.
            periods: the previous period, the current one, and any more.
        """
        departments = tuple(load_phrases().departments.values())
        topics = departments[owner % len(departments)]
        topics = tuple(self.draw.random.sample(topics, k=len(topics)))
        before, now = self.draw.random.choice(((2, 2), (2, 2), (2, 3), (3, 2)))
        yield self._okr(owner, periods[0], topics[:before])
        yield self._okr(owner, periods[1], topics[before : before + now])

    def _okr(self, owner: int, period: Period, topics: Sequence[ObjectivePhrases]) -> Json:
        drafted = self.draw.moment(period.start - 10 * DAY, period.start - DAY)
        okr = {"id": self.draw.id(drafted), "user": self.people[owner]["open_id"], "period": period.id}
        objectives = [
            self._objective(_Place(owner, period, drafted, topic), weight, is_first=topic is topics[0])
            for topic, weight in zip(topics, self.draw.shares(len(topics)), strict=True)
        ]
        self._firsts.setdefault(period.id, objectives[0]["id"])
        for topic, objective in zip(topics, objectives, strict=True):
            self._themes.setdefault((period.id, topic.theme), []).append(objective["id"])
        return {**okr, "objectives": objectives}

    def _objective(self, place: _Place, weight: float, *, is_first: bool) -> Json:
        entry: Json = {"id": self.draw.id(place.drafted), "content": place.topic.text}
        updated: Json = {}
        if self.draw.chance(0.5):
            entry["notes"] = place.topic.notes
            updated["report"] = str(self._moment(place.period))
        key_results = self._key_results(place)
        entry["weight"] = weight
        entry |= _sum(key_results)
        entry["updated"] = entry.get("updated", {}) | updated
        if supported := self._supported(place, is_first=is_first):
            entry["aligned_to"] = [supported]
        return {name: value for name, value in entry.items() if value != {}} | {"key_results": key_results}

    def _supported(self, place: _Place, *, is_first: bool) -> str | None:
        """Pick an objective of somebody before that this one supports: of the same theme, or else the first of all."""
        kindred = self._themes.get((place.period.id, place.topic.theme))
        if kindred and self.draw.chance(0.7):
            return self.draw.random.choice(kindred)
        return self._firsts.get(place.period.id) if is_first else None

    def _key_results(self, place: _Place) -> list[Json]:
        is_alone = len(self.people) == 1
        fitting = [phrase for phrase in place.topic.key_results if not (is_alone and phrase.has_mention)]
        phrases = self.draw.random.sample(fitting, k=self.draw.random.choice((2, 2, 3, len(fitting))))
        weights = self.draw.shares(len(phrases))
        return [self._key_result(place, phrase, weight) for phrase, weight in zip(phrases, weights, strict=True)]

    def _key_result(self, place: _Place, phrase: Phrase, weight: float) -> Json:
        entry: Json = {"id": self.draw.id(place.drafted)}
        colleague = self._colleague(place.owner) if phrase.has_mention else None
        entry["content"] = phrase.write(self.draw.random, colleague["name"] if colleague else "")
        if colleague:
            entry["mentions"] = [colleague["open_id"]]
        entry["weight"] = weight
        progress = self._progress(place.period)
        if progress:
            entry["progress_rate"] = progress._asdict()
            entry["updated"] = self._told(place, entry["id"], progress)
        if progress and place.period.is_over:
            entry["score"] = min(100, progress.percent // 10 * 10)
            entry["updated"]["score"] = str(self.draw.moment(place.period.end - 8 * DAY, place.period.end - 3 * DAY))
        return entry

    def _progress(self, period: Period) -> _Progress | None:
        """Decide how far a key result is; one in three has not been begun where the period goes on."""
        if not period.is_over and self.draw.chance(0.33):
            return None
        speed = self.draw.random.triangular(0.3, 1.2, 0.95)
        percent = 5 * round(speed * 20) if period.is_over else max(1, round(100 * speed * period.pace))
        return _Progress(percent, "0" if speed >= 0.75 else "1" if speed >= 0.5 else "2")

    def _told(self, place: _Place, target: str, progress: _Progress) -> Json:
        """Write the records of some key results; gives when what was updated."""
        if not self.draw.chance(0.2):
            once = str(self._moment(place.period))
            return {"percent": once, "status": once}
        weeks = self.draw.random.randint(1, 3)
        moments = sorted(self._moment(place.period) for _ in range(weeks))
        news = self.draw.random.sample(place.topic.updates, k=len(place.topic.updates))
        for week, moment in enumerate(moments):
            told = news[week : week + 1] if week + 1 < weeks else news[week:]
            percent = progress.percent * (week + 1) // weeks
            self._tell(place, target, told, progress._replace(percent=percent), moment)
        last = str(moments[-1])
        return {"percent": last, "status": last, "record": last}

    def _tell(self, place: _Place, target: str, news: Sequence[str], progress: _Progress, moment: int) -> None:
        colleague = self._colleague(place.owner)
        week = Week(place.topic.plans, news, *progress, colleague["open_id"] if colleague else None)
        entry = {
            "id": self.draw.id(moment),
            "target_id": target,
            "target_type": _KEY_RESULT,
            "author": self.people[place.owner]["open_id"],
            "create_time": str(moment),
            "modify_time": str(moment),
            "content": week.write(self.draw),
            "progress_rate": {"percent": progress.percent, "status": int(progress.status)},
        }
        self.records.append(entry)

    def _colleague(self, owner: int) -> Json | None:
        if len(self.people) == 1:
            return None
        other = self.draw.random.randrange(len(self.people) - 1)
        return self.people[other + (other >= owner)]

    def _moment(self, period: Period) -> int:
        return self.draw.moment(period.start + 2 * DAY, min(period.today, period.end - 9 * DAY))


def _sum(key_results: Sequence[Json]) -> Json:
    """Tell of an objective what follows from its key results: progress, score, and when they changed."""
    begun = [key_result for key_result in key_results if "progress_rate" in key_result]
    if not begun:
        return {}
    percent = round(sum(part["weight"] * part["progress_rate"]["percent"] for part in begun) / 100)
    statuses = sorted(part["progress_rate"]["status"] for part in begun)
    summed: Json = {
        "progress_rate": {"percent": percent, "status": statuses[len(statuses) // 2]},
        "updated": {name: max(part["updated"][name] for part in begun) for name in ("percent", "status")},
    }
    if all("score" in part for part in begun):
        summed["score"] = round(sum(part["weight"] * part["score"] for part in begun) / 100)
        summed["updated"]["score"] = str(max(int(part["updated"]["score"]) for part in begun) + 5 * _MINUTE)
    return summed
