"""The numbers the API uses, by name."""

from enum import IntEnum


class TargetType(IntEnum):
    """What a progress record belongs to.

    Source: the schema `TargetType` of the contract.
    """

    OBJECTIVE = 2
    KEY_RESULT = 3


class ProgressStatus(IntEnum):
    """How a target is doing.

    Source: the schema `ProgressRate` of the contract.
    """

    NONE = -1
    NORMAL = 0
    AT_RISK = 1
    DELAYED = 2
