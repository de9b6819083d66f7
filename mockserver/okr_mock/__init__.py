"""The emulator of the Feishu (Lark) OKR API; `MockServer` runs one in this process, `World` is a test's part of it."""

from okr_mock.handle import World
from okr_mock.mock_server import MockServer

__all__ = ["MockServer", "World"]
