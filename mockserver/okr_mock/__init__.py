"""The emulator of the Feishu (Lark) OKR API."""
