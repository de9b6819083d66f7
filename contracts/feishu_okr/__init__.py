"""What the Feishu OKR API accepts, answers and refuses, as data with a reader; independent of the emulator."""
