"""Scenarios: when which call comes, what happens to it."""
