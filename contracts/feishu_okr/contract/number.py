"""Numbers of JSON: one that is whole is an integer, however it was written."""

from typing import Any

_EXACT = 2**53


def whole_numbers(value: Any) -> Any:
    """Give a JSON value in which whole numbers are integers: JSON Schema takes 1.0 for one, typed readers do not.

    Args:
        value: JSON value; is not changed.
    """
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _EXACT else value
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    return [whole_numbers(item) for item in value] if isinstance(value, list) else value
