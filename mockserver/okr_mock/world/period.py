"""A period of OKRs: its names and its bounds."""

from collections.abc import Mapping
from typing import Any

from okr_mock.world.fixture import month_start

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR = 12


def period_name(period: Mapping[str, Any], language: str) -> str:
    """Name a period as the vendor's examples do, unless the fixture names it.

    Args:
        period: entry of the fixture, or stored entity.
        language: `zh` or `en`.
    """
    given: str | None = period.get(f"{language}_name")
    if given is not None:
        return given
    (year, first), (last_year, last) = (
        (int(month[:4]), int(month[5:])) for month in (period["start_month"], period["end_month"])
    )
    is_one, is_year = period["start_month"] == period["end_month"], months_between(period) == _YEAR and first == 1
    if language == "zh":
        other = f"{last} 月" if year == last_year else f"{last_year} 年 {last} 月"
        return f"{year} 年" if is_year else f"{year} 年 {first} 月" + ("" if is_one else f" - {other}")
    begin, end = _MONTHS[first - 1], f"{_MONTHS[last - 1]} {last_year}"
    if is_year:
        return str(year)
    return end if is_one else f"{begin} - {end}" if year == last_year else f"{begin} {year} - {end}"


def months_between(period: Mapping[str, Any]) -> int:
    """Count the months of a period.

    Args:
        period: entry of the fixture, or stored entity.
    """
    return number_of(period["end_month"]) - number_of(period["start_month"]) + 1


def number_of(month: str) -> int:
    """Count months since the year 0.

    Args:
        month: such as `2026-10`.
    """
    return int(month[:4]) * _YEAR + int(month[5:]) - 1


def month_of(number: int) -> str:
    """Write a month.

    Args:
        number: months since the year 0.
    """
    return f"{number // _YEAR:04d}-{number % _YEAR + 1:02d}"


def bounds(period: Mapping[str, Any]) -> tuple[str, str]:
    """Tell when a period begins and ends in Beijing, in milliseconds since the epoch.

    Args:
        period: entry of the fixture, or stored entity.
    """
    return str(month_start(period["start_month"])), str(month_start(period["end_month"], later=1) - 1)
