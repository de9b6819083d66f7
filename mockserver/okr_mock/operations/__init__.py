"""What each operation does: plain data in, plain data out."""

from collections.abc import Mapping

from okr_mock.call import Handler
from okr_mock.operations import access_tokens, progress_records

HANDLERS: Mapping[str, Handler] = {
    "auth.v3.app_access_token.internal": access_tokens.app,
    "auth.v3.tenant_access_token.internal": access_tokens.tenant,
    "okr.v1.progress_record.create": progress_records.create,
    "okr.v1.progress_record.delete": progress_records.delete,
    "okr.v1.progress_record.get": progress_records.get,
    "okr.v1.progress_record.update": progress_records.update,
}
