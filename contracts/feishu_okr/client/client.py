"""The two clients: one that blocks and one that is awaited."""

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from feishu_okr.client.call import Call, Pages
from feishu_okr.client.core import Core
from feishu_okr.client.cycles import AsyncCycles, Cycles
from feishu_okr.client.driver import AsyncDriver, Driver
from feishu_okr.client.images import AsyncImages, Images
from feishu_okr.client.key_results import AsyncKeyResults, KeyResults
from feishu_okr.client.objectives import AsyncObjectives, Objectives
from feishu_okr.client.okrs import AsyncOkrs, Okrs
from feishu_okr.client.options import TIMEOUT, Brand, OnAmbiguous, core, deadline, environment
from feishu_okr.client.period_rules import AsyncPeriodRules, PeriodRules
from feishu_okr.client.periods import AsyncPeriods, Periods
from feishu_okr.client.progress_records import AsyncProgressRecords, ProgressRecords
from feishu_okr.client.reviews import AsyncReviews, Reviews
from feishu_okr.client.settings import Retries
from feishu_okr.client.users import AsyncUsers, Users

__all__ = ["AsyncOKRClient", "Brand", "OKRClient"]
T = TypeVar("T")
_POOL = httpx2.Limits(max_connections=100, max_keepalive_connections=100)


class _Client:
    """What both clients are beside their waiting."""

    _core: Core
    _app_id: str

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Make a client of `FEISHU_APP_ID`, `FEISHU_APP_SECRET` and, if set, `FEISHU_BASE_URL`.

        Args:
            options: further arguments of the client.

        Raises:
            ValueError: a name is not set.
        """
        return cls(**(environment() | options))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(app_id={self._app_id!r}, base_url={self._core.base_url!r})"


class OKRClient(_Client):
    """A client of the OKR API that blocks; safe to share between threads, best used in a `with` block.

    Args:
        app_id: id of the app.
        app_secret: its secret; never shown.
        brand: `feishu` or `lark`, whose address is called.
        base_url: address to call instead, such as that of the emulator.
        timeout: seconds that one answer may take, or an `httpx2.Timeout`; None for any time.
        retries: how often a call whose failure passes is repeated, or a `Retries`; 0 also waits for no rate limit.
        transport: an `httpx2` transport to send with instead of the network.
        user_access_token: token of a person, used where the operation takes one; the client does not refresh it.
        on_ambiguous: what becomes of a create whose answer is lost: `raise` an `Ambiguous`, or `reconcile`, which looks
            for its record and sends it again only if none appeared; or a `Reconcile`.
        rate: most calls of each operation in a time, such as `100/min`; None for any number.
        check: whether calls are checked against the contract before they are sent.

    Raises:
        ValueError: an argument is not of its form.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        brand: Brand = "feishu",
        base_url: str | None = None,
        timeout: float | httpx2.Timeout | None = TIMEOUT,
        retries: int | Retries = 3,
        transport: httpx2.BaseTransport | None = None,
        user_access_token: str | None = None,
        on_ambiguous: OnAmbiguous = "raise",
        rate: str | None = None,
        check: bool = True,
    ) -> None:
        self._core = core(
            app_id, app_secret, brand, base_url, timeout, retries, user_access_token, on_ambiguous, rate, check
        )
        self._app_id = app_id
        self._http = httpx2.Client(transport=transport, limits=_POOL)
        self._driver = Driver(self._http, deadline(timeout))
        self.cycles = Cycles(self)
        self.images = Images(self)
        self.key_results = KeyResults(self)
        self.objectives = Objectives(self)
        self.okrs = Okrs(self)
        self.period_rules = PeriodRules(self)
        self.periods = Periods(self)
        self.progress_records = ProgressRecords(self)
        self.reviews = Reviews(self)
        self.users = Users(self)

    def run(self, call: Call[T]) -> T:
        """Carry out a call; resources do this for their methods."""
        return self._driver.drive(self._core.perform(call))

    def iterate(self, pages: Pages[T]) -> Iterator[T]:
        """Go through all pages; resources do this for their methods."""
        step: Call[Any] | None = pages.first
        while step is not None:
            data = self.run(step)
            yield from pages.of(data)
            step = pages.following(step, data)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncOKRClient(_Client):
    """A client of the OKR API for asyncio, with the names and arguments of `OKRClient`; use it in one event loop.

    Args:
        app_id: id of the app.
        app_secret: its secret; never shown.
        brand: `feishu` or `lark`, whose address is called.
        base_url: address to call instead, such as that of the emulator.
        timeout: seconds that one answer may take, or an `httpx2.Timeout`; None for any time.
        retries: how often a call whose failure passes is repeated, or a `Retries`; 0 also waits for no rate limit.
        transport: an asynchronous `httpx2` transport to send with instead of the network.
        user_access_token: token of a person, used where the operation takes one; the client does not refresh it.
        on_ambiguous: what becomes of a create whose answer is lost, as for `OKRClient`.
        rate: most calls of each operation in a time, such as `100/min`; None for any number.
        check: whether calls are checked against the contract before they are sent.

    Raises:
        ValueError: an argument is not of its form.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        *,
        brand: Brand = "feishu",
        base_url: str | None = None,
        timeout: float | httpx2.Timeout | None = TIMEOUT,
        retries: int | Retries = 3,
        transport: httpx2.AsyncBaseTransport | None = None,
        user_access_token: str | None = None,
        on_ambiguous: OnAmbiguous = "raise",
        rate: str | None = None,
        check: bool = True,
    ) -> None:
        self._core = core(
            app_id, app_secret, brand, base_url, timeout, retries, user_access_token, on_ambiguous, rate, check
        )
        self._app_id = app_id
        self._http = httpx2.AsyncClient(transport=transport, limits=_POOL)
        self._driver = AsyncDriver(self._http, deadline(timeout))
        self.cycles = AsyncCycles(self)
        self.images = AsyncImages(self)
        self.key_results = AsyncKeyResults(self)
        self.objectives = AsyncObjectives(self)
        self.okrs = AsyncOkrs(self)
        self.period_rules = AsyncPeriodRules(self)
        self.periods = AsyncPeriods(self)
        self.progress_records = AsyncProgressRecords(self)
        self.reviews = AsyncReviews(self)
        self.users = AsyncUsers(self)

    async def run(self, call: Call[T]) -> T:
        """Carry out a call; resources do this for their methods."""
        return await self._driver.drive(self._core.perform(call))

    async def iterate(self, pages: Pages[T]) -> AsyncIterator[T]:
        """Go through all pages; resources do this for their methods."""
        step: Call[Any] | None = pages.first
        while step is not None:
            data = await self.run(step)
            for item in pages.of(data):
                yield item
            step = pages.following(step, data)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
