"""Two targets that differ in claims are told apart by exactly these."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from feishu_okr.conformance.difference.run import FILES, Difference, Run
from feishu_okr.conformance.difference.side import side_values
from feishu_okr.conformance.session import Session, open_session
from feishu_okr.conformance.target import App
from feishu_okr.contract import Contract
from okr_mock.mock_server import MockServer
from okr_mock.world.fixture_file import default_fixture

(DECLARED,) = default_fixture().document["apps"]
LOOK_ALIKE = {"content_case"}
"""Unknown fields that are refused are refused whatever is said of those in snake_case."""


@contextmanager
def session(options: dict[str, str]) -> Iterator[Session]:
    """A session of an emulator in this process, with the one beside it that enforces secrets."""
    settings = {"set": [f"{claim}={option}" for claim, option in options.items()]}
    with ExitStack() as stack:
        urls = [stack.enter_context(MockServer(auth=auth, **settings)).url for auth in ("open", "strict")]
        opened, strict = (open_session(side_values(url, {})) for url in urls)
        stack.callback(strict.close)
        stack.callback(opened.close)
        target = opened.target
        known = type(target)(
            **{name: getattr(target, name) for name in ("name", "wire", "contract", "profile", "known")},
            capabilities=target.capabilities | {"enforce"},
        )
        enforcing = type(target)(
            **{name: getattr(known, name) for name in ("name", "contract", "profile", "known", "capabilities")},
            wire=strict.target.wire,
            app=App(DECLARED["id"], DECLARED["secret"]),
        )
        yield Session(known, side_values("mock", {}), ExitStack(), _enforcing=enforcing)


def differ(a: dict[str, str], b: dict[str, str], files: tuple[str, ...]) -> Difference:
    with session(a) as one, session(b) as other:
        return Run(one, other, ("A", "B")).play(files)


@pytest.mark.once
@pytest.mark.parametrize("seed", range(4))  # each takes five seconds
def test_exactly_the_claims_that_differ_are_named(seed: int, contract: Contract) -> None:
    """Of any two profiles, drawn at random, the difference names the claims in which they differ, no more, no less."""
    draw = random.Random(seed)
    claims = contract.ledger.claims
    a, b = ({name: draw.choice(sorted(claim.options)) for name, claim in claims.items()} for _ in "ab")
    difference = differ(a, b, ("probes",))
    named = {split.claim for split in difference.splits}
    wanted = {claim for claim in claims if a[claim] != b[claim]}
    assert named == wanted - difference.untold.keys()
    assert difference.untold.keys() <= LOOK_ALIKE
    assert {claim for one in difference.found for claim in one.claims} <= named
    assert [one.row for one in difference.unexplained] == []


@pytest.mark.once
def test_every_row_of_two_named_profiles_is_explained(contract: Contract) -> None:
    """All cases sent to the documented and the gateway profile show differences, each with its claim."""
    difference = differ({}, dict(contract.ledger.profiles["gateway"]), FILES)
    assert {split.claim for split in difference.splits} == contract.ledger.profiles["gateway"].keys()
    assert [one.row for one in difference.unexplained] == []
    assert difference.found
    assert difference.exit == 1


def test_equal_targets_do_not_differ() -> None:
    """Two emulators of one profile answer all records alike."""
    difference = differ({}, {}, ("records", "images"))
    assert (difference.splits, difference.found, difference.exit) == ([], [], 0)
    assert len(difference.says) > 50


@pytest.mark.parametrize("kind", ["leftovers", "doubtful"])
def test_what_is_left_behind_is_an_exit_code(kind: str) -> None:
    """A comparison that finds nothing still ends with 1 where its guard left something behind, or may have."""
    guard: dict[str, list[str]] = {"leftovers": [], "doubtful": []}
    assert Difference("A", "B", [], {}, guards=[guard]).exit == 0
    assert Difference("A", "B", [], {}, guards=[guard, {**guard, kind: ["7"]}]).exit == 1
