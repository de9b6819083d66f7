import subprocess
import sys
from pathlib import Path

import pytest

from feishu_okr.contract.lint import lint
from feishu_okr.contract.reader import data_folder
from tests.feishu_okr.contract.conftest import Break


def test_shipped_files_hold() -> None:
    """The shipped contract has no mistake."""
    assert lint(data_folder()) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("errors.yaml", "    retry: never\n", "    retry: never\n    retries: 3\n", "'retries' was unexpected"),
        ("errors.yaml", "source: seed_page", "source: sed_page", "there is no source 'sed_page'"),
        ("errors.yaml", "    stage: service\n", "", "'stage' is a required property"),
        ("claims.yaml", "default: long", "default: longer", "there is no option 'longer'; there are long, short"),
        ("claims.yaml", "message_family: short", "mesage_family: short", "there is no claim 'mesage_family'"),
        (
            "claims.yaml",
            "path: /components/schemas/TargetId/type",
            "path: /components/schemas/Target/type",
            "cannot be applied",
        ),
        (
            "operations/progress_records.yaml",
            "okr_data_not_found",
            "okr_not_found",
            "there is no refusal 'okr_not_found'",
        ),
        ("operations/progress_records.yaml", "method_id:", "methodid:", "'methodid' was unexpected"),
        ("operations/progress_records.yaml", "#/UpdateProgressRecordRequest", "#/Updat", "does not exist"),
        ("examples/create-request.json", '"target_type": 2', '"target_type": 4', "4 is not one of [2, 3]"),
        ("examples/create-request.json", '"target_type": 2', '"target_typ": 2', "'target_typ' was unexpected"),
        ("unmodelled.yaml", "POST: auth.v3.app_ticket.resend", "UPLOAD: x", "does not match"),
        ("sources.yaml", "kind: documentation", "kind: hearsay", "'hearsay' is not one of"),
        ("claims.yaml", "profiles:", "profiles: [", "not YAML"),
    ],
)
def test_mistakes(breaks: Break, file: str, old: str, new: str, says: str) -> None:
    """A mistake in a file is found and named with the file and a line."""
    mistakes = [mistake for mistake in lint(breaks(file, old, new)) if says in mistake.text]
    assert mistakes
    assert all(mistake.file.endswith(file) and mistake.line > 0 for mistake in mistakes)


def test_evidence_is_required(breaks: Break) -> None:
    """A claim without evidence is a mistake."""
    folder = breaks(
        "claims.yaml", "    evidence:\n      - {source: seed_page, mark: documented, for: long}\n", "    evidences:\n"
    )
    assert any("'evidence' is a required property" in mistake.text for mistake in lint(folder))


def test_all_at_once(breaks: Break) -> None:
    """Mistakes in several files are reported together, and the command exits with 1."""
    breaks("errors.yaml", "    retry: never\n", "    retry: perhaps\n")
    folder = breaks("claims.yaml", "status: disputed", "status: doubtful")
    run = [sys.executable, "-m", "feishu_okr.contract", str(folder)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "errors.yaml:" in done.stderr
    assert "claims.yaml:" in done.stderr
    assert "'doubtful' is not one of" in done.stderr


def test_unknown_folder(tmp_path: Path) -> None:
    """A folder without the files is a mistake, not a traceback."""
    assert "cannot be read" in lint(tmp_path)[0].text
