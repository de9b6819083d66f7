"""Rules that periods follow."""

from feishu_okr.client.call import Call, members
from feishu_okr.client.face import AsyncResource, Resource, awaiting, blocking
from feishu_okr.client.types import PeriodRule


def list_rules() -> Call[list[PeriodRule]]:
    """Read the period rules of the tenant.

    Raises:
        OKRError: they could not be read.

    Source: operation `okr.v1.period_rule.list` of the contract.
    """
    return Call("okr.v1.period_rule.list", members("period_rules"))


class PeriodRules(Resource):
    """Rules that periods follow."""

    list = blocking(list_rules)


class AsyncPeriodRules(AsyncResource):
    """Rules that periods follow."""

    list = awaiting(list_rules)
