import os
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from okr_mock.certificate import tls_context
from okr_mock.settings import Settings, SettingsError
from tests.conftest import RECORDS, Body, emulator

SDK_CALL = """
import sys, lark_oapi
from lark_oapi.api.okr import v1
client = lark_oapi.Client.builder().app_id("cli_tls").app_secret("s").domain(sys.argv[1]).build()
answer = client.okr.v1.progress_record.get(v1.GetProgressRecordRequest.builder().progress_id(1).build())
print(answer.code)
"""


def test_made_certificate(tmp_path: Path, create_body: Body) -> None:
    """With --tls a client that trusts the CA file is served on every default name of this machine."""
    ca = tmp_path / "ca.pem"
    with emulator("--tls", "--ca-file", str(ca)) as (url, _):
        port = url.rsplit(":", 1)[1]
        assert url.startswith("https://")
        trust = ssl.create_default_context(cafile=str(ca))
        for host in ("localhost", "127.0.0.1"):
            answer = httpx2.post(
                f"https://{host}:{port}{RECORDS}",
                json=create_body,
                headers={"Authorization": "Bearer t-dev"},
                verify=trust,
            )
            assert answer.json()["code"] == 0
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx2.get(f"https://localhost:{port}/readyz")


def test_python_sdk_over_tls(tmp_path: Path) -> None:
    """The official Python SDK trusts the CA by its environment variable."""
    ca = tmp_path / "ca.pem"
    with emulator("--tls", "--ca-file", str(ca)) as (url, _):
        environment = os.environ | {"REQUESTS_CA_BUNDLE": str(ca)}
        run = [sys.executable, "-W", "ignore", "-c", SDK_CALL, url]
        assert subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout == "1001004\n"


def test_own_certificate(tmp_path: Path) -> None:
    """A certificate and key of one's own are served."""
    import trustme

    authority = trustme.CA()
    leaf = authority.issue_cert("okr.example.test", "127.0.0.1")
    chain, key, ca = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    chain.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(ca)
    with emulator("--certfile", str(chain), "--keyfile", str(key)) as (url, _):
        assert httpx2.get(f"{url}/readyz", verify=ssl.create_default_context(cafile=str(ca))).status_code == 200


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"tls": True, "certfile": "a", "keyfile": "b"}, "choose one of them"),
        ({"certfile": "a"}, "go together"),
        ({"certfile": "none.pem", "keyfile": "none.key"}, "cannot use --certfile none.pem"),
        ({"tls": True, "ca_file": "no/such/folder/ca.pem"}, "cannot write --ca-file no/such/folder/ca.pem"),
    ],
)
def test_mistakes(settings: Body, says: str) -> None:
    """What cannot be done is told in one line."""
    with pytest.raises(SettingsError, match=says):
        tls_context(Settings(**settings))


def test_plain_by_default() -> None:
    """Without any of it there is no TLS."""
    assert tls_context(Settings()) is None
