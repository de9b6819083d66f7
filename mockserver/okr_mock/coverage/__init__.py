"""Coverage: what of the contract a run has seen."""

from okr_mock.coverage.coverage import Coverage

__all__ = ["Coverage"]
