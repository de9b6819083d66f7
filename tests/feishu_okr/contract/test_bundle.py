from pathlib import Path

import pytest
from openapi_spec_validator import validate

from feishu_okr.contract import Contract, ContractError
from feishu_okr.contract.bundle import Bundle
from tests.feishu_okr.contract.conftest import Break


def references(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for item in value.values() for found in references(item)]


def test_document_stands_alone(contract: Contract) -> None:
    """The bundled document refers to nothing outside itself."""
    assert all(reference.startswith("#/") for reference in references(contract.document))


def test_document_is_openapi(contract: Contract) -> None:
    """The document is valid OpenAPI 3.1 under every single option of every claim."""
    for claim in contract.ledger.claims.values():
        for option in claim.options:
            if ("document", option) in claim.patches:
                validate(contract.effective(contract.ledger.profile(switches=[(claim.id, option)])).document)
    validate(contract.document)


def test_dangling_references(copy: Path, breaks: Break) -> None:
    """Every reference that leads nowhere is reported, each with its place."""
    breaks("operations/progress_records.yaml", "#/CreateProgressRecordRequest", "#/Nothing")
    breaks("schemas/content.yaml", '$ref: "#/Gallery"', '$ref: "#/Galery"')
    with pytest.raises(ContractError) as caught:
        Bundle(copy).document()
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert len(told) == 2
    assert "progress_records.yaml:" in told[0]
    assert "progress_record.yaml#/Nothing does not exist" in told[0]
    assert "content.yaml#/Galery does not exist" in told[1]


def test_create_leads_on(contract: Contract) -> None:
    """The create operation's links lead to the operations on its record."""
    create = contract.document["paths"]["/open-apis/okr/v1/progress_records"]["post"]
    links = create["responses"]["200"]["links"].values()
    assert {link["operationId"] for link in links} == {
        f"okr.v1.progress_record.{name}" for name in ("get", "update", "delete")
    }
    assert {link["parameters"]["progress_id"] for link in links} == {"$response.body#/data/progress_id"}
