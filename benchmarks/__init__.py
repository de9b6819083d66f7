"""Benchmarks: the emulator against the bare floor of its own stack, as ratios."""
