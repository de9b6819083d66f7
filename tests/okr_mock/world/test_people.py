import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_mock.world.people import ADMIN_ID, OPEN_ID, UNION_ID, USER_ID, People, Person, read_person

KINDS = (OPEN_ID, UNION_ID, USER_ID, ADMIN_ID)
OPEN = st.integers(0, 16**32 - 1).map(lambda number: f"ou_{number:032x}")
ALL = {
    "open_id": "ou_" + "1" * 32,
    "union_id": "on_" + "2" * 32,
    "user_id": "e33ggbyz",
    "lark_id": "6969864184272078374",
    "name": "李明",
    "en_name": "Ming Li",
}


def test_all_given() -> None:
    """What a fixture file says of a person is kept as it is."""
    assert read_person(ALL) == Person(**ALL)


@pytest.mark.parametrize("left_out", ["union_id", "user_id", "lark_id", "en_name"])
def test_left_out(left_out: str) -> None:
    """What a fixture file leaves out is made, and leaves the rest alone."""
    person = read_person({name: value for name, value in ALL.items() if name != left_out})
    assert {name for name in ALL if getattr(person, name) != ALL[name]} == {left_out}
    assert left_out != "en_name" or person.en_name == "李明"


@given(open_ids=st.lists(OPEN, min_size=1, max_size=20, unique=True))
def test_made_ids(open_ids: list[str]) -> None:
    """Ids that are made have the vendor's form, follow from the open id, and differ from one person to the next."""
    people = [read_person({"open_id": open_id, "name": "x"}) for open_id in open_ids]
    assert people == [read_person({"open_id": open_id, "name": "y"} | {"name": "x"}) for open_id in open_ids]
    for person in people:
        assert re.fullmatch("on_[0-9a-f]{32}", person.union_id)
        assert re.fullmatch("[0-9a-f]{8}", person.user_id)
        assert 7 * 10**18 <= int(person.lark_id) < 2**63
    assert len({person.union_id for person in people}) == len({person.lark_id for person in people}) == len(people)


@given(open_ids=st.lists(OPEN, min_size=1, max_size=5, unique=True))
def test_find(open_ids: list[str]) -> None:
    """Everybody is found by each of their ids under its kind alone; no kind at all means the open id."""
    people = People(read_person({"open_id": open_id, "name": "x"}) for open_id in open_ids)
    assert [person.open_id for person in people.all] == open_ids
    for person in people.all:
        for kind in KINDS:
            assert people.find(person.id(kind), kind) is person
            others = [other for other in KINDS if other != kind]
            assert [people.find(person.id(kind), other) for other in others] == [None] * 3
        assert people.find(person.open_id, "") is people.find(person.open_id) is people[person.open_id] is person
        assert person.id("") == person.open_id


def test_nobody() -> None:
    """An id that nobody has leads to nobody."""
    people = People([read_person(ALL)])
    assert [people.find("x", kind) for kind in (*KINDS, "")] == [None] * 5
    with pytest.raises(KeyError):
        people["x"]
