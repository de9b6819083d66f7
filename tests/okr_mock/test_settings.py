import dataclasses

from okr_mock.settings import Settings


def test_every_setting_is_explained() -> None:
    """Every setting has a text for its flag."""
    assert all(field.metadata["text"].endswith(".") for field in dataclasses.fields(Settings))


def test_key_is_not_shown() -> None:
    """The key that signs tokens is not in the settings' repr."""
    assert "hush" not in repr(Settings(token_key="hush"))
