"""Permission: what a run against the live API may do, by its options and credentials. Decided before any call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feishu_okr.conformance.budget import GuardError

HOSTS = ("open.feishu.cn", "open.larksuite.com")
NO_CREDENTIALS = "--target live needs credentials: set FEISHU_APP_ID and FEISHU_APP_SECRET"
NO_TARGET = "--target live writes records: say --i-may-write TARGET_ID, an objective or key result, or say --read-only"


@dataclass(frozen=True)
class Permission:
    """What a run may do.

    Args:
        host: the one host it may call, with its port if that is not 443.
        targets: ids of the objectives and key results it may write to; none for a run that reads.
        scheme: https, but for a rehearsal on this machine.
    """

    host: str
    targets: tuple[str, ...] = ()
    scheme: str = "https"

    @property
    def url(self) -> str:
        """Address of the host."""
        return f"{self.scheme}://{self.host}"


def permit(values: Mapping[str, Any], environment: Mapping[str, str]) -> Permission:
    """Decide what a run may do.

    Args:
        values: options of the run, by key.
        environment: where the credentials are.

    Raises:
        GuardError: the run may not be made at all; says what to change.
    """
    host, targets = values["host"], tuple(values["i_may_write"])
    if host not in (*HOSTS, *values["allow_host"]):
        raise GuardError(f"--host {host} is none of {', '.join(HOSTS)}; allow a stand-in with --allow-host {host}")
    if not (environment.get("FEISHU_APP_ID") and environment.get("FEISHU_APP_SECRET")):
        raise GuardError(NO_CREDENTIALS)
    if values["read_only"] and targets:
        raise GuardError("--read-only and --i-may-write contradict each other; say one of them")
    if not (values["read_only"] or targets):
        raise GuardError(NO_TARGET)
    if wrong := [target for target in targets if not target.isdecimal()]:
        raise GuardError(f"--i-may-write {wrong[0]}: an id is a decimal number, as okrs and v2 answer it")
    return Permission(host, targets)
