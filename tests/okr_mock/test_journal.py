from okr_mock.exchange import Exchange
from okr_mock.journal import Journal


def exchange(n: int, size: int = 10) -> Exchange:
    return Exchange(n, "x", 0, 200, size, (b"x" * size,))


def test_bounded_by_count() -> None:
    """The oldest exchanges give way to new ones, and the journal counts them."""
    journal = Journal(most=3, most_bytes=1000)
    for n in range(5):
        journal.append(exchange(n))
    assert [kept.n for kept in journal] == [2, 3, 4]
    assert journal.evicted == 2


def test_bounded_by_bytes() -> None:
    """However large exchanges are, the bytes kept stay within the bound."""
    journal = Journal(most=100, most_bytes=100)
    for n in range(5):
        journal.append(exchange(n, 40))
    assert [kept.n for kept in journal] == [3, 4]
    journal.append(exchange(9, 101))
    assert list(journal) == []
    assert journal.evicted == 6
