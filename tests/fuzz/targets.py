"""What is fuzzed: a table of decoders, each with what is drawn for it and what must never happen."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import strategies as st

from feishu_okr.contract import ContractError, load
from feishu_okr.contract.nesting import read_given_text
from feishu_okr.recording import RecordingError, read_recording
from okr_mock import recording_lint
from okr_mock.replay import replayed
from okr_mock.scenario import scenario_file
from okr_mock.world import fixture_file
from okr_mock.world.fixture_file import default_fixture
from okr_mock.world.start import Start
from okr_mock.world.turn import open_turn
from tests.conftest import EXAMPLES, RECORDS, TENANT_TOKEN
from tests.feishu_okr.recording.raws import LEARNS, raw, record
from tests.fuzz.caller import Caller

IMAGES = "/open-apis/okr/v1/images/upload"
_JSON_HEAD = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"authorization", b"Bearer t-dev")]
_WORDS = [
    "operation",
    "method",
    "path",
    "query",
    "headers",
    "body",
    "request",
    "app",
    "now",
    "name",
    "seed",
    "fixture",
    "profile",
    "set",
    "quota",
    "real",
    "advance",
    "freeze",
    "scenario",
    "description",
    "steps",
    "when",
    "then",
    "sequence",
    "times",
    "every",
    "after",
    "call",
    "between",
    "state",
    "header",
    "equals",
    "matches",
    "schema",
    "error",
    "fault",
    "respond",
    "patch",
    "delay",
    "truncate",
    "share",
    "bytes",
    "given",
    "code",
    "count",
    "text",
    "markdown",
    "content",
    "blocks",
    "users",
    "okrs",
    "records",
    "apps",
    "objectives",
    "id",
    "clock",
    "frozen",
    "shift",
    "app_id",
    "app_secret",
    "target_id",
    "target_type",
    "source_url",
]
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from([*_WORDS, "/a/~1", "~", "(", "[^", "${body/a}", "2026-10-05T09:00:00Z", "*", "calm", "default"])
)
_NAMES = st.sampled_from(_WORDS) | st.text(max_size=8)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4)


VALUES: st.SearchStrategy[Any] = st.recursive(_SCALARS, _around, max_leaves=12)


def _nested(depth: int, kind: bytes) -> bytes:
    return b"[" * depth + b"]" * depth if kind == b"[" else b'{"a":' * depth + b"1" + b"}" * depth


_DEEP = st.builds(_nested, st.integers(0, 3000), st.sampled_from([b"[", b"{"]))
_IN_A_FIELD = st.builds(lambda name, text: b'{"%b":%b}' % (name.encode(), text), st.sampled_from(_WORDS), _DEEP)


def _changed(name: str, value: Any) -> bytes:
    return orjson.dumps(orjson.loads((EXAMPLES / "create-request.json").read_bytes()) | {name: value})


_BODIES = (
    st.binary(max_size=200)
    | VALUES.map(orjson.dumps)
    | _DEEP
    | _IN_A_FIELD
    | st.builds(_changed, st.sampled_from(["content", "target_id", "target_type", "x", "progress_rate"]), VALUES)
)
_ROUTES = [
    ("POST", RECORDS),
    ("PUT", f"{RECORDS}/1"),
    ("POST", TENANT_TOKEN),
    ("POST", "/open-apis/authen/v2/oauth/token"),
    ("GET", "/open-apis/okr/v1/okrs/batch_get"),
    ("POST", "/open-apis/okr/v1/reviews/query"),
]
_ADMIN = [
    ("POST", "/__admin/requests/count"),
    ("POST", "/__admin/requests/find"),
    ("POST", "/__admin/requests/near-misses"),
    ("GET", "/__admin/requests"),
    ("POST", "/__admin/worlds"),
    ("PUT", "/__admin/clock"),
    ("PUT", "/__admin/scenario"),
    ("POST", "/__admin/explain"),
    ("POST", "/__admin/content"),
    ("POST", "/__admin/scenario/lint"),
    ("GET", "/__admin/okrs"),
    ("GET", "/__admin/record"),
    ("GET", "/__admin/image"),
    ("GET", "/__admin/scenario/text"),
]
_QUERIES = st.binary(max_size=40) | st.builds(
    lambda name, value: f"{name}={value}".encode(),
    st.sampled_from(["world", "limit", "count", "wait", "format", "name", "id", "past", "page_token", "okr_ids"]),
    st.text(max_size=10) | st.integers().map(str),
)


@cache
def _caller() -> Caller:
    return Caller()


def bodies(drawn: tuple[tuple[str, str], bytes]) -> None:
    """Send a body to an operation of the API."""
    (method, path), body = drawn
    _caller().call(method, path, b"", _JSON_HEAD, body)


def admin(drawn: tuple[tuple[str, str], bytes, bytes]) -> None:
    """Send a query and a body to a control route, then a create that meets whatever was set."""
    (method, path), query, body = drawn
    _caller().call(method, path, query, _JSON_HEAD, body)


def multipart(drawn: tuple[str, bytes]) -> None:
    """Send bytes as a multipart body."""
    media, body = drawn
    head = [*_JSON_HEAD[:1], (b"content-type", media.encode("latin-1", errors="replace")), _JSON_HEAD[2]]
    _caller().call("POST", IMAGES, b"", head, body)


def heads(drawn: tuple[bytes, bytes, bytes, bytes]) -> None:
    """Send odd Host, tokens, scenario names and queries to an operation and to a control route."""
    host, token, scenario, query = drawn
    head = [(b"host", host), (b"authorization", token), (b"x-mock-scenario", scenario), _JSON_HEAD[1]]
    for path in (f"{RECORDS}/1", "/__admin/clock", "/__admin/"):
        _caller().call("GET", path, query, head, b"")


def paths(path: str) -> None:
    """Ask for a path that may lead anywhere."""
    _caller().call("GET", path, b"", _JSON_HEAD, b"")


def markdown(text: str) -> None:
    """Read a text as Markdown."""
    _caller().call("POST", "/__admin/content", b"", _JSON_HEAD, orjson.dumps({"markdown": text}))


def files(text: str) -> None:
    """Read a text as a scenario and as a fixture; only mistakes with their places may come of it."""
    contract = load()
    try:
        source = read_given_text(Path("drawn.yaml"), text)
    except ContractError:
        return
    found = list(scenario_file.find_mistakes(source.value, contract))
    found += fixture_file.find_mistakes(source.value, _components())
    assert all(str(source.mistake(at, says)) for at, says in found)


def recordings(drawn: tuple[str, bytes, bytes]) -> None:
    """Read, check and replay a recording of which one file is drawn; only mistakes in words may come of it."""
    name, text, sent = drawn
    with TemporaryDirectory() as folder:
        for known, data in (_recording() | {name: text}).items():
            (Path(folder) / known).write_bytes(data)
        try:
            recording = read_recording(Path(folder))
            found = list(recording_lint.find_mistakes(Path(folder), load()))
        except (RecordingError, ContractError) as error:
            assert str(error)  # noqa: PT017 - either is what may come of it
            return
        assert all(map(str, found))
        for exchange in recording.exchanges:
            replayed(exchange, open_turn("w", 1, 0, Start(default_fixture(), load().ledger.profile(), 0)), sent)


@cache
def _recording() -> dict[str, bytes]:
    """Give the files of a small recording."""
    with TemporaryDirectory() as folder:
        record(Path(folder), [LEARNS, raw(query="user_id_type=open_id", asked=(("User-Agent", "okr-verify (a 1)"),))])
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _changed_file(name: str, place: int, text: bytes) -> tuple[str, bytes, bytes]:
    """Put a drawn text in the place of one of the values of a file."""
    parts = re.split(rb"(?<=: )([^\n{\[]+?)(?=,?\n)", _recording()[name])
    at = 2 * (place % (len(parts) // 2)) + 1
    return name, b"".join([*parts[:at], text, *parts[at + 1 :]]), text


@cache
def _components() -> Any:
    contract = load()
    return contract.effective(contract.ledger.profile()).document["components"]


_TOKENS = st.binary(max_size=60) | st.text(alphabet="tu-dev.@_0aZ=eyJ", max_size=60).map(
    lambda t: f"Bearer {t}".encode()
)
_HOSTS = st.binary(max_size=40) | st.text(alphabet="localhst[]:.1%0@/", max_size=20).map(str.encode)
_YAML = st.text(alphabet="ab1 \n-:[]{}&*!|>'\"#,?%@~\t", max_size=80)
_BOMB = st.builds(
    lambda width, depth: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, depth))
    ),
    st.integers(1, 12),
    st.integers(1, 40),
)
_DEEP_YAML = st.builds(str.__mul__, st.sampled_from(["[", "{a: ", "- ", "? ", "&a [*a, "]), st.integers(0, 50_000))
_PART = st.builds(
    lambda head, body: b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n",
    st.sampled_from(
        [
            b'Content-Disposition: form-data; name="data"; filename="a.png"',
            b'Content-Disposition: form-data; name="target_id"',
            b"Content-Disposition: form-data",
            b"Content-Transfer-Encoding: base64",
        ]
    )
    | st.binary(max_size=40),
    st.binary(max_size=40),
)
_FORMS = st.binary(max_size=200) | st.lists(_PART, max_size=4).map(lambda parts: b"".join(parts) + b"--b--\r\n")
_MEDIA = st.sampled_from(["multipart/form-data; boundary=b", "multipart/form-data", "multipart/form-data; boundary="])
_MARKS = st.text(alphabet="ab \n*_[]()<>!`#-+1.|\\&;~:/", max_size=120) | st.text(max_size=60)
_PATHS = st.text(alphabet="ab/.%_\x00", max_size=30).map(lambda t: f"/__admin/page/{t}") | st.text(max_size=30).map(
    lambda t: f"/{t}"
)

TARGETS: dict[str, tuple[Callable[[Any], None], st.SearchStrategy[Any]]] = {
    "bodies": (bodies, st.tuples(st.sampled_from(_ROUTES), _BODIES)),
    "admin": (admin, st.tuples(st.sampled_from(_ADMIN), _QUERIES, _BODIES)),
    "multipart": (multipart, st.tuples(_MEDIA | st.text(max_size=20), _FORMS)),
    "heads": (heads, st.tuples(_HOSTS, _TOKENS, st.binary(max_size=20), _QUERIES)),
    "paths": (paths, _PATHS),
    "markdown": (markdown, _MARKS),
    "recordings": (
        recordings,
        st.builds(
            _changed_file,
            st.deferred(lambda: st.sampled_from(sorted(_recording()))),
            st.integers(0, 200),
            VALUES.map(orjson.dumps) | _DEEP | st.binary(max_size=40) | st.integers(0, 2000).map(lambda n: b"9" * n),
        ),
    ),
    "files": (files, _YAML | VALUES.map(lambda value: orjson.dumps(value).decode()) | _BOMB | _DEEP_YAML),
}
"""By name: what takes an input, and how inputs are drawn."""
