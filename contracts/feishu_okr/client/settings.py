"""How patient a client is, as values with a name."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Retries:
    """How calls are repeated.

    Args:
        times: repetitions of a call whose failure passes by itself.
        first: seconds of the first pause; each further one is twice as long, and as many at most are added by lot.
        longest: seconds that a pause is at most.
        patience: seconds that one call waits in all for rate limits to end.
    """

    times: int = 3
    first: float = 0.5
    longest: float = 8.0
    patience: float = 120.0

    def pause(self, failed: int) -> float:
        """Draw the seconds of a pause.

        Args:
            failed: failures in a row that it comes after.
        """
        from tenacity import RetryCallState, Retrying, wait_exponential, wait_random  # needed only after a failure

        state = RetryCallState(Retrying(), None, (), {})
        state.attempt_number = failed
        grown: float = (wait_exponential(multiplier=self.first, max=self.longest) + wait_random(0, self.first))(state)
        return min(grown, self.longest)


@dataclass(frozen=True, kw_only=True)
class Reconcile:
    """How a create whose answer is lost is looked for.

    Args:
        settle: seconds to wait before looking, in which a write that is under way becomes visible; twice as many
            each time that the same create is lost again.
        slack: seconds by which clocks of the service may differ.
    """

    settle: float = 2.0
    slack: float = 2.0
