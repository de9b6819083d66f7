from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.contract import load
from okr_mock.world.fixture_file import default_fixture
from okr_mock.world.start import Start
from okr_mock.world.turn import Turn, open_turn

FIXTURE, PROFILE = default_fixture(), load().ledger.profile()
MOMENT = st.integers(978_307_200_000, 2_145_916_800_000)  # 2001 to 2037


def turn(n: int = 1, now: int = 1_700_000_000_000, world: str = "w", seed: int = 0) -> Turn:
    return open_turn(world, n, now, Start(FIXTURE, PROFILE, seed))


@given(earlier=MOMENT, later=MOMENT, n=st.integers(1, 2**24 - 2))
def test_ids_sort_by_time(earlier: int, later: int, n: int) -> None:
    """Ids grow with the second and within a second with the number of the call; they fit an int64."""
    earlier, later = sorted((earlier, later))
    first, second = int(turn(n, earlier).entity_id), int(turn(n + 1, later).entity_id)
    assert first < second < 2**63
    assert first & 0xFF == 0x14


def test_same_place_same_names() -> None:
    """The same seed, world, time and number give the same ids; any other gives others."""
    assert (turn().log_id, turn().request_id) == (turn().log_id, turn().request_id)
    others = [turn(n=2), turn(now=1_700_000_000_001), turn(world="x"), turn(seed=1)]
    assert len({other.log_id for other in [turn(), *others]}) == 5
    assert len({other.request_id for other in [turn(), *others]}) == 5


def test_log_id_tells_the_time() -> None:
    """A log id begins with the second in UTC."""
    assert turn().log_id.startswith("20231114221320")
