"""Review documents of people and periods. Source: spec, dochub."""

from collections.abc import Mapping
from typing import Any

from okr_mock.call import Call, Result
from okr_mock.operations.okrs import find_person, shown_person
from okr_mock.world.people import Person


async def query(call: Call) -> Result:
    """Show where the reviews of people in periods are written.

    Args:
        call: names people and periods.

    Raises:
        Refusal: `user_not_found`, or the gateway's where the claim `unknown_user_id` says so.
    """
    asked = call.message["query"]
    people = [find_person(call, user_id) for user_id in dict.fromkeys(asked["user_ids"])]
    return Result({"review_list": [_shown(call, person, asked["period_ids"]) for person in people]})


def _shown(call: Call, person: Person, period_ids: list[str]) -> dict[str, Any]:
    reviews = {review["period"]: review for review in call.fixture.reviews if review["user"] == person.open_id}
    return {
        "review_period_list": [_period(reviews[name]) for name in dict.fromkeys(period_ids) if name in reviews],
        "user_id": shown_person(call, person.open_id),
    }


def _period(review: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cycle_review_list": review.get("cycle_reviews", []),
        "period_id": review["period"],
        "progress_report_list": review.get("progress_reports", []),
    }
