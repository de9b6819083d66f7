"""The plugin as a user meets it: suites of their own, run by a pytest of their own."""

import pytest

from okr_mock import MockServer

pytestmark = pytest.mark.once

CALLS = """
    import httpx2
    import pytest

    CREATE = "okr.v1.progress_record.create"

    def create(world, body=None):
        path = "/open-apis/okr/v1/progress_records"
        return httpx2.post(
            world.base_url + path, json=body or {}, headers={"Authorization": f"Bearer {world.token}"}
        ).json()["code"]
"""


ONLY_OURS = ["-p", "okr_mock.pytest_plugin", "-p", "xdist"]


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the suites the plugins of other packages, one of which takes two seconds to load."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run(pytester: pytest.Pytester, tests: str, *flags: str) -> pytest.RunResult:
    """Run a suite, with a plain pytest that our own settings do not reach."""
    pytester.makepyfile(CALLS + tests)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *ONLY_OURS, *flags, timeout=60)


def test_each_test_has_a_world(pytester: pytest.Pytester) -> None:
    """Tests share a server and see nothing of each other's calls; worlds are dropped when their tests end."""
    tests = """
    @pytest.mark.parametrize("n", [1, 2, 3])
    def test_alone(okr_world, okr_base_url, n):
        assert okr_world.base_url == okr_base_url
        create(okr_world)
        okr_world.assert_called(CREATE, times=1)

    def test_nothing_is_left(okr_server):
        assert [w["name"] for w in okr_server.control.get("worlds")["worlds"] if "alone" in w["name"]] == []
    """
    run(pytester, tests).assert_outcomes(passed=4)


def test_marks(pytester: pytest.Pytester) -> None:
    """A mark lets the test's world follow scenarios, by name or whole; the nearest mark wins."""
    tests = """
    STEP = {"then": {"error": 1001002}}

    @pytest.mark.okr_scenario("no_permission")
    class TestMarked:
        def test_by_the_class(self, okr_world):
            assert create(okr_world) == 1001002

        @pytest.mark.okr_scenario({"description": "Too many.", "steps": [{"then": {"error": 1009999}}]})
        def test_by_its_own(self, okr_world):
            assert create(okr_world) == 1009999

    def test_unmarked(okr_world):
        assert create(okr_world) == 1001001
    """
    run(pytester, tests).assert_outcomes(passed=3)


def test_a_failed_test_shows_its_journal(pytester: pytest.Pytester) -> None:
    """The report of a failed test lists what its world has seen, with violations in place; no other test's calls."""
    tests = """
    def test_other(okr_world):
        create(okr_world, {"source_title": "not mine"})

    @pytest.mark.okr_scenario("flaky_create")
    def test_it(okr_world):
        codes = [create(okr_world) for _ in range(3)]
        assert codes == [0, 0, 0]
    """
    result = run(pytester, tests)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.re_match_lines(
        [
            r"-+ okr journal of world test_it-[0-9a-f]{8} -+",
            r"#1  \S+Z  okr\.v1\.progress_record\.create  400 code 1001001",
            r"    body/content: content is required",
            r"#2  .*",
            r"#3  .* step flaky_create#every_third",
        ]
    )
    assert "#4" not in result.stdout.str()


def test_an_assertion_explains_itself(pytester: pytest.Pytester) -> None:
    """A failed `assert_called` names the nearest call and its difference, without lines of ours."""
    tests = """
    def test_it(okr_world):
        create(okr_world, {"source_title": "月报"})
        okr_world.assert_called(CREATE, times=1, body_contains="周报")
    """
    result = run(pytester, tests)
    result.stdout.re_match_lines(
        [r"E .*expected once, came never", r"E +nearest:", r'E .*expected contains "周报"; is .*月报']
    )
    assert "handle.py" not in result.stdout.str()


def test_a_typing_error_is_one_sentence(pytester: pytest.Pytester) -> None:
    """An operation that there is not is told at the line of the test, without lines of ours."""
    tests = """
    def test_it(okr_world):
        okr_world.assert_called("okr.v1.progress_record.craete")
    """
    result = run(pytester, tests)
    result.stdout.re_match_lines([r"E .*there is no operation .*did you mean 'okr\.v1\.progress_record\.create'"])
    assert not any(name in result.stdout.str() for name in ("handle.py", "control.py"))


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ('"flaky_creat"', "did you mean 'flaky_create'?"),
        ("", "okr_scenario takes names of scenarios"),
        ('{"steps": 7}', "okr_scenario: "),
    ],
)
def test_wrong_marks(pytester: pytest.Pytester, mark: str, sentence: str) -> None:
    """A mark that names no scenario is an error with one sentence and no traceback."""
    result = run(
        pytester,
        f"""
    @pytest.mark.okr_scenario({mark})
    def test_it(okr_world):
        pass
    """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{sentence.replace('[', '[[]')}*"])
    assert "Traceback" not in result.stdout.str()


def test_a_mark_without_world(pytester: pytest.Pytester) -> None:
    """A mark on a test that has no world would do nothing, and is refused."""
    result = run(
        pytester,
        """
    @pytest.mark.okr_scenario("calm")
    def test_it():
        pass
    """,
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the mark okr_scenario is for tests that use okr_world*"])


CLIENT = """
    import pytest
    from feishu_okr import NoPermission

    REPORT = dict(target_id="7041430377642082323", target_type=3, source_title="t", source_url="https://example.com")
    CONTENT = {"blocks": [{"type": "paragraph", "paragraph": {"elements": [
        {"type": "textRun", "textRun": {"text": "完成 80%"}}]}}]}

    def test_written(okr_client, okr_world):
        record = okr_client.progress_records.create(content=CONTENT, **REPORT)
        assert [held["progress_id"] for held in okr_world.records()] == [record["progress_id"]]
        okr_world.assert_called("okr.v1.progress_record.create", times=1, code=0)

    @pytest.mark.okr_scenario("no_permission")
    def test_refused(okr_client):
        with pytest.raises(NoPermission):
            okr_client.progress_records.create(content=CONTENT, **REPORT)
"""


@pytest.mark.parametrize("tls", ["false", "true"])
def test_the_client_is_of_the_world(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tls: str) -> None:
    """The client writes to the test's world and meets its mark's scenario, over TLS too and past a proxy."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    flags = [f"--okr-setting=tls={tls}", "--okr-setting=ca_file=ca.pem"] if tls == "true" else []
    pytester.makepyfile(CLIENT)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *ONLY_OURS, *flags, timeout=60)
    result.assert_outcomes(passed=2)


WORKERS = """
    @pytest.mark.parametrize("n", range(6))
    def test_it(okr_server, okr_world, n, worker_id):
        create(okr_world)
        okr_world.assert_called(CREATE, times=1)
        open(f"{worker_id}-{n}.url", "w").write(okr_server.url)
"""


@pytest.mark.parametrize(("flags", "servers"), [(["--okr-shared"], 1), ([], 2)])
def test_workers(pytester: pytest.Pytester, flags: list[str], servers: int) -> None:
    """Workers of xdist have a server each, or share one when asked."""
    run(pytester, WORKERS, "-n2", *flags).assert_outcomes(passed=6)
    urls = {path.read_text(encoding="utf-8") for path in pytester.path.glob("*.url")}
    workers = {path.name.split("-")[0] for path in pytester.path.glob("*.url")}
    assert (len(workers), len(urls)) == (2, servers)


def test_a_server_that_runs_already(pytester: pytest.Pytester) -> None:
    """With --okr-url the tests use that server, and stop nothing."""
    with MockServer() as server:
        run(
            pytester,
            WORKERS.replace("worker_id", "okr_base_url").replace("{okr_base_url}-", ""),
            f"--okr-url={server.url}",
        )
        assert {path.read_text(encoding="utf-8") for path in pytester.path.glob("*.url")} == {server.url}
        assert server.control.get("version")["name"] == "feishu-okr-mock"


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--okr-setting=profil=gateway"], "okr setting: there is no setting 'profil'; did you mean 'profile'?"),
        (["--okr-setting=gateway"], "okr setting 'gateway' is none; write NAME=VALUE, such as profile=gateway"),
        (["--okr-setting=auth=strict", "--okr-url=http://127.0.0.1:1"], "--okr-url names a server that runs already"),
    ],
)
def test_wrong_options(pytester: pytest.Pytester, flags: list[str], sentence: str) -> None:
    """A wrong option ends the run before any test, with one sentence."""
    result = run(pytester, "def test_it(): pass", *flags)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}*"])


def test_nobody_at_the_url(pytester: pytest.Pytester) -> None:
    """Where nobody answers, the test's error says who was asked, in one sentence."""
    tests = """
    def test_it(okr_world):
        pass
    """
    result = run(pytester, tests, "--okr-url=http://127.0.0.1:1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*okr_world: POST http://127.0.0.1:1/__admin/worlds: no answer of an emulator*"])


def test_settings_of_the_ini_file(pytester: pytest.Pytester) -> None:
    """Settings of the ini file hold, paths are where the file is, and the command line wins."""
    pytester.makeini("[pytest]\nokr_settings =\n  profile=gateway\n  scenario=mine.yaml\n")
    step = "{when: {operation: okr.v1.progress_record.create}, then: {error: 1001002}}"
    pytester.makefile(".yaml", mine=f"description: Mine.\nsteps: [{step}]\n")
    tests = """
    def test_it(okr_server, okr_world):
        assert okr_server.control.get("version")["profile"] == "documented"
        assert create(okr_world) == 1001002
    """
    run(pytester, tests, "--okr-setting=profile=documented").assert_outcomes(passed=1)


def test_a_suite_that_does_not_use_it_pays_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pytest finds the plugin by itself, and nothing slow is imported until a fixture is used."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("""
    import sys

    SLOW = ["starlette", "uvicorn", "jsonschema", "httpx2", "yaml"]
    SLOW += ["okr_mock.app", "feishu_okr.contract", "feishu_okr.client"]

    def test_it(pytestconfig):
        assert pytestconfig.pluginmanager.has_plugin("okr_mock")
        assert [name for name in SLOW if name in sys.modules] == []
    """)
    flags = ["-p", "no:cacheprovider", "-p", "no:schemathesis"]
    pytester.runpytest_subprocess(*flags, timeout=60).assert_outcomes(passed=1)
