"""The emulator of the Feishu (Lark) OKR API; `MockServer` runs one in this process, `World` is a test's part of it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from okr_mock.handle import World
    from okr_mock.mock_server import MockServer

__all__ = ["MockServer", "World"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: whoever serves from the command line needs neither."""
    match name:
        case "MockServer":
            from okr_mock.mock_server import MockServer

            return MockServer
        case "World":
            from okr_mock.handle import World

            return World
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
