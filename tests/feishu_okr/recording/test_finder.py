"""The finder finds what a plain search finds."""

from hypothesis import given
from hypothesis import strategies as st

from feishu_okr.recording.finder import Finder

WORDS = st.text("ab", min_size=8, max_size=12)


@given(st.sets(WORDS, max_size=6), st.text("ab", max_size=60))
def test_it_finds_what_is_there(words: set[str], text: str) -> None:
    """Something is found exactly where a text holds one of the words, and what is left over holds none."""
    finder = Finder()
    for word in words:
        finder.add(word)
    found = list(finder.find(text))
    assert bool(found) == any(word in text for word in words)
    assert all(text[at : at + len(word)] == word for at, word in found)
    ends = [at + len(word) for at, word in found]
    rest = [text[end:start] for end, start in zip([0, *ends], [*(at for at, _ in found), len(text)], strict=True)]
    assert not [word for word in words for part in rest if word in part]


def test_the_longest_wins() -> None:
    """Of two words that begin alike the longer one is found; one that is too short is not looked for."""
    finder = Finder()
    for word in ("abcdefgh", "abcdefghij", "short"):
        finder.add(word)
    assert list(finder.find("..abcdefghijk short")) == [(2, "abcdefghij")]
