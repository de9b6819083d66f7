import orjson

from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, read_fixture, target_key


def test_default_fixture() -> None:
    """The default fixture holds the vendor's example user, objective and key result."""
    fixture = read_fixture()
    objective = orjson.loads(fixture.entities[target_key(OBJECTIVE, "7043693679567028244")])
    assert "7041430377642082323" in [key_result["id"] for key_result in objective["key_results"]]
    assert target_key(KEY_RESULT, "7041430377642082323") in fixture.entities
    assert "user/ou_7dab8a3d3cdcc9da365777c7ad535d62" in fixture.entities
