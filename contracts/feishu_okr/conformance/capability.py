"""Capabilities: what a target lets a test do. A test asks for them and is left out, with a sentence, where it must."""

CAPABILITIES = {
    "write": "may not write progress records there",
    "credentials": "no app id and secret are known, so that no token can be asked for",
    "user": "no user token is known and none can be got",
    "other_user": "no token of a second person is known",
    "isolate": "every test would meet what others wrote, for all share one app",
    "steer": "it has no control routes, so that faults, clocks and quotas cannot be set",
    "enforce": "no app is known there whose secret is enforced",
    "periods": "may not open or change periods of the tenant there",
    "images": "its images lie on a host of their own, which gets no call",
    "scopes": "which scopes the app has is not known",
    "generated": "a recording has no answers to calls that are generated anew",
}
"""Why a test that wants a capability cannot be run without it."""
WRITES = {
    "okr.v1.progress_record.create": "write",
    "okr.v1.progress_record.update": "write",
    "okr.v1.progress_record.delete": "write",
    "okr.v1.image.upload": "write",
    "okr.v1.period.create": "periods",
    "okr.v1.period.patch": "periods",
}
"""Capability that a call wants, by operation; all others only read."""
KNOWS = "knows no {}; name one with --know {}=ID"


def lacking(needs: set[str], capabilities: frozenset[str], known: set[str]) -> str:
    """Say why a test cannot be run, "" if it can.

    Args:
        needs: capabilities, and names that must be known as `knows:NAME`.
        capabilities: what the target has.
        known: names of what is known there.
    """
    for need in sorted(needs):
        if need.startswith("knows:"):
            name = need.removeprefix("knows:")
            if name not in known:
                return KNOWS.format(name, name)
        elif need not in capabilities:
            return CAPABILITIES[need]
    return ""
