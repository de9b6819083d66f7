"""What the v1 API takes and answers, as the contract describes it."""

from typing import Literal, NotRequired, TypedDict

from feishu_okr.client.target import ProgressStatus
from feishu_okr.client.types_content import ContentJson


class ProgressRate(TypedDict):
    """How far the target is."""

    percent: NotRequired[float]
    status: NotRequired[ProgressStatus | Literal[-1, 0, 1, 2]]


class ShownProgressRate(TypedDict):
    """How far the target was when the record was written; claims about what may be written leave it alone."""

    percent: NotRequired[float]
    status: NotRequired[Literal[-1, 0, 1, 2]]


class ProgressRecord(TypedDict):
    """A progress record as the service shows it; source, target and author are never shown."""

    content: ContentJson
    modify_time: str
    progress_id: str
    progress_rate: NotRequired[ShownProgressRate]


class UploadedImage(TypedDict):
    """What an image of a gallery is written with."""

    file_token: str
    url: str


class OkrUser(TypedDict):
    """A person."""

    open_id: str
    user_id: NotRequired[str]


class OkrProgressRate(TypedDict):
    """How far the target is now; a record's own rate has a numeric status."""

    percent: int
    status: Literal["-1", "0", "1", "2"]


class OkrProgressRecord(TypedDict):
    """A progress record, to be fetched by its id."""

    id: str


class OkrAlignedObjective(TypedDict):
    """The other end of an alignment."""

    id: str
    okr_id: str
    owner: OkrUser


class OkrKeyResult(TypedDict):
    """A key result of an objective."""

    content: str
    deadline: str
    id: str
    kr_weight: float
    mentioned_user_list: list[OkrUser]
    progress_rate: OkrProgressRate
    progress_rate_percent_last_updated_time: str
    progress_rate_status_last_updated_time: str
    progress_record_last_updated_time: str
    progress_record_list: list[OkrProgressRecord]
    progress_report_last_updated_time: str
    score: int
    score_last_updated_time: str
    weight: int


class OkrObjective(TypedDict):
    """An objective with its key results."""

    aligned_objective_list: NotRequired[list[OkrAlignedObjective]]
    aligning_objective_list: NotRequired[list[OkrAlignedObjective]]
    content: NotRequired[str]
    deadline: NotRequired[str]
    id: str
    kr_list: NotRequired[list[OkrKeyResult]]
    mentioned_user_list: NotRequired[list[OkrUser]]
    permission: Literal[0, 1]
    progress_rate: NotRequired[OkrProgressRate]
    progress_rate_percent_last_updated_time: NotRequired[str]
    progress_rate_status_last_updated_time: NotRequired[str]
    progress_record_last_updated_time: NotRequired[str]
    progress_record_list: NotRequired[list[OkrProgressRecord]]
    progress_report: NotRequired[str]
    progress_report_last_updated_time: NotRequired[str]
    score: NotRequired[int]
    score_last_updated_time: NotRequired[str]
    weight: NotRequired[float]


class OkrBatch(TypedDict):
    """The OKR of a person in a period."""

    confirm_status: NotRequired[Literal[0, 1, 2, 3, 4]]
    id: str
    name: NotRequired[str]
    objective_list: NotRequired[list[OkrObjective]]
    period_id: NotRequired[str]
    permission: Literal[0, 1]


class Period(TypedDict):
    """A period of the tenant."""

    en_name: str
    id: str
    period_end_time: str
    period_start_time: str
    status: Literal[0, 1, 2, 3]
    zh_name: str


class PeriodRule(TypedDict):
    """How long periods are and when they may begin."""

    first_month: int
    length: int
    period_rule_id: str
    type: Literal["year", "month"]


class CreatedPeriod(TypedDict):
    """The period that was opened."""

    end_month: str
    period_id: str
    start_month: str


class PatchedPeriod(TypedDict):
    """The period and its status as it was sent."""

    period_id: str
    status: Literal[1, 2, 3]


class ReviewDocument(TypedDict):
    """A document outside of the OKR product."""

    create_time: str
    url: str


class ReviewPeriod(TypedDict):
    """What a person wrote about a period."""

    cycle_review_list: list[ReviewDocument]
    period_id: str
    progress_report_list: list[ReviewDocument]


class Review(TypedDict):
    """The reviews of a person."""

    review_period_list: list[ReviewPeriod]
    user_id: OkrUser
