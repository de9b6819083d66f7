import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okr_mock.gateway.tokens import Signer, Token, development_token

NAME = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=64)
TENANT = st.builds(Token, st.just("tenant"), NAME, NAME, st.integers(0, 9), st.integers(0, 2**40))
SCOPES = st.none() | st.frozensets(st.sampled_from(["okr:okr", "okr:okr:readonly", "okr:okr.progress:delete"]))
KIND = st.sampled_from(["user", "refresh"])
PERSON = st.builds(Token, KIND, NAME, NAME, st.integers(0, 9), st.integers(0, 2**40), NAME, SCOPES, st.integers(0, 99))
TOKEN = TENANT | PERSON


@given(token=TOKEN)
def test_round_trip(token: Token) -> None:
    """What is written is read back by whoever has the key, and by nobody else."""
    text = Signer(b"key").write(token)
    assert text.startswith("t-" if token.kind == "tenant" else "eyJ")
    assert Signer(b"key").read(text) == token
    assert Signer(b"other").read(text) is None


@given(token=TOKEN, position=st.integers(2, 1000), letter=st.sampled_from(string.ascii_letters))
def test_no_letter_may_change(token: Token, position: int, letter: str) -> None:
    """A token with another letter is not ours, or says the same as before."""
    text = Signer(b"key").write(token)
    position = 2 + position % (len(text) - 2)
    forged = text[:position] + letter + text[position + 1 :]
    assert Signer(b"key").read(forged) in (None, token)


@given(text=st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Any text at all is read without an error."""
    assert Signer(b"key").read(text) is None


@given(token=PERSON)
def test_a_persons_token_is_long(token: Token) -> None:
    """A person's token has the vendor's length, which breaks columns that are too short."""
    assert 1000 <= len(Signer(b"key").write(token)) <= 2000


def test_sealed_claims_are_no_token() -> None:
    """A ticket, signed with the same key, does not pass for a token."""
    signer = Signer(b"key")
    text = signer.seal({"file_token": "box", "exp": 1})
    assert signer.open(text) == {"file_token": "box", "exp": 1}
    assert signer.read(text) is None


def test_kind_cannot_be_swapped() -> None:
    """A tenant token does not become a user token by its prefix."""
    text = Signer(b"key").write(Token("tenant", "cli_a", "cli_a", 0, 1))
    assert Signer(b"key").read(f"u-{text[2:]}") is None


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("t-dev", Token("tenant", "", "default")),
        ("u-dev", Token("user", "", "default")),
        ("t-dev.a-b_C.1", Token("tenant", "", "a-b_C.1")),
        ("u-dev.w@ou_" + "0" * 32, Token("user", "", "w", user="ou_" + "0" * 32)),
        ("u-dev@ou_" + "f" * 32, Token("user", "", "default", user="ou_" + "f" * 32)),
        ("u-dev@li", None),
        ("t-dev.", None),
        ("t-dev.a b", None),
        ("t-developer", None),
        ("t-dev." + "x" * 65, None),
    ],
)
def test_development_tokens(text: str, token: Token | None) -> None:
    """Development tokens name their world; whatever only looks like one is none."""
    assert development_token(text) == token
