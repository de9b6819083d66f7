"""What each operation does: plain data in, plain data out."""

from collections.abc import Mapping

from okr_mock.call import Handler
from okr_mock.operations import access_tokens, images, oauth, okrs, periods, progress_records, reviews, v2

HANDLERS: Mapping[str, Handler] = {
    "auth.v3.app_access_token.internal": access_tokens.app,
    "auth.v3.tenant_access_token.internal": access_tokens.tenant,
    "authen.v2.oauth.token": oauth.person,
    "oauth.v3.token": oauth.any_token,
    "okr.v1.image.upload": images.upload,
    "okr.v1.okr.batch_get": okrs.batch_get,
    "okr.v1.period.create": periods.create,
    "okr.v1.period.list": periods.list_all,
    "okr.v1.period.patch": periods.patch,
    "okr.v1.period_rule.list": periods.list_rules,
    "okr.v1.progress_record.create": progress_records.create,
    "okr.v1.progress_record.delete": progress_records.delete,
    "okr.v1.progress_record.get": progress_records.get,
    "okr.v1.progress_record.update": progress_records.update,
    "okr.v1.review.query": reviews.query,
    "okr.v1.user_okr.list": okrs.of_user,
    "okr.v2.cycle.list": v2.list_cycles,
    "okr.v2.cycle_objective.list": v2.list_objectives,
    "okr.v2.key_result.get": v2.get_key_result,
    "okr.v2.key_result_progress.list": v2.list_key_result_progresses,
    "okr.v2.objective.get": v2.get_objective,
    "okr.v2.objective_key_result.list": v2.list_key_results,
    "okr.v2.objective_progress.list": v2.list_objective_progresses,
}
