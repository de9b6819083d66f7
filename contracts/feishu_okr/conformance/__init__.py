"""The contract's tests, for the emulator and the live API alike: `okr-mock verify`."""
