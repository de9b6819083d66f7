"""The contract: its reader, the operations, the catalog of refusals, the ledger of claims and what they come to."""

from feishu_okr.contract.catalog import Catalog, ErrorCode
from feishu_okr.contract.effective import Checked, Effective, Rules
from feishu_okr.contract.learned import chosen_profile, read_evidence
from feishu_okr.contract.ledger import Claim, Ledger, Profile
from feishu_okr.contract.operation import Operation
from feishu_okr.contract.reader import Contract, load, load_sources
from feishu_okr.contract.schema import Remark
from feishu_okr.contract.source import ContractError, Mistake
from feishu_okr.contract.violation import Violation

__all__ = [
    "Catalog",
    "Checked",
    "Claim",
    "Contract",
    "ContractError",
    "Effective",
    "ErrorCode",
    "Ledger",
    "Mistake",
    "Operation",
    "Profile",
    "Remark",
    "Rules",
    "Violation",
    "chosen_profile",
    "load",
    "load_sources",
    "read_evidence",
]
