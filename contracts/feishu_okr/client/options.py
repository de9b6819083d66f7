"""The arguments of a client, checked when it is made."""

import os
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2

from feishu_okr.client.core import Core
from feishu_okr.client.secret import is_token
from feishu_okr.client.settings import Reconcile, Retries

Brand = Literal["feishu", "lark"]
OnAmbiguous = Literal["raise", "reconcile"] | Reconcile
TIMEOUT = 30.0
_ROOT = "/open-apis"


def core(
    app_id: str,
    app_secret: str,
    brand: str,
    base_url: str | None,
    timeout: float | httpx2.Timeout | None,
    retries: int | Retries,
    user_access_token: str | None,
    on_ambiguous: OnAmbiguous,
    rate: str | None,
    check: bool,
) -> Core:
    """Make the core of a client of its arguments.

    Raises:
        ValueError: an argument is not of its form; names it, and shows no secret.
    """
    _credentials(app_id, app_secret)
    if user_access_token is not None and not is_token(user_access_token):
        raise ValueError("user_access_token is empty, or has characters that no token has")
    if brand not in ("feishu", "lark"):
        raise ValueError(f"brand {brand!r} is neither 'feishu' nor 'lark'")
    return Core(
        app_id,
        app_secret,
        base_url=_address(base_url) if base_url else None,
        brand=brand,
        timeout=_phases(timeout),
        retries=retries if isinstance(retries, Retries) else _retries(retries),
        reconcile=_reconcile(on_ambiguous),
        user_access_token=user_access_token,
        rate=rate,
        check=check,
    )


def deadline(timeout: float | httpx2.Timeout | None) -> float | None:
    """Give the seconds that a whole answer may take.

    Args:
        timeout: seconds, or seconds by phase.
    """
    return timeout.read if isinstance(timeout, httpx2.Timeout) else timeout


def environment() -> dict[str, Any]:
    """Read app, secret and address from the environment.

    Raises:
        ValueError: a name is not set.
    """
    missing = [name for name in ("FEISHU_APP_ID", "FEISHU_APP_SECRET") if not os.environ.get(name)]
    if missing:
        raise ValueError(f"{' and '.join(missing)} must be set in the environment")
    given = {"app_id": os.environ["FEISHU_APP_ID"], "app_secret": os.environ["FEISHU_APP_SECRET"]}
    return given | {"base_url": os.environ.get("FEISHU_BASE_URL") or None}


def _credentials(app_id: str, app_secret: str) -> None:
    for name, value in (("app_id", app_id), ("app_secret", app_secret)):
        if not isinstance(value, str) or not value:
            raise ValueError(f"{name} is {'empty' if value == '' else 'no text'}")


def _address(base_url: str) -> str:
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"base_url {base_url!r} is not an address such as https://open.feishu.cn")
    address = base_url.rstrip("/")
    if address.endswith(_ROOT):
        raise ValueError(f"base_url {base_url!r} ends with {_ROOT}, which the client adds; leave it out")
    return address


def _phases(timeout: float | httpx2.Timeout | None) -> dict[str, float | None]:
    phases: dict[str, float | None] = httpx2.Timeout(timeout).as_dict()
    if any(not isinstance(seconds, int | float) or seconds <= 0 for seconds in phases.values() if seconds is not None):
        raise ValueError(f"timeout {timeout!r} is not a number of seconds above 0")
    return phases


def _retries(times: int) -> Retries:
    if not isinstance(times, int) or times < 0:
        raise ValueError(f"retries {times!r} is neither a number from 0 nor a Retries")
    return Retries(times=times) if times else Retries(times=0, patience=0.0)


def _reconcile(on_ambiguous: OnAmbiguous) -> Reconcile | None:
    if isinstance(on_ambiguous, Reconcile):
        return on_ambiguous
    if on_ambiguous not in ("raise", "reconcile"):
        raise ValueError(f"on_ambiguous {on_ambiguous!r} is neither 'raise' nor 'reconcile' nor a Reconcile")
    return Reconcile() if on_ambiguous == "reconcile" else None
