from okr_mock.world.fixture import KEY_RESULT, OBJECTIVE, build_fixture, month_start
from okr_mock.world.fixture_file import default_fixture

OBJECTIVE_ID, KEY_RESULT_IDS = "7043693679567028244", ("7041430377642082323", "7041430377642098707")


def test_default_fixture() -> None:
    """The default fixture holds the vendor's example person, objective and key result, and they belong together."""
    fixture = default_fixture()
    objective = fixture.targets[OBJECTIVE, OBJECTIVE_ID]
    assert tuple(entry["id"] for entry in objective.data["key_results"]) == KEY_RESULT_IDS
    assert fixture.targets[KEY_RESULT, KEY_RESULT_IDS[0]].objective is objective.data
    assert fixture.people.all[0].open_id == objective.okr["user"] == "ou_7dab8a3d3cdcc9da365777c7ad535d62"


def test_defaults() -> None:
    """What a fixture leaves out is filled in: even weights, the end of the period, no progress, ids of people."""
    period = {"id": "5", "start_month": "2026-10", "end_month": "2026-12"}
    objectives = [
        {"id": "1", "content": "a", "key_results": [{"id": "3", "content": "b"}]},
        {"id": "2", "content": "c"},
    ]
    open_id = "ou_" + "0" * 32
    okr = {"id": "4", "user": open_id, "period": "5", "objectives": objectives}
    fixture = build_fixture({"users": [{"open_id": open_id, "name": "李"}], "periods": [period], "okrs": [okr]})
    objective, key_result = fixture.targets[OBJECTIVE, "1"].data, fixture.targets[KEY_RESULT, "3"].data
    assert (objective["weight"], key_result["weight"]) == (50, 100)
    assert objective["deadline"] == key_result["deadline"] == str(month_start("2027-01") - 1)
    assert objective["progress_rate"] == {"percent": 0, "status": "-1"}
    person = fixture.people[open_id]
    assert person.en_name == "李"
    assert {fixture.people.find(person.id(kind), kind) for kind in ("open_id", "union_id", "user_id")} == {person}


def test_months_begin_in_beijing() -> None:
    """A month begins at midnight in Beijing, eight hours before it does in Greenwich."""
    assert month_start("2022-01") == 1_640_966_400_000
    assert month_start("2021-11", later=2) == 1_640_966_400_000
