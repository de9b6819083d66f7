"""`okr-mock wait`: until a server is ready."""

import ipaddress
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PAUSE = 0.1
"""Seconds between two looks."""


@dataclass(frozen=True)
class Target:
    """Where to look.

    Args:
        url: base URL of the server; "" where the port file names it.
        port_file: file that the server writes when it is ready; "" for none.
        ca_file: CA to trust; None for the system's.
    """

    url: str
    port_file: str
    ca_file: str | None

    def is_ready(self, patience: float) -> str:
        """Look once; gives "" when the server is ready, else what is amiss.

        Args:
            patience: seconds to wait for an answer.
        """
        try:
            url = self.url or str(json.loads(Path(self.port_file).read_text(encoding="utf-8"))["url"])
            request = f"{url.rstrip('/')}/readyz"
            if urlsplit(request).scheme not in ("http", "https"):
                return f"{url!r} is not an http or https URL"
            with self._opener(url).open(request, timeout=patience) as answer:
                return "" if answer.status == 200 else f"{request} answers {answer.status}"
        except (OSError, ValueError, KeyError, TypeError) as error:
            return str(getattr(error, "reason", error)) or type(error).__name__

    def _opener(self, url: str) -> urllib.request.OpenerDirector:
        """Reach a server of this machine past any proxy and with any certificate: only readiness is asked."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if not (self.port_file or _is_loopback(urlsplit(url).hostname or "")):
            return urllib.request.build_opener(urllib.request.HTTPSHandler(context=context))
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_ready_within(target: Target, seconds: float) -> bool:
    """Wait until a server is ready; shows progress on a terminal and says at the end what was amiss.

    Args:
        target: where to look.
        seconds: how long to wait.
    """
    end = time.monotonic() + seconds
    is_watched = sys.stderr.isatty()
    while True:
        left = end - time.monotonic()
        amiss = target.is_ready(max(0.1, min(left, 2.0)))
        if not amiss or left <= 0:
            break
        if is_watched:
            sys.stderr.write(f"\r\x1b[Kwaiting, {left:.0f} s left: {amiss}"[:160])
            sys.stderr.flush()
        time.sleep(min(PAUSE, max(0.0, left)))
    if is_watched:
        sys.stderr.write("\r\x1b[K")
    if amiss:
        sys.stderr.write(f"okr-mock: not ready within {seconds:g} s: {amiss}\n")
    return not amiss
