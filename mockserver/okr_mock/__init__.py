"""The emulator of the Feishu (Lark) OKR API; `MockServer` runs one in this process."""

from okr_mock.mock_server import MockServer

__all__ = ["MockServer"]
