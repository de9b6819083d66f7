from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_mock.world.period import bounds, month_of, months_between, number_of, period_name

BEIJING = timezone(timedelta(hours=8))
NUMBER = st.integers(2001 * 12, 2037 * 12 + 11)


def period(start: str, end: str, **names: str) -> dict[str, str]:
    return {"id": "1", "start_month": start, "end_month": end, **names}


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ("2026-01", "2026-01", "2026 年 1 月", "Jan 2026"),
        ("2026-12", "2026-12", "2026 年 12 月", "Dec 2026"),
        ("2022-01", "2022-03", "2022 年 1 月 - 3 月", "Jan - Mar 2022"),
        ("2026-09", "2026-10", "2026 年 9 月 - 10 月", "Sep - Oct 2026"),
        ("2026-01", "2026-12", "2026 年", "2026"),
        ("2026-12", "2027-02", "2026 年 12 月 - 2027 年 2 月", "Dec 2026 - Feb 2027"),
        ("2026-04", "2027-03", "2026 年 4 月 - 2027 年 3 月", "Apr 2026 - Mar 2027"),
        ("2026-01", "2027-12", "2026 年 1 月 - 2027 年 12 月", "Jan 2026 - Dec 2027"),
        ("2026-01", "2027-01", "2026 年 1 月 - 2027 年 1 月", "Jan 2026 - Jan 2027"),
    ],
)
def test_names(start: str, end: str, zh: str, en: str) -> None:
    """A period of one month, of some, of a calendar year and of months of two years is named as the vendor does."""
    assert (period_name(period(start, end), "zh"), period_name(period(start, end), "en")) == (zh, en)


def test_given_names() -> None:
    """A name that the fixture gives is kept, the other one is made."""
    named = period("2026-01", "2026-03", zh_name="第一季度", en_name="")
    assert (period_name(named, "zh"), period_name(named, "en")) == ("第一季度", "")
    assert period_name(period("2026-01", "2026-03", zh_name="第一季度"), "en") == "Jan - Mar 2026"


@given(first=NUMBER, second=NUMBER)
def test_months(first: int, second: int) -> None:
    """Months count up without a gap, and are written so that text sorts as time does."""
    assert number_of(month_of(first)) == first
    assert (first < second) == (month_of(first) < month_of(second))
    assert months_between(period(month_of(first), month_of(second))) == second - first + 1


@given(first=NUMBER, length=st.integers(1, 24))
def test_bounds(first: int, length: int) -> None:
    """A period lasts from its first midnight in Beijing to the last millisecond of its last month."""
    begin, end = bounds(period(month_of(first), month_of(first + length - 1)))
    moments = [datetime.fromtimestamp(int(time) / 1000, BEIJING) for time in (begin, str(int(end) + 1))]
    assert [f"{moment:%Y-%m-%d %H:%M:%S.%f}" for moment in moments] == [
        f"{month_of(number)}-01 00:00:00.000000" for number in (first, first + length)
    ]
    following, _ = bounds(period(month_of(first + length), month_of(first + length)))
    assert int(following) == int(end) + 1
