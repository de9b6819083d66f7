"""A made-up company as a fixture: people, periods, OKRs, reviews and progress records that follow from a seed."""

import re
from typing import Any

from okr_mock.world.author import Author
from okr_mock.world.draw import DAY, HOUR, Draw, Period
from okr_mock.world.fixture import month_start
from okr_mock.world.period import month_of

MOST_USERS = 1000
BASE_MONTH = "2026-10"
"""Fixed, so that the same command gives the same company on any day."""
_EARLIEST, _LATEST = 2001 * 12 + 9, 2038 * 12
"""Between these two all times have thirteen digits and all ids fit an int64."""
_LENGTHS = (1, 2, 3, 4, 6)
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")

Json = dict[str, Any]


def generate(seed: int, users: int, base_month: str, months: int = 3) -> dict[str, Any]:
    """Make a company up; the same arguments give the same company.

    Args:
        seed: decides everything that is left to chance.
        users: how many people, 1 to 1000.
        base_month: such as `2026-10`; the world is as of its 15th.
        months: how long a period is.

    Raises:
        ValueError: an argument is out of range.
    """
    if not 1 <= users <= MOST_USERS:
        raise ValueError(f"{users} users are not from 1 to {MOST_USERS}")
    draw = Draw(seed)
    periods = _periods(draw, _month_number(base_month), months)
    people = _people(draw, users)
    author = Author(draw, people)
    okrs = [okr for number in range(users) for okr in author.okrs(number, periods)]
    return {
        "description": f"A made-up company: okr-mock world --seed {seed} --users {users} --base-month {base_month}",
        "apps": [{"id": f"cli_{draw.hex('app', 16)}", "secret": draw.hex("secret", 32)}],
        "users": people,
        "codes": [
            {"code": f"code-{draw.hex(f'code {number}', 16)}", "user": person["open_id"]}
            for number, person in enumerate(people)
        ],
        "period_rules": [
            {"period_rule_id": "134", "type": "month", "length": months, "first_month": 1},
            {"period_rule_id": "135", "type": "year", "length": 12, "first_month": 1},
        ],
        "periods": [
            {"id": period.id, "start_month": period.start_month, "end_month": period.end_month} for period in periods
        ],
        "okrs": okrs,
        "reviews": [_review(draw, person["open_id"], periods[0]) for person in people],
        "records": sorted(author.records, key=lambda record: (record["modify_time"], record["id"])),
    }


def _month_number(month: str) -> int:
    if not (found := _MONTH.fullmatch(month)):
        raise ValueError(f"'{month}' is not a month such as {BASE_MONTH}")
    return int(found[1]) * 12 + int(found[2]) - 1


def _periods(draw: Draw, base: int, months: int) -> list[Period]:
    """Make the previous, the current and the next period."""
    if months not in _LENGTHS:
        raise ValueError(f"a period of {months} months does not fill a year evenly; use one of {_LENGTHS}")
    first = base - base % 12 % months
    if first - months < _EARLIEST or first + 2 * months > _LATEST:
        raise ValueError(f"the period of {month_of(base)} and the two beside it do not lie in 2001-10 to 2037-12")
    today = month_start(month_of(base)) + 14 * DAY + 20 * HOUR
    return [_period(draw, start, months, today) for start in range(first - months, first + months + 1, months)]


def _period(draw: Draw, first: int, months: int, today: int) -> Period:
    start, end = month_start(month_of(first)), month_start(month_of(first), later=months)
    made = draw.id(draw.moment(start - 16 * DAY, start - 12 * DAY))
    return Period(made, month_of(first), month_of(first + months - 1), start, end, today)


def _people(draw: Draw, users: int) -> list[Json]:
    from faker import Faker  # slow to import

    chinese, english = (Faker(language, providers=["faker.providers.person"]) for language in ("zh_CN", "en_US"))
    chinese.seed_instance(draw.seed)
    english.seed_instance(draw.seed)
    names: dict[str, None] = {}
    en_names: dict[str, None] = {}
    while len(names) < users:
        names[chinese.name()] = None
    while len(en_names) < users:
        en_names[f"{english.first_name()} {english.last_name()}"] = None
    return [
        {"open_id": f"ou_{draw.hex(f'user {number}', 32)}", "name": name, "en_name": en_name}
        for number, (name, en_name) in enumerate(zip(names, en_names, strict=True))
    ]


def _review(draw: Draw, user: str, period: Period) -> Json:
    last_week = period.end - 7 * DAY, period.end - 2 * DAY
    return {
        "user": user,
        "period": period.id,
        "cycle_reviews": [{"url": draw.document(), "create_time": str(draw.moment(*last_week))}],
        "progress_reports": [{"url": draw.document(), "create_time": str(draw.moment(*last_week))}],
    }
